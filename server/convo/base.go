package convo

import (
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/consent"
	"catbird.blue/mls/server/follows"
	"catbird.blue/mls/server/quiet"
	"catbird.blue/mls/server/storage"
)

// Base is embedded by the services of all rooms. Its fields are set once, before
// the first call.
type Base struct {
	Pool *pgxpool.Pool
	Now  func() time.Time
	// Bus notifies all instances of new rows; nil for a server without streams.
	Bus bus.Bus
	// Quiet keeps the conversations of accounts in many in order; nil for none.
	Quiet       *quiet.Keeper
	Idempotency *Idempotency
	// Rates bounds what conversations and accounts cost; nil for no bounds.
	Rates Limiter
	// Follows knows who follows and who blocks whom, from an AppView or none.
	Follows follows.Relationships
	// Storage counts what accounts store; nil for no bounds.
	Storage *storage.Book
	// Consent decides who may be added by whom.
	Consent *consent.Rules
	// PastEpochs is the number of epochs before the current one from which
	// application messages are accepted.
	PastEpochs int64
	// PlaintextMetadata lets createConvo take a name and a description that are not
	// encrypted.
	PlaintextMetadata bool
	// Pseudonyms stand for erased accounts.
	Pseudonyms Pseudonyms
	// Leaves caches verified leaves, so that the service checks only the
	// signatures of the leaves that a commit changes.
	Leaves *mls.LeafCache
}

// Timestamp returns the current time with the precision of a timestamptz column.
func (s *Base) Timestamp() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// Service implements getConvos and getEpoch.
type Service struct{ *Base }
