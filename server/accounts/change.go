package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/convo"
)

// Statuses at a PDS other than active, as com.atproto.sync.subscribeRepos names
// them.
const (
	Deactivated = "deactivated"
	Suspended   = "suspended"
	TakenDown   = "takendown"
	Deleted     = "deleted"
)

// Changes changes the states of accounts. Each change is recorded in the audit in
// its transaction.
type Changes struct {
	Pool  *pgxpool.Pool
	Audit Audit
	// Pseudonyms are those of the service.
	Pseudonyms convo.Pseudonyms
	// Tell tells all instances that something has changed. Without it they find
	// out within a second.
	Tell func()
}

// Read returns the state of an account.
func (c Changes) Read(ctx context.Context, did string) (State, error) {
	s, _, err := readState(ctx, db.New(c.Pool), did, c.Pseudonyms.Of(did))
	return s, err
}

// Suspend makes all instances refuse an account. changed is false if it was
// suspended before.
func (c Changes) Suspend(ctx context.Context, did string) (changed bool, err error) {
	return c.change(ctx, did, "account suspend", func(s *State, now time.Time) bool {
		if s.SuspendedAt != nil {
			return false
		}
		s.SuspendedAt = &now
		return true
	})
}

// Resume takes a suspension back.
func (c Changes) Resume(ctx context.Context, did string) (changed bool, err error) {
	return c.change(ctx, did, "account resume", func(s *State, _ time.Time) bool {
		was := s.SuspendedAt != nil
		s.SuspendedAt = nil
		return was
	})
}

// SetHostStatus records the status of an account at its PDS, "" for active. A
// deleted account is erased after grace, unless it is active again by then. An
// erasure that has begun is not stopped.
func (c Changes) SetHostStatus(ctx context.Context, did, status string, grace time.Duration) (changed bool, err error) {
	action := "account " + status
	if status == "" {
		action = "account active"
	}
	return c.change(ctx, did, action, func(s *State, now time.Time) bool {
		if s.HostStatus == status {
			return false
		}
		wasDeleted := s.HostStatus == Deleted
		s.HostStatus, s.HostStatusAt = status, &now
		if status == "" {
			s.HostStatusAt = nil
		}
		switch {
		case s.Erasing:
		case status == Deleted && s.EraseAt == nil:
			at := now.Add(grace)
			s.EraseAt = &at
		case wasDeleted:
			s.EraseAt = nil
		}
		return true
	})
}

// beginErasure makes all instances refuse an account that is being erased. The
// next step is due at the given time.
func (c Changes) beginErasure(ctx context.Context, did string, next time.Duration) error {
	_, err := c.change(ctx, did, "account erase", func(s *State, now time.Time) bool {
		at := now.Add(next)
		s.EraseAt, s.Erasing = &at, true
		return true
	})
	return err
}

const actionErased = "account erased"

// endErasure removes the row of an erased account, which names it. A suspension
// goes on, under the pseudonym.
func (c Changes) endErasure(ctx context.Context, did string) error {
	_, err := c.change(ctx, did, actionErased, func(s *State, _ time.Time) bool {
		*s = State{SuspendedAt: s.SuspendedAt}
		return true
	})
	return err
}

// change reads, changes and writes a state, with its version and its audit entry.
// Changes wait for each other. now is the time of the database.
func (c Changes) change(ctx context.Context, did, action string, do func(s *State, now time.Time) bool) (changed bool, err error) {
	err = pgx.BeginFunc(ctx, c.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		row, err := q.RaiseAccountStates(ctx)
		if err != nil {
			return fmt.Errorf("lock account states: %w", err)
		}
		s, key, err := readState(ctx, q, did, c.Pseudonyms.Of(did))
		if err != nil {
			return err
		}
		if changed = do(&s, row.Now); !changed {
			return errNoChange
		}
		if action == actionErased {
			if _, err := q.DeleteAccountState(ctx, did); err != nil {
				return fmt.Errorf("delete account state: %w", err)
			}
			key = c.Pseudonyms.Of(did)
		}
		if err := write(ctx, q, key, s, row.Version); err != nil {
			return fmt.Errorf("write account state: %w", err)
		}
		return c.Audit.record(ctx, q, action, did)
	})
	if errors.Is(err, errNoChange) {
		return false, nil
	}
	if err == nil && c.Tell != nil {
		c.Tell()
	}
	return changed, err
}

// write stores a state. An account that is not refused has no row.
func write(ctx context.Context, q *db.Queries, did string, s State, version int64) error {
	if s.refusal() == nil {
		_, err := q.DeleteAccountState(ctx, did)
		return err
	}
	p := db.PutAccountStateParams{Did: did, SuspendedAt: s.SuspendedAt, HostStatusAt: s.HostStatusAt,
		EraseAt: s.EraseAt, Erasing: s.Erasing, Version: version}
	if s.HostStatus != "" {
		p.HostStatus = &s.HostStatus
	}
	return q.PutAccountState(ctx, p)
}
