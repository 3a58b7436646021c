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

	// Lifetimes of cached states. They end because an account may stop being
	// new, or because another instance may get a confirmation.
	rememberNew     = 5 * time.Minute
	rememberSettled = time.Hour
	maxStates       = 100_000

	queryTimeout = 5 * time.Second
)

// unconfirmed is the name of the bucket of accounts without a confirmed origin.
const unconfirmed = ""

// accountState is the state of an account that limits depend on.
type accountState struct {
	// settled is set if the account is no longer new.
	settled bool
	// origin is the confirmed origin, or unconfirmed; confirmed is the time of
	// that.
	origin    string
	confirmed time.Time
	// until is the end of the cache entry.
	until time.Time
}

// state returns the cached state of an account, or queries the database. If
// that fails, the account keeps its last state or counts as new; the call
// itself will report that the database is down.
func (o *Origins) state(ctx context.Context, did string) accountState {
	s, ok := o.states.Get(did)
	if ok && o.now().Before(s.until) {
		return s
	}
	loaded, err, _ := o.flight.Do(did, func() (any, error) { return o.load(ctx, did) })
	if err != nil {
		return s
	}
	return loaded.(accountState)
}

// load queries the database once for all calls that wait for the same account.
func (o *Origins) load(ctx context.Context, did string) (accountState, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), queryTimeout)
	defer cancel()
	now := o.now()
	row, err := o.store.GetAccountState(ctx, did, newFor.Seconds())
	if err != nil {
		return accountState{}, err
	}
	s := accountState{settled: row.Settled, until: now.Add(rememberNew)}
	if age := time.Duration(row.Age * float64(time.Second)); row.Origin != nil && age < ConfirmedFor {
		s.origin, s.confirmed = *row.Origin, now.Add(-age)
	}
	if s.settled {
		s.until = now.Add(rememberSettled)
		if !row.Noted {
			if err := o.store.NoteSettled(ctx, did); err != nil {
				return accountState{}, err
			}
		}
	}
	o.states.Add(did, s)
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
	o.update(did, func(s *accountState) { s.origin, s.confirmed = origin, now })
}

// deny stores that the origin does not have the account.
func (o *Origins) deny(ctx context.Context, did, origin string) {
	if err := o.store.ForgetOrigin(ctx, did, origin); err != nil {
		o.confirmations.WithLabelValues("not-stored").Inc()
	}
	o.update(did, func(s *accountState) {
		if s.origin == origin {
			s.origin, s.confirmed = unconfirmed, time.Time{}
		}
	})
}

// update changes the cached state of an account.
func (o *Origins) update(did string, change func(*accountState)) {
	s, ok := o.states.Peek(did)
	if !ok {
		s.until = o.now().Add(rememberNew)
	}
	change(&s)
	o.states.Add(did, s)
}
