package messages

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/server/stream"
	eventlog "catbird.blue/mls/server/stream/log"
)

// Config changes what newTestServer makes.
type Config struct {
	Pool       *pgxpool.Pool
	Clock      func() time.Time
	PastEpochs int64
	Bus        bus.Bus
	Hub        *eventlog.Hub
	Streams    *stream.Streams
	Secret     *auth.Secret
}

// Server is the service of this package on a database, with its configuration.
type Server struct {
	*Service
	config Config
}

// newTestServer makes a Server on a new database. opts change its configuration.
func newTestServer(t testing.TB, opts ...func(*Config)) *Server {
	t.Helper()
	c := Config{Clock: time.Now, Secret: auth.NewSecret()}
	for _, o := range opts {
		o(&c)
	}
	if c.Pool == nil {
		c.Pool = dbtest.Pool(t)
	}
	return newServer(c)
}

func newServer(c Config) *Server {
	b := &convo.Base{Pool: c.Pool, Now: c.Clock, Bus: c.Bus, PastEpochs: c.PastEpochs,
		Idempotency: convo.NewIdempotency(c.Secret.Key("idempotency"))}
	return &Server{New(b, c.Hub, c.Streams, nil), c}
}

// secondInstance makes another Server on the database of s, with a pool of its
// own.
func secondInstance(t testing.TB, s *Server) *Server {
	t.Helper()
	return onPool(s, dbtest.Open(t, s.Pool.Config().ConnString()))
}

// onPool makes another instance of s on a pool.
func onPool(s *Server, pool *pgxpool.Pool) *Server {
	c := s.config
	c.Pool = pool
	return newServer(c)
}

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
	}}, opts...)...)
}
