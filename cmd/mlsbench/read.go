package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/pgembed"
)

const (
	depth    = 100_000
	pageSize = 50
)

// benchRead measures a page of getMessages at the start, the middle and the end
// of a long conversation, beside the bare query on one connection.
func benchRead(ctx context.Context, w *world, out io.Writer, d time.Duration) error {
	if err := w.clear(ctx); err != nil {
		return err
	}
	if err := w.seedConvos(ctx, 1, 1, w.dids(2)); err != nil {
		return err
	}
	if err := w.seedMessages(ctx, 1, 1, depth, 200); err != nil {
		return err
	}
	one, err := pgxpool.ParseConfig(w.pg.URL(pgembed.Database))
	if err != nil {
		return err
	}
	one.MaxConns = 1
	pool, err := pgxpool.NewWithConfig(ctx, one)
	if err != nil {
		return err
	}
	defer pool.Close()

	n := int(d.Seconds() * 50)
	fmt.Fprintf(out, "getMessages, page of %d of %d messages (200 bytes), one caller\n", pageSize, depth)
	for _, after := range []int64{0, depth / 2, depth - pageSize} {
		// A query may present its token again.
		target := fmt.Sprintf("/xrpc/%s?convoId=%s&limit=%d&sinceSeq=%d", gen.NSIDGetMessages, convoID(1), pageSize, after)
		token := w.accounts[0].TokenFor(w.did(), gen.NSIDGetMessages, time.Hour)
		calls := slices.Repeat([]call{newCall(w.addr(), "GET", target, token, nil)}, n)
		var whole, bare time.Duration
		// In turns, and the better of each: what disturbs the machine disturbs both.
		for range 3 {
			res, err := runCalls(ctx, w.addr(), 1, calls)
			if err != nil {
				return err
			}
			alone, err := w.barePages(ctx, db.New(pool), after, n)
			if err != nil {
				return err
			}
			whole, bare = better(whole, res.p50), better(bare, alone)
		}
		fmt.Fprintf(out, "  after %6d           whole stack p50 %v, bare query p50 %v\n", after, whole.Round(time.Microsecond), bare.Round(time.Microsecond))
		ratio(out, float64(whole)/float64(bare), "of the bare query", atMost, 2)
	}
	return nil
}

// barePages gives the median time of the page's query through pgx.
func (w *world) barePages(ctx context.Context, q *db.Queries, after int64, n int) (time.Duration, error) {
	took := make([]time.Duration, n)
	for i := range took {
		began := time.Now()
		rows, err := q.PageMessages(ctx, db.PageMessagesParams{
			ConvoID: convoID(1), Did: w.accounts[0].DID, AfterSeq: after, UntilSeq: depth,
			Kinds: []string{"app", "commit", "proposal"}, MaxRows: pageSize, MaxBytes: 4_000_000,
		})
		if err != nil {
			return 0, err
		}
		if len(rows) != pageSize {
			return 0, fmt.Errorf("a page of %d rows", len(rows))
		}
		took[i] = time.Since(began)
	}
	slices.Sort(took)
	return took[n/2], nil
}
