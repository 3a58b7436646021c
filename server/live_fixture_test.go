package server

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/servertest"
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
	hub, streams := servertest.Live(t, hubPool)
	return newTestServer(t, append([]func(*Config){func(c *Config) {
		c.Pool, c.Hub, c.Streams, c.Bus = pool, hub, streams, bus.NewLocal(hub)
		c.PublicURL = "https://mls.example"
	}}, opts...)...)
}
