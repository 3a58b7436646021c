package server

import (
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/storage"
)

// base is what all rooms stand on.
type base struct {
	pool        *pgxpool.Pool
	now         func() time.Time
	bus         bus.Bus
	idempotency *idempotency
	pace        ConvoLimiter
	storage     *storage.Book
	// pastEpochs is how many epochs before the current one application messages
	// are accepted from.
	pastEpochs int64
	// memory has the leaves that were verified before.
	memory *mls.Memory
}

func newBase(c Config) *base {
	b := &base{
		pool: c.Pool, now: c.Clock, bus: c.Bus, idempotency: &idempotency{c.Secret.Key("idempotency")},
		pace: c.Pace, storage: c.Storage, pastEpochs: c.PastEpochs, memory: mls.NewMemory(rememberedLeaves),
	}
	if b.now == nil {
		b.now = time.Now
	}
	return b
}
