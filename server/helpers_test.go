package server

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/blob"
)

// newTestServer makes a Server on a new database and a new directory for
// blobs. opts change its configuration.
func newTestServer(t testing.TB, opts ...func(*Config)) *Server {
	t.Helper()
	store, err := blob.OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	c := Config{Pool: dbtest.Pool(t), Blobs: store, ServiceDID: "did:web:mls.example", Version: "test", Secret: auth.NewSecret()}
	for _, o := range opts {
		o(&c)
	}
	return New(c)
}

// secondInstance makes another Server on the database and the blobs of s, with
// a pool of its own.
func secondInstance(t testing.TB, s *Server) *Server {
	t.Helper()
	return onPool(s, dbtest.Open(t, s.Pool.Config().ConnString()))
}

// onPool makes another instance of s on a pool.
func onPool(s *Server, pool *pgxpool.Pool) *Server {
	c := s.config
	c.Pool = pool
	return New(c)
}
