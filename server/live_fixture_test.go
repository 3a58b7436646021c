package server

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/stream"
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
	hub := stream.NewHub(stream.HubConfig{Pool: hubPool})
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
