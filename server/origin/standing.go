package origin

import (
	"context"
	"time"
)

// ConfirmedFor is how long the word of a PDS counts. After confirmAfter it is
// asked again by the next call, which does not wait for the answer.
const ConfirmedFor = 7 * 24 * time.Hour

const (
	// newFor is how long an account is new after it and another have accepted
	// the same conversation.
	newFor       = 24 * time.Hour
	confirmAfter = 6 * 24 * time.Hour

	// How long a standing is remembered: an account may stop being new, or
	// another instance may hear from its PDS.
	rememberNew     = 5 * time.Minute
	rememberSettled = time.Hour
	maxStandings    = 100_000

	queryTimeout = 5 * time.Second
)

// unconfirmed is the name of the bucket of accounts without an origin.
const unconfirmed = ""

// standing is what an account is to limits.
type standing struct {
	// settled: it is no longer new.
	settled bool
	// origin is what was confirmed, and when; unconfirmed for none.
	origin    string
	confirmed time.Time
	// until is how long this is remembered.
	until time.Time
}

// standing gives what is remembered of an account, or asks the database. While
// that does not answer, an account is what it was, or new: the call itself will
// find out that there is no database.
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

// load asks the database, for all calls that wait for it.
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

// confirm notes that the origin has the account.
func (o *Origins) confirm(ctx context.Context, did, origin string) {
	now := o.now()
	// What cannot be written counts here nevertheless, for as long as it is
	// remembered.
	if err := o.store.NoteOrigin(ctx, did, origin); err != nil {
		o.confirmations.WithLabelValues("not-stored").Inc()
	}
	o.update(did, func(s *standing) { s.origin, s.confirmed = origin, now })
}

// deny notes that the origin does not have the account.
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

// update changes what is remembered of an account.
func (o *Origins) update(did string, change func(*standing)) {
	s, ok := o.standings.Peek(did)
	if !ok {
		s.until = o.now().Add(rememberNew)
	}
	change(&s)
	o.standings.Add(did, s)
}
