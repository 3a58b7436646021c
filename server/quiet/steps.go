package quiet

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
)

// batch is how many memberships one statement of queries/quiet.sql changes or looks at.
const batch = 1000

// step is a transaction that has the row of quiet_place.
type step struct {
	q *db.Queries
	db.ReadQuietPlaceRow
}

// inStep runs do in a transaction that has the row of quiet_place. If another one has
// it, taken is false. The transaction waits for no lock of a row, and it is short.
func (k *Keeper) inStep(ctx context.Context, do func(*step) error) (taken bool, err error) {
	err = pgx.BeginFunc(ctx, k.Pool, func(tx pgx.Tx) error {
		s := &step{q: db.New(tx)}
		rows, err := s.q.LockQuietPlace(ctx)
		if taken = len(rows) > 0; err != nil || !taken {
			return err
		}
		// A new statement sees what the transaction before it has committed.
		if s.ReadQuietPlaceRow, err = s.q.ReadQuietPlace(ctx); err != nil {
			return err
		}
		return do(s)
	})
	return taken, err
}

// trust makes quiet_place one that can be trusted, if necessary: then no membership may
// be quiet. It reports whether that is reached.
func (s *step) trust(ctx context.Context) (bool, error) {
	if s.AnyQuiet && s.Trusted {
		return true, nil
	}
	if s.AnyQuiet {
		if _, err := s.q.EndAllQuiet(ctx); err != nil {
			return false, fmt.Errorf("end all quiet: %w", err)
		}
		var err error
		if s.ReadQuietPlaceRow, err = s.q.ReadQuietPlace(ctx); err != nil || s.AnyQuiet {
			return false, err
		}
	}
	if err := s.q.BeginQuietPlace(ctx); err != nil {
		return false, fmt.Errorf("begin at the end of the log: %w", err)
	}
	return true, nil
}

// Followed says where Follow ended.
type Followed struct {
	// AnyQuiet says that there are quiet conversations.
	AnyQuiet bool
	// Behind says that the end of the log was not reached.
	Behind bool
	// Long says that the log was longer than one part.
	Long bool
}

// Follow ends the quiet of conversations that were active, up to the end of the log.
func (k *Keeper) Follow(ctx context.Context) (f Followed, err error) {
	at, err := db.New(k.Pool).ReadQuietPlace(ctx)
	if err != nil || !at.AnyQuiet {
		return f, err
	}
	f.AnyQuiet = true
	for more := true; more; f.Long = f.Long || more {
		var progress bool
		taken, err := k.inStep(ctx, func(s *step) error {
			more, progress, err = s.follow(ctx)
			return err
		})
		if err != nil {
			return f, fmt.Errorf("follow the log: %w", err)
		}
		if !taken || more && !progress {
			f.Behind = true
			return f, nil
		}
	}
	return f, nil
}

// follow reads the next part of the log. more says that there is another one, or the
// same again. progress is false if nothing could be done, because others have the rows.
func (s *step) follow(ctx context.Context) (more, progress bool, err error) {
	if !s.AnyQuiet {
		return false, true, nil
	}
	if !s.Trusted {
		trusted, err := s.trust(ctx)
		return !trusted, true, err
	}
	part, err := s.q.EndQuiet(ctx)
	if err != nil {
		return false, false, err
	}
	if part.Ended < part.Found {
		return true, part.Ended > 0, nil
	}
	return part.More, true, s.q.AdvanceQuietPlace(ctx, part.UntilPos)
}

// Look makes listed conversations quiet that have not been active for a while. left says
// whether there are others, which may become quiet later.
func (k *Keeper) Look(ctx context.Context) (left bool, err error) {
	after := db.BeginQuietRow{LastConvo: []byte{}} // nil would be NULL, after which nothing comes
	for more := true; more; {
		taken, err := k.inStep(ctx, func(s *step) error {
			if trusted, err := s.trust(ctx); err != nil || !trusted {
				left, more = true, false
				return err
			}
			after, err = s.q.BeginQuiet(ctx, after.LastConvo, after.LastDid, k.After.Seconds())
			left, more = left || after.Begun < after.Looked, after.Looked == batch
			return err
		})
		if err != nil {
			return true, fmt.Errorf("look for quiet conversations: %w", err)
		}
		if !taken {
			return true, nil
		}
	}
	return left, nil
}

// List lists the conversations of an account. done is false if it has to be called again,
// because others have what it needs.
func (k *Keeper) List(ctx context.Context, did string) (done bool, err error) {
	for listed := int64(batch); listed == batch; {
		trusted := false
		taken, err := k.inStep(ctx, func(s *step) error {
			if trusted, err = s.trust(ctx); err != nil || !trusted {
				return err
			}
			listed, err = s.q.ListConvosOf(ctx, k.After.Seconds(), did)
			return err
		})
		if err != nil {
			return false, fmt.Errorf("list the conversations of an account: %w", err)
		}
		if !taken || !trusted {
			return false, nil
		}
	}
	return true, nil
}
