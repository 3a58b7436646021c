package origin

import (
	"context"
	"time"
)

// ConfirmedFor is how long a confirmation by a PDS is valid. After
// confirmAfter, the next call causes a new request and does not wait for it.
const ConfirmedFor = 7 * 24 * time.Hour

const (
	// newFor is how long an account stays new after it and another account have
	// accepted the same conversation.
	newFor       = 24 * time.Hour
	confirmAfter = 6 * 24 * time.Hour

	// Lifetimes of cached standings. They end because an account may stop being
	// new, or because another instance may get a confirmation.
	rememberNew     = 5 * time.Minute
	rememberSettled = time.Hour
	maxStandings    = 100_000

	queryTimeout = 5 * time.Second
)

// unconfirmed is the name of the bucket of accounts without a confirmed origin.
const unconfirmed = ""

// standing is the state of an account that limits depend on.
type standing struct {
	// settled is set if the account is no longer new.
	settled bool
	// origin is the confirmed origin, or unconfirmed; confirmed is the time of
	// that.
	origin    string
	confirmed time.Time
	// until is the end of the cache entry.
	until time.Time
}

// standing returns the cached state of an account, or queries the database. If
// that fails, the account keeps its last state or counts as new; the call
// itself will report that the database is down.
func (o *Origins) standing(ctx context.Context, did string) standing {
	s, ok := o.standings.Get(did)
	if ok && o.now().Before(s.until) {
		return s
	}
	loaded, err, _ := o.flight.Do(did, func() (any, error) { return o.load(ctx, did) })
	if err != nil {
		return s
	}
	return loaded.(standing)
}

// load queries the database once for all calls that wait for the same account.
func (o *Origins) load(ctx context.Context, did string) (standing, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), queryTimeout)
	defer cancel()
	now := o.now()
	row, err := o.store.GetStanding(ctx, did, newFor.Seconds())
	if err != nil {
		return standing{}, err
	}
	s := standing{settled: row.Settled, until: now.Add(rememberNew)}
	if age := time.Duration(row.Age * float64(time.Second)); row.Origin != nil && age < ConfirmedFor {
		s.origin, s.confirmed = *row.Origin, now.Add(-age)
	}
	if s.settled {
		s.until = now.Add(rememberSettled)
		if !row.Noted {
			if err := o.store.NoteSettled(ctx, did); err != nil {
				return standing{}, err
			}
		}
	}
	o.standings.Add(did, s)
	return s, nil
}

// confirm stores that the origin has the account.
func (o *Origins) confirm(ctx context.Context, did, origin string) {
	now := o.now()
	// If it cannot be stored, it counts at this instance until the cache entry
	// ends.
	if err := o.store.NoteOrigin(ctx, did, origin); err != nil {
		o.confirmations.WithLabelValues("not-stored").Inc()
	}
	o.update(did, func(s *standing) { s.origin, s.confirmed = origin, now })
}

// deny stores that the origin does not have the account.
func (o *Origins) deny(ctx context.Context, did, origin string) {
	if err := o.store.ForgetOrigin(ctx, did, origin); err != nil {
		o.confirmations.WithLabelValues("not-stored").Inc()
	}
	o.update(did, func(s *standing) {
		if s.origin == origin {
			s.origin, s.confirmed = unconfirmed, time.Time{}
		}
	})
}

// update changes the cached state of an account.
func (o *Origins) update(did string, change func(*standing)) {
	s, ok := o.standings.Peek(did)
	if !ok {
		s.until = o.now().Add(rememberNew)
	}
	change(&s)
	o.standings.Add(did, s)
}
