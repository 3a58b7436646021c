package streamtest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/stream"
)

// Codec is that of the current generation.
func Codec(ctx context.Context, pool *pgxpool.Pool) (*stream.Codec, error) {
	at, err := db.New(pool).ReadPlace(ctx)
	if err != nil {
		return nil, err
	}
	return stream.NewCodec(at.Gen, at.Secret.Bytes), nil
}

// expectedSQL is what an account should get in a generation: said once more, in
// other words than the service's own. A member gets the messages whose number is
// in one of its windows, the events of its conversations that happened inside
// one, and what is for the account alone.
const expectedSQL = `
SELECT pos, lane, seq, n FROM (
	SELECT m.pos, m.convo_id AS lane, m.seq, 0::bigint AS n, m.convo_id
	FROM messages m, log_generation g
	WHERE m.gen = g.gen AND EXISTS (SELECT FROM memberships w WHERE w.convo_id = m.convo_id AND w.did = $1
		AND m.seq > w.joined_seq AND m.seq <= coalesce(w.left_seq, m.seq))
	UNION ALL
	SELECT e.pos, e.lane, e.seq, e.n, coalesce(e.convo_id, e.body ->> 'convoId')
	FROM events e, log_generation g
	WHERE e.gen = g.gen AND (e.target_did = $1 OR EXISTS (SELECT FROM memberships w WHERE w.convo_id = e.convo_id AND w.did = $1
		AND e.n > w.joined_n AND e.n <= coalesce(w.left_n, e.n)))
) x
WHERE $2::text[] IS NULL OR convo_id = ANY($2)`

// expected reads what the client should have.
func (h *History) expected(ctx context.Context, pool *pgxpool.Pool) (map[stream.Position]bool, error) {
	rows, err := pool.Query(ctx, expectedSQL, h.DID, h.Convos)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[stream.Position])
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	want := map[stream.Position]bool{}
	for _, p := range list {
		if p.Compare(h.start) > 0 {
			want[p] = true
		}
	}
	return want, nil
}

// Check holds each history against the database: everything that should have
// come has come, and nothing else. What came was held to its order, and to
// coming once, as it came. Nothing may write meanwhile.
func Check(ctx context.Context, pool *pgxpool.Pool, histories ...*History) error {
	var errs []error
	for _, h := range histories {
		if err := h.check(ctx, pool); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", h.DID, err))
		}
	}
	return errors.Join(errs...)
}

func (h *History) check(ctx context.Context, pool *pgxpool.Pool) error {
	if err := h.Err(); err != nil {
		return err
	}
	want, err := h.expected(ctx, pool)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	total := len(want)
	for _, d := range h.got {
		if !want[d.at] {
			return fmt.Errorf("%s at %v is not for this account", d.what, d.at)
		}
		delete(want, d.at)
	}
	if len(want) > 0 {
		var first stream.Position
		for p := range want {
			if first == (stream.Position{}) || p.Compare(first) < 0 {
				first = p
			}
		}
		return fmt.Errorf("%d of %d events are missing, the first at %v", len(want), total, first)
	}
	return nil
}

// Wait waits until everything has come, and then checks. It gives up, with what
// is wrong, when nothing more has come for patience.
func Wait(ctx context.Context, pool *pgxpool.Pool, patience time.Duration, histories ...*History) error {
	before, since := -1, time.Now()
	for {
		err := Check(ctx, pool, histories...)
		if err == nil || ctx.Err() != nil {
			return err
		}
		now := 0
		for _, h := range histories {
			now += h.Len()
		}
		if now != before {
			before, since = now, time.Now()
		}
		if time.Since(since) > patience {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}
