package retention

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/health"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/origin"
	"catbird.blue/mls/xrpc"
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
	// Clock gives the time of this instance; time.Now where nil.
	Clock func() time.Time
	// DatabaseTime gives that of the database, by which everything is old; the
	// database is asked where nil.
	DatabaseTime func(context.Context) (time.Time, error)
	// EndRequest ends a request that its account has not answered; nil leaves requests
	// open.
	EndRequest func(ctx context.Context, did string, convoID xrpc.ConvoID) error
	// Closed returns why nothing can be written at the moment; nil means always.
	Closed func() error
}

// Cleaner removes what is no longer needed. Every instance may run one: a row
// that one Cleaner is removing is skipped by the others.
type Cleaner struct {
	pool       *pgxpool.Pool
	blobs      *blob.Store
	messageTTL time.Duration
	metrics    *Metrics
	local      func() time.Time
	database   func(context.Context) (time.Time, error)
	endRequest func(ctx context.Context, did string, convoID xrpc.ConvoID) error
	closed     func() error
}

// New makes a Cleaner.
func New(cfg Config) *Cleaner {
	c := &Cleaner{
		pool: cfg.Pool, blobs: cfg.Blobs, messageTTL: cmp.Or(cfg.MessageTTL, limit.MessageTime), metrics: cfg.Metrics,
		local: cfg.Clock, database: cfg.DatabaseTime, endRequest: cfg.EndRequest, closed: cfg.Closed,
	}
	if c.metrics == nil {
		c.metrics = NewMetrics(nil)
	}
	if c.local == nil {
		c.local = time.Now
	}
	if c.database == nil {
		c.database = db.New(cfg.Pool).DatabaseTime
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

// round is one round of a Cleaner. Everything in it is old by the clock that the
// database had at its beginning: an instance whose own clock is ahead would
// remove what is still needed.
type round struct {
	*Cleaner
	now time.Time
}

// step removes one batch of one kind. more says that another batch may follow.
type step func(ctx context.Context) (more bool, err error)

// Round removes everything whose time is over, up to roundBatches batches of each
// kind. Each kind is found by an index that holds only rows to be removed, so
// that a step that finds nothing costs one probe. A kind that fails does not keep
// the others from being removed. If the clock of the instance differs from that of
// the database, one of them is wrong, and nothing is removed.
func (c *Cleaner) Round(ctx context.Context) error {
	r, err := c.begin(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, s := range []struct {
		kind string
		step step
	}{
		{kindTicket, r.tickets}, {kindAnswer, r.idempotencyRecords}, {kindSigningKey, r.signingKeys}, {kindOrigin, r.origins},
		{kindPackage, r.keyPackages}, {kindClaim, r.claims}, {kindRecipient, r.endedWelcomes}, {kindReport, r.reports},
		{kindJoinLink, r.joinLinks}, {kindJoinAsked, r.joinRequests},
		{kindStranger, r.strangers}, {kindRequest, r.requests}, {kindMessage, r.messages},
		{kindProposal, r.proposals}, {kindEvent, r.events}, {kindConvo, r.closedConvos}, {kindMessageID, r.removedIDs},
		// These are last, since the steps before leave blobs and objects to them.
		{kindBlob, r.collectBlobs}, {kindObject, r.deleteOrphans},
	} {
		if err := c.batches(ctx, s.step); err != nil {
			c.metrics.errors.WithLabelValues(s.kind).Inc()
			errs = append(errs, err)
			continue
		}
		c.metrics.success.WithLabelValues(s.kind).Set(float64(r.now.Unix()))
	}
	return errors.Join(errs...)
}

// batches removes batches of one kind until nothing is left to remove.
func (c *Cleaner) batches(ctx context.Context, s step) error {
	for range roundBatches {
		more, err := s(ctx)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// begin compares the clocks.
func (c *Cleaner) begin(ctx context.Context) (*round, error) {
	if c.closed != nil {
		if err := c.closed(); err != nil {
			return nil, err
		}
	}
	before := c.local()
	now, err := c.database(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the clock of the database: %w", err)
	}
	if err := health.Compare(before, c.local(), now); err != nil {
		return nil, err
	}
	return &round{c, now}, nil
}

// expired is the time before which whatever goes by its age is removed.
func (c *round) expired() time.Time { return c.now.Add(-c.messageTTL) }

// counted finishes a step of one statement that removed n rows of a kind.
func (c *round) counted(kind string, n int64, err error) (more bool, _ error) {
	if err != nil {
		return false, fmt.Errorf("remove %ss: %w", kind, err)
	}
	c.metrics.add(kind, n)
	return n == batch, nil
}

func (c *round) tickets(ctx context.Context) (more bool, err error) {
	n, err := db.New(c.pool).DeleteOldTickets(ctx, c.now, batch)
	return c.counted(kindTicket, n, err)
}

func (c *round) idempotencyRecords(ctx context.Context) (more bool, err error) {
	n, err := db.New(c.pool).DeleteOldIdempotencyRecords(ctx, c.now.Add(-limit.IdempotencyTime), batch)
	return c.counted(kindAnswer, n, err)
}

// signingKeys removes stored signing keys of accounts that are too old to be used.
func (c *round) signingKeys(ctx context.Context) (more bool, err error) {
	n, err := db.New(c.pool).DeleteOldAccountKeys(ctx, auth.StoredKeyTTL.Seconds(), batch)
	return c.counted(kindSigningKey, n, err)
}

// reports removes reports some time after they were resolved.
func (c *round) reports(ctx context.Context) (more bool, err error) {
	n, err := db.New(c.pool).DeleteResolvedReports(ctx, c.now.Add(-limit.ResolvedReportTime), batch)
	return c.counted(kindReport, n, err)
}

// strangers removes notes about whom accounts asked for, after their day.
func (c *round) strangers(ctx context.Context) (more bool, err error) {
	n, err := db.New(c.pool).DeleteOldStrangers(ctx, c.now.Add(-limit.Strangers.Every), batch)
	return c.counted(kindStranger, n, err)
}

// requests ends requests that nobody has answered in time. An account that could not
// read the messages any more has no use for a request.
func (c *round) requests(ctx context.Context) (more bool, err error) {
	if c.endRequest == nil {
		return false, nil
	}
	before := c.now.Add(-min(limit.RequestTime, c.messageTTL))
	rows, err := db.New(c.pool).ExpiredRequests(ctx, before, batch)
	if err != nil {
		return false, fmt.Errorf("find requests that have expired: %w", err)
	}
	for _, r := range rows {
		if err := c.endRequest(ctx, r.Did, r.ConvoID); err != nil {
			return false, fmt.Errorf("end a request: %w", err)
		}
	}
	return c.counted(kindRequest, int64(len(rows)), nil)
}

// joinLinks removes links some time after they ended, with their requests.
func (c *round) joinLinks(ctx context.Context) (more bool, err error) {
	n, err := db.New(c.pool).DeleteEndedLinks(ctx, c.now.Add(-limit.EndedLinkTime), batch)
	return c.counted(kindJoinLink, n, err)
}

// joinRequests removes requests to join that nobody has answered in time, and approvals
// that were not used.
func (c *round) joinRequests(ctx context.Context) (more bool, err error) {
	n, err := db.New(c.pool).DeleteOldJoinRequests(ctx, c.now.Add(-limit.RequestTime), batch)
	return c.counted(kindJoinAsked, n, err)
}

// origins removes confirmed origins of new accounts after their week.
func (c *round) origins(ctx context.Context) (more bool, err error) {
	n, err := db.New(c.pool).RemoveOldOrigins(ctx, origin.ConfirmedFor.Seconds(), batch)
	return c.counted(kindOrigin, n, err)
}
