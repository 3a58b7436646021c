package streamtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/stream"
	"catbird.blue/mls/xrpc"
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
	SELECT e.pos, e.lane, e.seq, e.n, coalesce(e.convo_id, decode(e.body ->> 'convoId', 'hex'))
	FROM events e, log_generation g
	WHERE e.gen = g.gen AND (e.target_did = $1 OR EXISTS (SELECT FROM memberships w WHERE w.convo_id = e.convo_id AND w.did = $1
		AND e.n > w.joined_n AND e.n <= coalesce(w.left_n, e.n)))
) x
WHERE cardinality($2::bytea[]) = 0 OR convo_id = ANY($2)
ORDER BY pos, lane, seq, n`

// expected reads what the client should have, in order.
func (h *History) expected(ctx context.Context, pool *pgxpool.Pool) ([]stream.Position, error) {
	rows, err := pool.Query(ctx, expectedSQL, h.DID, xrpc.StoredConvoIDs(h.Convos))
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p stream.Position, err error) {
		var lane []byte
		err = row.Scan(&p.Pos, &lane, &p.Seq, &p.N)
		p.Lane = stream.Lane(lane)
		return p, err
	})
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	first, _ := slices.BinarySearchFunc(list, h.start, func(p, start stream.Position) int {
		return cmp.Or(p.Compare(start), -1) // behind an equal one
	})
	return list[first:], nil
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
	for _, b := range h.folded {
		n := 0
		for n < len(want) && want[n].Compare(b.last) <= 0 {
			n++
		}
		if n != b.n || sumOf(want[:n]) != b.sum {
			return fmt.Errorf("of the events up to %v, %d came that are not the %d there are", b.last, b.n, n)
		}
		want = want[n:]
	}
	return h.compare(want)
}

// compare holds what is remembered against what there is; both are in order.
func (h *History) compare(want []stream.Position) error {
	var missing []stream.Position
	total, got := len(want), h.got
	for len(want) > 0 || len(got) > 0 {
		switch {
		case len(want) == 0 || len(got) > 0 && got[0].at.Compare(want[0]) < 0:
			return fmt.Errorf("%s at %v is not for this account", got[0].what, got[0].at)
		case len(got) == 0 || want[0].Compare(got[0].at) < 0:
			missing = append(missing, want[0])
		default:
			got = got[1:]
		}
		want = want[1:]
	}
	if len(missing) > 0 {
		return fmt.Errorf("%d of %d events are missing, the first at %v", len(missing), total, missing[0])
	}
	return nil
}

// Wait waits until everything has come, and then checks. It gives up, with what
// is wrong, when nothing more has come for patience.
func Wait(ctx context.Context, pool *pgxpool.Pool, patience time.Duration, histories ...*History) error {
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
			// Who had everything is asked again only when all had.
			var err error
			if waiting, err = lacking(ctx, pool, waiting); err == nil {
				if waiting, err = lacking(ctx, pool, histories); err == nil {
					return nil
				}
			}
			if ctx.Err() != nil || time.Since(since) > patience {
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

// lacking gives the histories that do not have everything, and what is wrong.
func lacking(ctx context.Context, pool *pgxpool.Pool, histories []*History) ([]*History, error) {
	var out []*History
	var errs []error
	for _, h := range histories {
		if err := Check(ctx, pool, h); err != nil {
			out, errs = append(out, h), append(errs, err)
		}
	}
	return out, errors.Join(errs...)
}
