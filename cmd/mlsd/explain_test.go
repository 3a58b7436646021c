package main

import (
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

type namedQuery struct{ name, sql string }

// readQueries reads the queries of package db from their source files.
func readQueries(t *testing.T) []namedQuery {
	t.Helper()
	files, err := filepath.Glob("../../db/*.sql.go")
	if err != nil {
		t.Fatal(err)
	}
	var found []namedQuery
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		before := len(found)
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			sql, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			if rest, ok := strings.CutPrefix(sql, "-- name: "); ok {
				name, _, _ := strings.Cut(rest, " ")
				found = append(found, namedQuery{name, sql})
			}
			return true
		})
		if len(found) == before {
			t.Errorf("no query in %s", file)
		}
	}
	if len(found) == 0 {
		t.Fatal("no queries")
	}
	return found
}

// planNode is one node of the output of EXPLAIN.
type planNode struct {
	Type  string `json:"Node Type"`
	Table string `json:"Relation Name"`
	Index string `json:"Index Name"`
	Cond  string `json:"Index Cond"`
	// Joined is a condition that is evaluated for every pair of rows.
	Joined string     `json:"Join Filter"`
	Filter string     `json:"Filter"`
	Side   string     `json:"Parent Relationship"`
	Cost   float64    `json:"Total Cost"`
	Plans  []planNode `json:"Plans"`
}

// readsWhole reports whether a node reads a whole table or index. An index scan
// reads only a part if its first column is compared with a value, or if the
// scan starts at the old end of rows in order of age.
func (n planNode) readsWhole(firstColumns map[string]string) bool {
	if n.Index == "" {
		return n.Type == "Seq Scan"
	}
	column := "(" + firstColumns[n.Index]
	return !strings.Contains(n.Cond, column+" = ") && !strings.Contains(n.Cond, column+" < ")
}

// multiplies returns the condition that a node evaluates for every pair: of its
// rows and the elements of an array, or of the rows of two inputs neither of
// which was looked up by a row of the other. It returns "" if there is none.
func (n planNode) multiplies() string {
	if strings.Contains(n.Filter, " ANY ($") || strings.Contains(n.Filter, " ALL ($") {
		return n.Filter
	}
	if n.Type != "Nested Loop" || n.Joined == "" {
		return ""
	}
	for _, p := range n.Plans {
		// An index lookup by a row of the other input names that input as
		// alias.column.
		if p.Side == "Inner" && strings.Contains(p.Cond, ".") {
			return ""
		}
	}
	return n.Joined
}

// firstColumns returns the first column of every index.
func firstColumns(ctx context.Context, conn *pgx.Conn) (map[string]string, error) {
	rows, err := conn.Query(ctx, "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid, 1, TRUE) FROM pg_index WHERE indrelid >= 16384")
	if err != nil {
		return nil, err
	}
	columns := map[string]string{}
	var index, column string
	_, err = pgx.ForEachRow(rows, []any{&index, &column}, func() error {
		columns[index] = column
		return nil
	})
	return columns, err
}

// walk calls do for every node with its table. The index scan below a bitmap
// scan does not name the table, so walk passes it down.
func (n planNode) walk(table string, do func(planNode, string)) {
	if n.Table != "" {
		table = n.Table
	}
	do(n, table)
	for _, p := range n.Plans {
		p.walk(table, do)
	}
}

// explain returns the plan of a query. The values of the arguments do not
// matter, but PostgreSQL 15 requires some.
func explain(ctx context.Context, conn *pgx.Conn, sql string) (planNode, error) {
	if strings.Contains(sql, "\nLOCK TABLE ") {
		return planNode{}, nil // a statement without a plan
	}
	const name = "explained"
	st, err := conn.Prepare(ctx, name, sql)
	if err != nil {
		return planNode{}, err
	}
	args := ""
	if n := len(st.ParamOIDs); n > 0 {
		args = "(NULL" + strings.Repeat(", NULL", n-1) + ")"
	}
	var told []byte
	if err := conn.QueryRow(ctx, "EXPLAIN (FORMAT JSON) EXECUTE "+name+args, pgx.QueryExecModeSimpleProtocol).Scan(&told); err != nil {
		return planNode{}, err
	}
	var plans []struct{ Plan planNode }
	if err := json.Unmarshal(told, &plans); err != nil {
		return planNode{}, err
	}
	if len(plans) != 1 || plans[0].Plan.Type == "" {
		return planNode{}, fmt.Errorf("not one plan: %s", told)
	}
	return plans[0].Plan, conn.Deallocate(ctx, name)
}
