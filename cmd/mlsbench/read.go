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

// benchRead measures pages of getMessages at the start, the middle and the end
// of a long conversation. It compares them with the bare query on one
// connection, and with a baseline program that answers with the same bytes.
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

// readRounds is the number of turns of benchRead. There are many short turns.
const readRounds = 25

// pages is the result of reading a page: the median time of each turn in
// nanoseconds, and the CPU time.
type pages struct {
	whole, bare, http []float64
	cpu               spent
	size              int
}

func microseconds(turns []float64) time.Duration {
	return time.Duration(median(turns)).Round(time.Microsecond)
}

// readPages reads the page after a sequence number, n times in each turn of
// each side.
func (w *world) readPages(ctx context.Context, q *db.Queries, after int64, n int) (p pages, err error) {
	// A token may be used several times for a query.
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
	baseline, err := startBaseline(ctx, httpBaseline, page.Bytes(), 0)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, baseline.stop()) }()
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
		bareTime, err := w.barePages(ctx, q, after, n)
		if err != nil {
			return p, err
		}
		empty, err := runCalls(ctx, baseline.addr, 1, calls)
		if err != nil {
			return p, err
		}
		p.whole, p.bare, p.http = append(p.whole, float64(res.p50)), append(p.bare, float64(bareTime)), append(p.http, float64(empty.p50))
	}
	return p, nil
}

// barePages returns the median time of the page's query with pgx.
func (w *world) barePages(ctx context.Context, q *db.Queries, after int64, n int) (time.Duration, error) {
	took := make([]time.Duration, n)
	for i := range took {
		began := time.Now()
		rows, err := q.PageMessages(ctx, db.PageMessagesParams{
			ConvoID: xrpc.ConvoID(convoID(1)), Did: w.accounts[0].DID, AfterSeq: after, UntilSeq: depth,
			// The service asks for one row more than the page has.
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
