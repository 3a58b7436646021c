package eventlog_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
)

// afterQuery calls run once, after a query with a name.
type afterQuery struct {
	name string
	run  func()
	once sync.Once
}

type queryName struct{}

func (q *afterQuery) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	return context.WithValue(ctx, queryName{}, strings.Contains(data.SQL, "name: "+q.name+" "))
}

func (q *afterQuery) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) {
	if ctx.Value(queryName{}) == true {
		q.once.Do(q.run)
	}
}

// everyQuery calls run after each query with a name.
type everyQuery struct {
	name string
	run  func()
}

func (q *everyQuery) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	return context.WithValue(ctx, queryName{}, strings.Contains(data.SQL, "name: "+q.name+" "))
}

func (q *everyQuery) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) {
	if ctx.Value(queryName{}) == true {
		q.run()
	}
}

// gate holds back one query with a name, if wanted is set. closed is closed when
// the query waits; the test closes opened to let it run.
type gate struct {
	name           string
	wanted         atomic.Bool
	closed, opened chan struct{}
}

func (g *gate) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if strings.Contains(data.SQL, "name: "+g.name+" ") && g.wanted.CompareAndSwap(true, false) {
		close(g.closed)
		<-g.opened
	}
	return ctx
}

func (g *gate) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
