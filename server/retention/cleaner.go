package retention

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/origin"
)

const (
	// roundPause is the mean time between two rounds. A round that finds nothing
	// takes about 20 statements.
	roundPause = 5 * time.Minute
	// batch is how many rows one statement deletes. It keeps transactions short:
	// a long one holds back the visibility horizon of every stream.
	batch = 500
	// roundBatches bounds the batches of one kind in one round.
	roundBatches = 500
)

// Config configures a Cleaner.
type Config struct {
	// Pool reaches the database.
	Pool *pgxpool.Pool
	// Blobs keeps the objects of blobs.
	Blobs *blob.Store
	// MessageTTL is how long application messages, and whatever else goes by its
	// age, are kept; limit.MessageTime where zero.
	MessageTTL time.Duration
	// Metrics counts what is removed; nil counts nothing.
	Metrics *Metrics
	// Clock gives the time; time.Now where nil.
	Clock func() time.Time
}

// Cleaner removes what is no longer needed. Every instance may run one: a row
// that one Cleaner is removing is skipped by the others.
type Cleaner struct {
	pool       *pgxpool.Pool
	blobs      *blob.Store
	messageTTL time.Duration
	metrics    *Metrics
	now        func() time.Time
}

// New makes a Cleaner.
func New(cfg Config) *Cleaner {
	c := &Cleaner{pool: cfg.Pool, blobs: cfg.Blobs, messageTTL: cmp.Or(cfg.MessageTTL, limit.MessageTime), metrics: cfg.Metrics, now: cfg.Clock}
	if c.metrics == nil {
		c.metrics = NewMetrics(nil)
	}
	if c.now == nil {
		c.now = time.Now
	}
	return c
}

// Run does one round every few minutes until ctx ends, and then returns nil. A
// failed round is logged, and the next one tries again.
func (c *Cleaner) Run(ctx context.Context) error {
	for {
		// At random, so that instances do not all begin at the same moment.
		wait := roundPause/2 + rand.N(roundPause)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		if err := c.Round(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "cleaning failed and will be tried again", "error", err)
		}
	}
}

// step removes one batch of one kind. more says that another batch may follow.
type step func(ctx context.Context) (more bool, err error)

// Round removes everything whose time is over, up to roundBatches batches of each
// kind. Each kind is found by an index that holds only rows to be removed, so
// that a step that finds nothing costs one probe.
func (c *Cleaner) Round(ctx context.Context) error {
	for _, s := range []step{
		c.tickets, c.idempotencyRecords, c.signingKeys, c.origins, c.keyPackages, c.claims, c.endedWelcomes, c.reports,
		c.messages, c.proposals, c.events, c.closedConvos,
		c.collectBlobs, c.deleteOrphans, // last, since the steps before leave blobs and objects to them
	} {
		for range roundBatches {
			more, err := s(ctx)
			if err != nil {
				return err
			}
			if !more {
				break
			}
		}
	}
	return nil
}

// expired is the time before which whatever goes by its age is removed.
func (c *Cleaner) expired() time.Time { return c.now().Add(-c.messageTTL) }

// counted finishes a step of one statement that removed n rows of a kind.
func (c *Cleaner) counted(kind string, n int64, err error) (more bool, _ error) {
	if err != nil {
		return false, fmt.Errorf("remove %ss: %w", kind, err)
	}
	c.metrics.add(kind, n)
	return n == batch, nil
}

func (c *Cleaner) tickets(ctx context.Context) (more bool, err error) {
	n, err := db.New(c.pool).DeleteOldTickets(ctx, c.now(), batch)
	return c.counted(kindTicket, n, err)
}

func (c *Cleaner) idempotencyRecords(ctx context.Context) (more bool, err error) {
	n, err := db.New(c.pool).DeleteOldIdempotencyRecords(ctx, c.now().Add(-limit.IdempotencyTime), batch)
	return c.counted(kindAnswer, n, err)
}

// signingKeys removes stored signing keys of accounts that are too old to be used.
func (c *Cleaner) signingKeys(ctx context.Context) (more bool, err error) {
	n, err := db.New(c.pool).DeleteOldAccountKeys(ctx, auth.StoredKeyTTL.Seconds(), batch)
	return c.counted(kindSigningKey, n, err)
}

// reports removes reports some time after they were resolved.
func (c *Cleaner) reports(ctx context.Context) (more bool, err error) {
	n, err := db.New(c.pool).DeleteResolvedReports(ctx, c.now().Add(-limit.ResolvedReportTime), batch)
	return c.counted(kindReport, n, err)
}

// origins removes confirmed origins of new accounts after their week.
func (c *Cleaner) origins(ctx context.Context) (more bool, err error) {
	n, err := db.New(c.pool).RemoveOldOrigins(ctx, origin.ConfirmedFor.Seconds(), batch)
	return c.counted(kindOrigin, n, err)
}
