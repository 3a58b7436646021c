package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/pgembed"
	"catbird.blue/mls/internal/pgplan"
	"catbird.blue/mls/xrpc"
)

const (
	depth    = 100_000
	pageSize = 50
)

// benchRead measures a page of getMessages at the start, the middle and the end
// of a long conversation, beside the bare query on one connection, and beside a
// program that answers with the same bytes and does nothing for it.
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
	one, err := pgxpool.ParseConfig(w.PG.URL(pgembed.Database))
	if err != nil {
		return err
	}
	one.MaxConns = 1
	maps.Copy(one.ConnConfig.RuntimeParams, pgplan.Settings())
	pool, err := pgxpool.NewWithConfig(ctx, one)
	if err != nil {
		return err
	}
	defer pool.Close()
	fmt.Fprintf(out, "getMessages, page of %d of %d messages (200 bytes), one caller\n", pageSize, depth)
	for _, after := range []int64{0, depth / 2, depth - pageSize} {
		p, err := w.readPages(ctx, db.New(pool), after, max(20, int(d.Seconds()*20)))
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "  after %6d           whole stack p50 %v, bare query p50 %v\n",
			after, microseconds(p.whole), microseconds(p.bare))
		fmt.Fprintf(out, "  CPU per page           mlsd %v, PostgreSQL %v; a bare HTTP answer of its %d bytes p50 %v\n",
			p.cpu.server.Round(time.Microsecond), p.cpu.postgres.Round(time.Microsecond), p.size, microseconds(p.http))
		ratio(out, median(byTurn(p.whole, p.bare)), "of the bare query, median of the turns", atMost, 2)
	}
	return nil
}

// readRounds is how often the sides of benchRead take turns: many short ones.
const readRounds = 25

// pages is what reading a page came to: the median of each turn, in nanoseconds,
// and CPU time.
type pages struct {
	whole, bare, http []float64
	cpu               spent
	size              int
}

func microseconds(turns []float64) time.Duration {
	return time.Duration(median(turns)).Round(time.Microsecond)
}

// readPages reads the page after a number n times in a turn of each side.
func (w *world) readPages(ctx context.Context, q *db.Queries, after int64, n int) (p pages, err error) {
	// A query may present its token again.
	target := fmt.Sprintf("/xrpc/%s?convoId=%s&limit=%d&sinceSeq=%d", gen.NSIDGetMessages, convoID(1), pageSize, after)
	token := w.accounts[0].TokenFor(w.did(), gen.NSIDGetMessages, time.Hour)
	one := newCall(w.addr(), "GET", target, token, nil)
	c, err := connect(ctx, w.addr())
	if err != nil {
		return p, err
	}
	defer c.Close()
	var page bytes.Buffer
	if _, err := c.answer(one, &page); err != nil {
		return p, err
	}
	p.size = page.Len()
	floor, err := startFloor(ctx, httpFloor, page.Bytes(), 0)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, floor.stop()) }()
	calls := slices.Repeat([]call{one}, n)
	for range readRounds {
		before, err := w.cpu(ctx)
		if err != nil {
			return p, err
		}
		res, err := runCalls(ctx, w.addr(), 1, calls)
		if err != nil {
			return p, err
		}
		now, err := w.cpu(ctx)
		if err != nil {
			return p, err
		}
		p.cpu.server += (now.server - before.server) / time.Duration(n*readRounds)
		p.cpu.postgres += (now.postgres - before.postgres) / time.Duration(n*readRounds)
		alone, err := w.barePages(ctx, q, after, n)
		if err != nil {
			return p, err
		}
		empty, err := runCalls(ctx, floor.addr, 1, calls)
		if err != nil {
			return p, err
		}
		p.whole, p.bare, p.http = append(p.whole, float64(res.p50)), append(p.bare, float64(alone)), append(p.http, float64(empty.p50))
	}
	return p, nil
}

// barePages gives the median time of the page's query through pgx.
func (w *world) barePages(ctx context.Context, q *db.Queries, after int64, n int) (time.Duration, error) {
	took := make([]time.Duration, n)
	for i := range took {
		began := time.Now()
		rows, err := q.PageMessages(ctx, db.PageMessagesParams{
			ConvoID: xrpc.ConvoID(convoID(1)), Did: w.accounts[0].DID, AfterSeq: after, UntilSeq: depth,
			// As the service asks: for one more than the page.
			Kinds: []string{"app", "commit", "proposal"}, MaxRows: pageSize + 1, MaxBytes: 4_000_000,
		})
		if err != nil {
			return 0, err
		}
		if len(rows) < pageSize {
			return 0, fmt.Errorf("a page of %d rows", len(rows))
		}
		took[i] = time.Since(began)
	}
	slices.Sort(took)
	return took[n/2], nil
}
