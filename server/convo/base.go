package convo

import (
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/storage"
)

// base is what the services of all rooms share. Its fields are set once, before it
// is used.
type Base struct {
	Pool        *pgxpool.Pool
	Now         func() time.Time
	Bus         bus.Bus
	Idempotency *Idempotency
	Limits      Limiter
	Storage     *storage.Book
	// pastEpochs is how many epochs before the current one application messages
	// are accepted from.
	PastEpochs int64
	// memory has the leaves that were verified before, so that a commit costs the
	// signatures of what it changed.
	Leaves *mls.LeafCache
}

// timestamp is the current time as the database keeps it.
func (s *Base) Timestamp() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// convoService has the methods that list conversations.
type Service struct{ *Base }
