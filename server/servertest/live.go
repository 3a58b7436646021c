package servertest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/server/stream"
	eventlog "catbird.blue/mls/server/stream/log"
)

// Live runs a hub on pool until the test ends, with streams.
func Live(t testing.TB, pool *pgxpool.Pool) (*eventlog.Hub, *stream.Streams) {
	t.Helper()
	hub := eventlog.NewHub(eventlog.Config{Pool: pool})
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
	return hub, streams
}
