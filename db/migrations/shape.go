package migrations

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// shape describes the schema in lines that can be compared. A line has a tab
// between what it describes and the text of an expression, which PostgreSQL
// writes differently from one major version to another.
type shape struct {
	// postgres is the major version that wrote the text.
	postgres int
	lines    []string
}

func (s shape) text() string { return strings.Join(s.lines, "\n") }

// describe lists the tables, columns, constraints, indexes, triggers and
// functions of the current schema, without what belongs to an extension. NOT NULL
// is with the columns: only PostgreSQL 18 has constraints for it.
const describe = `
WITH own AS (
    SELECT c.oid, c.relname, c.relkind FROM pg_class c
    WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND c.relname <> 'schema_migrations'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')
)
SELECT format('table %s (%s)', relname, relkind) FROM own
UNION ALL
SELECT format(E'column %s.%s %s%s%s\t%s', o.relname, a.attname, format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attnotnull THEN ' not null' ELSE '' END, coalesce(' collate ' || l.collname, ''), pg_get_expr(e.adbin, e.adrelid))
FROM own o JOIN pg_attribute a ON a.attrelid = o.oid LEFT JOIN pg_collation l ON l.oid = a.attcollation AND l.collname <> 'default'
    LEFT JOIN pg_attrdef e ON e.adrelid = o.oid AND e.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT format(E'constraint %s on %s%s\t%s', k.conname, o.relname, CASE WHEN k.convalidated THEN '' ELSE ' not valid' END, pg_get_constraintdef(k.oid))
FROM own o JOIN pg_constraint k ON k.conrelid = o.oid WHERE k.contype <> 'n'
UNION ALL
SELECT format(E'index %s on %s%s%s\t%s', i.relname, o.relname, CASE WHEN x.indisunique THEN ' unique' ELSE '' END,
    CASE WHEN x.indisvalid THEN '' ELSE ' invalid' END, regexp_replace(pg_get_indexdef(x.indexrelid), ' ON .* USING ', ' USING '))
FROM own o JOIN pg_index x ON x.indrelid = o.oid JOIN pg_class i ON i.oid = x.indexrelid
UNION ALL
SELECT format(E'trigger %s on %s%s\t%s', g.tgname, o.relname, CASE WHEN g.tgenabled = 'O' THEN '' ELSE ' (' || g.tgenabled::text || ')' END,
    regexp_replace(pg_get_triggerdef(g.oid), ' ON [^ ]+ ', ' '))
FROM own o JOIN pg_trigger g ON g.tgrelid = o.oid WHERE NOT g.tgisinternal
UNION ALL
SELECT format(E'function %s(%s) returns %s\t%s', p.proname, pg_get_function_identity_arguments(p.oid), pg_get_function_result(p.oid), md5(p.prosrc))
FROM pg_proc p WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND p.prokind IN ('f', 'p')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e')`

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func readShape(ctx context.Context, q querier) (shape, error) {
	var s shape
	if err := q.QueryRow(ctx, "SELECT current_setting('server_version_num')::int / 10000").Scan(&s.postgres); err != nil {
		return s, fmt.Errorf("describing the schema: %w", err)
	}
	rows, _ := q.Query(ctx, describe)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return s, fmt.Errorf("describing the schema: %w", err)
	}
	slices.Sort(lines)
	s.lines = lines
	return s, nil
}

// ErrDrift is the answer to a schema that is not the one that the migrations
// made.
var ErrDrift = errors.New("the schema of the database is not what its migrations made")

// checkShape compares the schema with the one that the newest migration left. It
// allows tables and functions that no migration made, and more indexes that are
// not unique.
func (d *driver) checkShape() error {
	var made shape
	var text string
	err := d.conn.QueryRow(d.ctx, "SELECT postgres, shape FROM schema_migrations ORDER BY version DESC LIMIT 1").Scan(&made.postgres, &text)
	if err != nil {
		return fmt.Errorf("reading which schema the migrations made: %w", err)
	}
	made.lines = strings.Split(text, "\n")
	is, err := readShape(d.ctx, d.conn)
	if err != nil {
		return err
	}
	missing, more := made.differences(is)
	if len(missing)+len(more) > 0 {
		return fmt.Errorf("%w: %s. Undo what was changed by hand, or restore a backup", ErrDrift, report(missing, more))
	}
	if is.postgres == made.postgres {
		return nil
	}
	_, err = d.conn.Exec(d.ctx, `UPDATE schema_migrations SET postgres = $1, shape = $2
		WHERE version = (SELECT max(version) FROM schema_migrations)`, is.postgres, is.text())
	return err
}

// differences returns the lines of s that is lacks, and those that it has
// beyond it.
func (s shape) differences(is shape) (missing, more []string) {
	want, have := s.comparable(is.postgres), is.comparable(s.postgres)
	tables := s.tables()
	for _, line := range want {
		if !slices.Contains(have, line) {
			missing = append(missing, line)
		}
	}
	for _, line := range have {
		if !slices.Contains(want, line) && counts(line, tables) {
			more = append(more, line)
		}
	}
	return missing, more
}

// comparable returns the lines that can be compared with those of another major
// version of PostgreSQL.
func (s shape) comparable(other int) []string {
	if s.postgres == other {
		return s.lines
	}
	var lines []string
	for _, line := range s.lines {
		what, _, _ := strings.Cut(line, "\t")
		lines = append(lines, what)
	}
	return lines
}

func (s shape) tables() []string {
	var names []string
	for _, line := range s.lines {
		if words := strings.Fields(line); words[0] == "table" {
			names = append(names, words[1])
		}
	}
	return names
}

// counts reports whether a line that the migrations did not make is a
// difference: something new at one of their tables.
func counts(line string, tables []string) bool {
	words := strings.Fields(line)
	switch words[0] {
	case "column":
		table, _, _ := strings.Cut(words[1], ".")
		return slices.Contains(tables, table)
	case "constraint", "trigger":
		return slices.Contains(tables, words[3])
	case "index":
		unique := len(words) > 4 && words[4] == "unique"
		return unique && slices.Contains(tables, words[3])
	}
	return false
}

// mostReported is how many differences an error lists.
const mostReported = 10

func report(missing, more []string) string {
	var all []string
	// Tables come first: what else is missing may follow from it.
	slices.SortStableFunc(missing, func(a, b string) int { return isTable(b) - isTable(a) })
	for _, line := range missing {
		all = append(all, "it lacks "+strings.ReplaceAll(line, "\t", " "))
	}
	for _, line := range more {
		all = append(all, "it also has "+strings.ReplaceAll(line, "\t", " "))
	}
	if rest := len(all) - mostReported; rest > 0 {
		all = append(all[:mostReported], fmt.Sprintf("and %d more differences", rest))
	}
	return strings.Join(all, "; ")
}

func isTable(line string) int {
	if strings.HasPrefix(line, "table ") {
		return 1
	}
	return 0
}
