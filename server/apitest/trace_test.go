package apitest

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/labstack/echo/v4"

	"catbird.blue/mls/internal/dbtest"
)

// asked is a statement that a request ran.
type asked struct {
	sql  string
	args []any
}

var statementName = regexp.MustCompile(`^-- name: (\w+) `)

// name returns the name of the statement in queries/, or the SQL that begins or
// ends a transaction.
func (a asked) name() string {
	if m := statementName.FindStringSubmatch(a.sql); m != nil {
		return m[1]
	}
	return a.sql
}

// trace collects the statements of the requests of a stack. Statements of
// background tasks are not included.
type trace struct {
	mu  sync.Mutex
	ran []asked
}

type traceKey struct{}

// pool returns a pool on a database of its own whose statements are collected.
func (tr *trace) pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	cfg := dbtest.Pool(t).Config()
	cfg.ConnConfig.Tracer = tr
	pool := must(pgxpool.NewWithConfig(context.Background(), cfg))(t)
	t.Cleanup(pool.Close)
	return pool
}

// mark marks the context of a request, so that its statements are recognized.
func (tr *trace) mark(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		c.SetRequest(r.WithContext(context.WithValue(r.Context(), traceKey{}, tr)))
		return next(c)
	}
}

func (tr *trace) note(ctx context.Context, sql string, args []any) {
	if ctx.Value(traceKey{}) == nil {
		return
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.ran = append(tr.ran, asked{sql, args})
}

func (tr *trace) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	tr.note(ctx, d.SQL, d.Args)
	return ctx
}

func (tr *trace) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (tr *trace) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

func (tr *trace) TraceBatchQuery(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchQueryData) {
	tr.note(ctx, d.SQL, d.Args)
}

func (tr *trace) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// take returns what was collected since the last call.
func (tr *trace) take() []asked {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	ran := tr.ran
	tr.ran = nil
	return ran
}

func names(ran []asked) string {
	out := make([]string, len(ran))
	for i, a := range ran {
		out[i] = a.name()
	}
	return strings.Join(out, ", ")
}

// work runs statements again in a transaction that it rolls back, and describes
// the work of PostgreSQL: which steps of the plans ran how often, and how many
// rows each returned and discarded.
func (s *stack) work(t testing.TB, ran []asked) string {
	t.Helper()
	tx := must(s.pool.Begin(t.Context()))(t)
	defer func() { _ = tx.Rollback(context.Background()) }()
	var out strings.Builder
	for _, a := range ran {
		if !statementName.MatchString(a.sql) {
			continue
		}
		out.WriteString(a.name() + "\n")
		if strings.Contains(a.sql, "\nLOCK TABLE ") {
			continue
		}
		var plans []struct{ Plan planNode }
		var raw []byte
		if err := tx.QueryRow(t.Context(), "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "+a.sql, a.args...).Scan(&raw); err != nil {
			t.Fatalf("%s: %v", a.name(), err)
		}
		if err := json.Unmarshal(raw, &plans); err != nil {
			t.Fatalf("%s: %v", a.name(), err)
		}
		plans[0].Plan.write(&out, 1)
	}
	return out.String()
}

// planNode is a step of a plan in the output of EXPLAIN ANALYZE.
type planNode struct {
	Node    string      `json:"Node Type"`
	Table   string      `json:"Relation Name"`
	Index   string      `json:"Index Name"`
	Rows    json.Number `json:"Actual Rows"`
	Loops   json.Number `json:"Actual Loops"`
	Removed json.Number `json:"Rows Removed by Filter"`
	Joined  json.Number `json:"Rows Removed by Join Filter"`
	Heap    json.Number `json:"Heap Fetches"`
	Plans   []planNode
}

func (n planNode) write(out *strings.Builder, depth int) {
	fmt.Fprintf(out, "%s%s %s %s: loops %s, rows %s, removed %s %s, fetched %s\n", strings.Repeat("  ", depth), n.Node, n.Table, n.Index, n.Loops, n.Rows, n.Removed, n.Joined, n.Heap)
	for _, p := range n.Plans {
		p.write(out, depth+1)
	}
}
