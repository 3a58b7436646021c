package accounts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/xrpc"
)

const (
	// pollInterval is how often an instance looks for changes. A message over the
	// bus makes it look at once.
	pollInterval = 2 * time.Second
	// maxCached bounds the cache of states. An entry takes about 150 bytes.
	maxCached = 100_000
	// maxChanges bounds the changes that are read at once.
	maxChanges = 1000
)

// Config configures States. Pool and Pseudonyms are required.
type Config struct {
	Pool *pgxpool.Pool
	// Pseudonyms are those of the service.
	Pseudonyms convo.Pseudonyms
	// Refused is called for an account that is refused from now on, after calls of
	// it are. It ends the streams that the account has at this instance, and must
	// not block.
	Refused func(did string, why *xrpc.Error)
	Log     *slog.Logger
}

// States knows which accounts this instance refuses. The table account_states
// decides; the cache is emptied of what has changed there.
type States struct {
	pool       *pgxpool.Pool
	pseudonyms convo.Pseudonyms
	refused    func(did string, why *xrpc.Error)
	log        *slog.Logger
	wake       chan struct{}

	// looking holds a value while a look runs: one at a time.
	looking chan struct{}
	// version is that of the newest change that was read, -1 before the first look.
	// looking guards it.
	version int64
	// began says that there was a first look.
	began atomic.Bool

	mu sync.Mutex
	// changes counts how often entries were removed from the cache, so that a
	// state which was read before a change is not cached after it.
	changes int64
	cache   *lru.Cache[string, *xrpc.Error]
}

// New makes States. They learn of changes while Run runs.
func New(c Config) *States {
	cache, err := lru.New[string, *xrpc.Error](maxCached)
	if err != nil {
		panic(err) // the size is a constant
	}
	s := &States{
		pool: c.Pool, pseudonyms: c.Pseudonyms, refused: c.Refused, log: c.Log,
		wake: make(chan struct{}, 1), looking: make(chan struct{}, 1), version: -1, cache: cache,
	}
	if s.refused == nil {
		s.refused = func(string, *xrpc.Error) {}
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	return s
}

// Admit is an xrpc.Step that refuses accounts that are suspended, not active at
// their PDS, or being erased.
func (s *States) Admit(ctx context.Context, c *xrpc.Call) error {
	if c.Caller.DID == "" {
		return nil
	}
	return s.Check(ctx, c.Caller.DID)
}

// Check returns the error for an account that is refused, and nil for any other.
func (s *States) Check(ctx context.Context, did string) error {
	// Only changes after the first look end streams. So there is one before the first
	// account is admitted.
	if !s.began.Load() {
		if err := s.look(ctx); err != nil {
			return err
		}
	}
	s.mu.Lock()
	why, cached := s.cache.Get(did)
	before := s.changes
	s.mu.Unlock()
	if !cached {
		state, _, err := readState(ctx, db.New(s.pool), did, s.pseudonyms.Of(did))
		if err != nil {
			return err
		}
		why = state.refusal()
		s.mu.Lock()
		if s.changes == before {
			s.cache.Add(did, why)
		}
		s.mu.Unlock()
	}
	if why == nil {
		return nil // not a nil *xrpc.Error in an error
	}
	return why
}

// Changed makes the instance look for changes now. It never blocks.
func (s *States) Changed() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run looks for changes until ctx ends, and then returns nil.
func (s *States) Run(ctx context.Context) error {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	failing := false
	for {
		err := s.look(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && !failing:
			s.log.Warn("changes of account states cannot be read; the states known so far hold", "error", err)
		case err == nil && failing:
			s.log.Info("changes of account states are read again")
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		case <-tick.C:
		}
	}
}

// look reads the changes after the newest that is known.
func (s *States) look(ctx context.Context) error {
	select {
	case s.looking <- struct{}{}:
		defer func() { <-s.looking }()
	case <-ctx.Done():
		return fmt.Errorf("wait for the changes of account states: %w", ctx.Err())
	}
	for {
		rows, err := db.New(s.pool).ChangedAccountStates(ctx, s.version, maxChanges)
		if err != nil {
			return fmt.Errorf("read changed account states: %w", err)
		}
		done, err := s.apply(ctx, rows)
		if done || err != nil {
			return err
		}
	}
}

// apply empties the cache of accounts that changed, and ends the streams of those
// that are refused. done is false if there may be more rows.
func (s *States) apply(ctx context.Context, rows []db.ChangedAccountStatesRow) (done bool, err error) {
	newest := rows[0].Newest
	if s.version < 0 { // nothing was checked before, so no stream is open and nothing is cached
		s.version = newest
		s.began.Store(true)
		return true, nil
	}
	var dids []string
	for _, r := range rows {
		if r.Did != "" {
			dids = append(dids, r.Did)
		}
	}
	done = len(rows) < maxChanges
	next := newest
	if !done {
		next = rows[len(rows)-1].Version
	}
	// Each change has a version of its own. With fewer rows than versions, the rows
	// of some accounts are gone.
	s.forget(dids, int64(len(dids)) < next-s.version)
	for _, did := range dids {
		if why := (*xrpc.Error)(nil); errors.As(s.Check(ctx, did), &why) {
			s.refused(did, why)
		}
	}
	s.version = next
	return done, ctx.Err()
}

func (s *States) forget(dids []string, all bool) {
	if len(dids) == 0 && !all {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	if all {
		s.cache.Purge()
		return
	}
	for _, did := range dids {
		s.cache.Remove(did)
	}
}

// State is what decides whether an account is refused. The zero State is that of
// an account that may call.
type State struct {
	SuspendedAt *time.Time
	// HostStatus is the status at the account's PDS, "" for active.
	HostStatus   string
	HostStatusAt *time.Time
	// EraseAt is when the next step of the erasure is due; Erasing is set after
	// the first.
	EraseAt *time.Time
	Erasing bool
}

// readState reads the state of an account. key is the name under which it is
// stored: the DID, or after an erasure the pseudonym.
func readState(ctx context.Context, q *db.Queries, did, pseudonym string) (s State, key string, err error) {
	row, err := q.ReadAccountState(ctx, did, pseudonym)
	if errors.Is(err, pgx.ErrNoRows) {
		return State{}, did, nil
	}
	if err != nil {
		return State{}, "", fmt.Errorf("read account state: %w", err)
	}
	s = State{SuspendedAt: row.SuspendedAt, HostStatusAt: row.HostStatusAt, EraseAt: row.EraseAt, Erasing: row.Erasing}
	if row.HostStatus != nil {
		s.HostStatus = *row.HostStatus
	}
	return s, row.Did, nil
}

// refusal returns the error for calls of the account, nil if it may call.
func (s State) refusal() *xrpc.Error {
	switch {
	case s.SuspendedAt != nil:
		return xrpc.Errorf(http.StatusForbidden, xrpc.AccountSuspended, "the operator of this service has suspended the account")
	case s.HostStatus != "":
		return xrpc.Errorf(http.StatusForbidden, xrpc.AccountInactive, "the account is %s at its PDS", s.HostStatus)
	case s.EraseAt != nil:
		return xrpc.Errorf(http.StatusForbidden, xrpc.AccountInactive, "the account is being erased from this service: try again in an hour")
	}
	return nil
}

// String says in words what the state is.
func (s State) String() string {
	switch {
	case s.Erasing:
		return "being erased"
	case s.SuspendedAt != nil:
		return "suspended"
	case s.HostStatus != "":
		return s.HostStatus + " at its PDS"
	case s.EraseAt != nil:
		return "to be erased"
	}
	return "active"
}
