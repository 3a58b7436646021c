package streamtest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	eventlog "catbird.blue/mls/server/stream/log"
)

// Codec returns that of the current generation.
func Codec(ctx context.Context, pool *pgxpool.Pool) (*eventlog.Codec, error) {
	at, err := db.New(pool).ReadPlace(ctx)
	if err != nil {
		return nil, err
	}
	return eventlog.NewCodec(at.Gen, at.Secret.Bytes), nil
}

// expectedSQL selects what an account has to get in a generation. It is written
// independently of the queries of the service. A member that has accepted gets the
// messages with a number in one of its windows, the events of its conversations inside
// a window, and the events for its account alone. The window of an account that had to
// accept begins with its acceptance, which the log has as an event.
const expectedSQL = `
SELECT pos, stream_key, seq, n FROM (
	SELECT m.pos, m.convo_id AS stream_key, m.seq, 0::bigint AS n, m.convo_id
	FROM messages m, log_generation g
	WHERE m.gen = g.gen AND EXISTS (SELECT FROM memberships w WHERE w.convo_id = m.convo_id AND w.did = $1 AND w.consent = 'accepted'
		AND m.seq > coalesce(w.told_seq, w.joined_seq) AND m.seq <= coalesce(w.left_seq, m.seq))
	UNION ALL
	SELECT e.pos, e.stream_key, e.seq, e.n, CASE WHEN e.kind NOT IN ('request', 'request-ended', 'join-answered') THEN coalesce(e.convo_id, decode(e.body ->> 'convoId', 'hex')) END
	FROM events e, log_generation g
	WHERE e.gen = g.gen AND (e.target_did = $1 OR EXISTS (SELECT FROM memberships w WHERE w.convo_id = e.convo_id AND w.did = $1 AND w.consent = 'accepted'
		AND e.n > coalesce(w.told_n, w.joined_n) AND e.n <= coalesce(w.left_n, e.n)))
) x
WHERE cardinality($2::bytea[]) = 0 OR convo_id = ANY($2)
ORDER BY pos, stream_key, seq, n`

// Check compares each history with the database: the client has got every event
// that it has to get, and no other. Add has checked that each came once and in
// order. Nothing may write to the database meanwhile.
func Check(ctx context.Context, pool *pgxpool.Pool, histories ...*History) error {
	var errs []error
	for _, h := range histories {
		if err := h.check(ctx, pool); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", h.DID, err))
		}
	}
	return errors.Join(errs...)
}

// Wait waits until Check succeeds. It returns the error of Check when no event has
// come for idleTime.
func Wait(ctx context.Context, pool *pgxpool.Pool, idleTime time.Duration, histories ...*History) error {
	before, since := -1, time.Now()
	waiting := histories
	for {
		now := 0
		for _, h := range histories {
			now += h.Len()
		}
		if now != before {
			before, since = now, time.Now()
		} else {
			// A history that was complete is checked again when all are.
			var err error
			if waiting, err = incomplete(ctx, pool, waiting); err == nil {
				if waiting, err = incomplete(ctx, pool, histories); err == nil {
					return nil
				}
			}
			if ctx.Err() != nil || time.Since(since) > idleTime {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// incomplete returns the histories for which Check fails, and its errors.
func incomplete(ctx context.Context, pool *pgxpool.Pool, histories []*History) ([]*History, error) {
	var out []*History
	var errs []error
	for _, h := range histories {
		if err := Check(ctx, pool, h); err != nil {
			out, errs = append(out, h), append(errs, err)
		}
	}
	return out, errors.Join(errs...)
}
