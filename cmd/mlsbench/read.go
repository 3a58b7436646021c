package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/pgembed"
	"catbird.blue/mls/internal/pgplan"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/xrpc"
)

const pageSize = 50

// benchRead measures pages of getMessages at the start, the middle and the end
// of a long conversation. It compares them with the bare query on one
// connection, and with a baseline program that answers with the same bytes.
func benchRead(ctx context.Context, w *world, r *recorder) error {
	depth := w.sizes.depth
	if err := w.clear(ctx); err != nil {
		return err
	}
	if err := w.seedConvos(ctx, 1, 1, w.dids(2)); err != nil {
		return err
	}
	if err := w.seedMessages(ctx, 1, 1, depth, growthLen); err != nil {
		return err
	}
	pool, err := w.connections(ctx, 1)
	if err != nil {
		return err
	}
	defer pool.Close()
	var worst *figure
	for _, at := range []struct {
		where string
		after int
	}{{"first page", 0}, {"page in the middle", depth / 2}, {"last page", depth - pageSize}} {
		p := newPages(r, at.where)
		if err := w.readPages(ctx, db.New(pool), at.after, p); err != nil {
			return err
		}
		if f := p.report(r, at.where); worst == nil || f.median() > worst.median() {
			worst = f
		}
	}
	r.judge("page", worst)
	return nil
}

// connections returns a pool of n connections with the settings of the service.
func (w *world) connections(ctx context.Context, n int32) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(w.PG.URL(pgembed.Database))
	if err != nil {
		return nil, err
	}
	config.MaxConns, config.MinConns = n, n
	maps.Copy(config.ConnConfig.RuntimeParams, pgplan.Settings())
	return pgxpool.NewWithConfig(ctx, config)
}

// pages are the figures of a page: the median time of each turn, and the CPU
// time.
type pages struct {
	whole           loadFigures
	bare, http, sum *figure
}

func newPages(r *recorder, where string) *pages {
	of := func(name string) *figure { return r.figure(where+", "+name, micros) }
	return &pages{
		whole: loadFigures{p50: of("whole stack, p50"), server: of("whole stack, mlsd CPU"), postgres: of("whole stack, PostgreSQL CPU")},
		bare:  of("bare query, p50"), http: of("bare HTTP answer, p50"), sum: of("bare query + bare HTTP answer"),
	}
}

func (p *pages) report(r *recorder, where string) *figure {
	r.print(p.whole.p50, p.whole.server, p.whole.postgres, p.bare, p.http)
	return r.ratio(where+" / bare query + bare HTTP answer", p.whole.p50, p.sum)
}

// query returns a call of a query, whose token may be used several times.
func (w *world) query(by *authtest.Account, nsid, target string) call {
	return newCall(w.addr(), "GET", target, by.TokenFor(w.did(), nsid, time.Hour), nil)
}

// readPages reads the page after a sequence number with each side in turn.
func (w *world) readPages(ctx context.Context, q *db.Queries, after int, p *pages) (err error) {
	one := w.query(w.accounts[0], gen.NSIDGetMessages,
		fmt.Sprintf("/xrpc/%s?convoId=%s&limit=%d&sinceSeq=%d", gen.NSIDGetMessages, convoID(1), pageSize, after))
	c, err := connect(ctx, w.addr())
	if err != nil {
		return err
	}
	defer c.Close()
	var page bytes.Buffer
	if _, err := c.answer(one, &page); err != nil {
		return err
	}
	baseline, err := startBaseline(ctx, httpBaseline, page.Bytes(), 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, baseline.stop()) }()
	calls := slices.Repeat([]call{one}, max(20, int(w.sizes.turn().Seconds()*1000)))
	for turn := range 1 + w.sizes.turns { // the first is a warm-up
		figures := p
		if turn == 0 {
			figures = &pages{}
		}
		if err := w.readTurn(ctx, q, after, calls, baseline, figures); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) readTurn(ctx context.Context, q *db.Queries, after int, calls []call, baseline *baseline, p *pages) error {
	err := w.measure(ctx, &p.whole, w.server.PID(), func() (loadResult, error) { return runCalls(ctx, w.addr(), 1, calls) })
	if err != nil {
		return err
	}
	bare, err := w.barePages(ctx, q, after, len(calls))
	if err != nil {
		return err
	}
	empty, err := runCalls(ctx, baseline.addr, 1, calls)
	if err != nil {
		return err
	}
	p.bare.addTime(bare)
	p.http.addTime(empty.p50)
	p.sum.addTime(bare + empty.p50)
	return nil
}

// barePages returns the median time of the page's query with pgx.
func (w *world) barePages(ctx context.Context, q *db.Queries, after, n int) (time.Duration, error) {
	took := make([]time.Duration, n)
	for i := range took {
		began := time.Now()
		rows, err := q.PageMessages(ctx, db.PageMessagesParams{
			ConvoID: xrpc.ConvoID(convoID(1)), Did: w.accounts[0].DID, AfterSeq: int64(after), UntilSeq: int64(w.sizes.depth),
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
