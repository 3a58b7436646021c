package server

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/server/stream"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/server/stream/streamtest"
)

// newLiveServer makes a Server with a hub that runs.
func newLiveServer(t testing.TB, opts ...func(*Config)) *Server {
	t.Helper()
	pool := dbtest.Pool(t)
	return newLiveServerOn(t, pool, dbtest.Open(t, pool.Config().ConnString()), opts...)
}

// newLiveServerOn makes a Server on pool, with a hub on another.
func newLiveServerOn(t testing.TB, pool, hubPool *pgxpool.Pool, opts ...func(*Config)) *Server {
	t.Helper()
	hub := eventlog.NewHub(eventlog.Config{Pool: hubPool})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- hub.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the hub ended: %v", err)
		}
	})
	if _, err := hub.Codec(t.Context()); err != nil {
		t.Fatal(err)
	}
	streams := stream.New(stream.Config{Source: hub})
	t.Cleanup(func() {
		if err := streams.Shutdown(context.Background()); err != nil {
			t.Errorf("streams do not end: %v", err)
		}
	})
	return newTestServer(t, append([]func(*Config){func(c *Config) {
		c.Pool, c.Hub, c.Streams, c.Bus = pool, hub, streams, bus.NewLocal(hub)
		c.PublicURL = "https://mls.example"
	}}, opts...)...)
}

// listen opens a stream of an account that begins now.
func listen(t testing.TB, s *Server, did string, cursor ...string) *streamtest.Client {
	t.Helper()
	codec, err := streamtest.Codec(t.Context(), s.Pool)
	if err != nil {
		t.Fatal(err)
	}
	c := streamtest.NewClient(t, codec, did)
	from := strings.Join(cursor, "")
	if from == "" { // now, and not where a hub that is behind stands
		servertest.Settled(t, s.Pool)
		at, err := db.New(s.Pool).ReadPlace(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		from = codec.Encode(eventlog.Cursor{Position: eventlog.Position{Pos: at.Pos, StreamKey: at.Lane, Seq: at.Seq, N: at.N}})
	}
	c.MustConnect(s.messagesService.hub, from)
	return c
}

// wantTold waits until the clients have all they should, and compares what the
// first of them was told since the last time.
func wantTold(t testing.TB, s *Server, c *streamtest.Client, want ...string) {
	t.Helper()
	if err := streamtest.Wait(t.Context(), s.Pool, 20*time.Second, c.History); err != nil {
		t.Fatal(err)
	}
	got := c.Delivered()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s was told\n%s\nwant\n%s", c.DID, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
