package main

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/dbtest"
)

// A connection keeps the plan of a statement while tables grow, so one that was
// made for a few rows must not read whole tables. These tests plan every query
// on a few rows, by the settings of openPool.

//go:embed testdata/few_rows.sql
var fewRows string

// readsWhole names what may read all of a table, with the reason. The key is a
// table, or a query and a table.
var readsWhole = map[string]string{
	"log_generation": "has one row",

	"BeginGenerationOfConvos conversations": "is for every conversation",
	"BeginGenerationOfAccounts accounts":    "is for every account",
	"DoomLooseObjects loose_objects":        "walks the index by age up to its limit; a row is there for an upload that runs or an object that goes",
}

// TestPlansForTablesThatGrow has no query read a table from one end to the
// other, be it by an index, or everybody's rows by their age.
func TestPlansForTablesThatGrow(t *testing.T) {
	needed := map[string]bool{}
	for _, convos := range []int{1, 5} {
		url := dbtest.URL(t)
		putFewRows(t, url, convos)
		for _, w := range wholeReads(t, url) {
			// To look up one of one row is to read the whole index: there
			// only what ignores indexes counts.
			if convos == 1 && w.index != "" {
				continue
			}
			key := w.table
			if readsWhole[key] == "" {
				key = w.query + " " + w.table
			}
			if readsWhole[key] == "" {
				t.Errorf("with %d conversations %s reads all of %s %s", convos, w.query, w.table, w.index)
			}
			needed[key] = true
		}
	}
	for key := range readsWhole {
		if !needed[key] {
			t.Errorf("nothing needs the exception for %q", key)
		}
	}
}

// Why a query may compare pair by pair.
const (
	oneRow   = "one of the sides is one row"
	windows  = "an account has few windows in one conversation"
	fewKinds = "there are four kinds of messages"
	// Where groups are large the index finds these, which are mostly one or two.
	ofCommit = "whom a commit concerns are looked for among the members of one group"
)

// multiplied names queries that compare rows of two sides pair by pair, or rows
// with an array, with the reason why they may.
var multiplied = map[string]string{
	"CommitDamage": oneRow,
	"PageConvos":   oneRow,

	"ConflictCommits":   windows,
	"ConflictProposals": windows,
	"SeesCommit":        windows,

	"GetHandshakeSeqs":     fewKinds,
	"PageHandshakes":       fewKinds,
	"PageHandshakesBefore": fewKinds,
	"PageMessages":         fewKinds,
	"PageMessagesBefore":   fewKinds,

	"ClearPendingRemovals": ofCommit,
	"EndMemberships":       ofCommit,
	"EndRejoinRequests":    ofCommit,
	"RejoinRequested":      ofCommit,
	"Standings":            ofCommit,

	"AttachBlobs":              "a message names ten blobs at most, of one account",
	"DeletedDevices":           "an account has few deleted devices",
	"ListDeletedDevices":       "an account has few deleted devices",
	"ListLeases":               "a requester has few leases",
	"ListPublishedKeyPackages": "a call publishes a hundred packages at most, of one account",
	"LockFreeConvos":           "64 messages share a transaction at most",
	"RemoveConvoWelcomes":      "a batch has 50 Welcomes",
}

// TestPlansDoNotMultiply has no query compare two lists pair by pair where tables
// have grown: hash joins, which would not, are turned off.
func TestPlansDoNotMultiply(t *testing.T) {
	needed := map[string]bool{}
	url := dbtest.URL(t)
	putRows(t, url, 300)
	conn := genericPlans(t, url)
	for _, q := range readQueries(t) {
		plan, err := explain(t.Context(), conn, q.sql)
		if err != nil {
			t.Fatalf("%s: %v", q.name, err)
		}
		plan.walk("", func(n planNode, _ string) {
			by := n.multiplies()
			if by == "" {
				return
			}
			if multiplied[q.name] == "" {
				t.Errorf("%s tries %s on every pair", q.name, by)
			}
			needed[q.name] = true
		})
	}
	// Newer versions find the elements of an array by an index, so they need fewer
	// exceptions; the list is that of the oldest one.
	if !atLeast(t, conn, 16) {
		for name := range multiplied {
			if !needed[name] {
				t.Errorf("nothing needs the exception for %s", name)
			}
		}
	}
	if len(needed) == 0 {
		t.Error("no query compares two lists: the test sees nothing")
	}
}

// atLeast tells whether the server is PostgreSQL of that version or newer.
func atLeast(t *testing.T, conn *pgx.Conn, version int) bool {
	t.Helper()
	var number int
	if err := conn.QueryRow(t.Context(), "SELECT current_setting('server_version_num')::int").Scan(&number); err != nil {
		t.Fatal(err)
	}
	return number >= version*10_000
}

// By the server's own figures a send would read every message there is: these
// tests can tell.
func TestPlansByTheServersFigures(t *testing.T) {
	url := dbtest.URL(t)
	putFewRows(t, url, 5)
	figures := url + "&seq_page_cost=1&random_page_cost=4&enable_hashjoin=on&enable_mergejoin=on"
	found := wholeReads(t, figures)
	if !slices.Contains(found, wholeRead{query: "SendMessage", table: "messages"}) {
		t.Errorf("SendMessage does not read all messages; what reads whole tables: %v", found)
	}
	read := readBehind(t, genericPlans(t, figures), "SELECT log_told_until(convo_id, 0, 20, 1, 105, convo_id, 5) FROM conversations WHERE convo_id = md5('1')")
	if !slices.Contains(read, "messages") {
		t.Errorf("log_told_until reads all of %v", read)
	}
}

// TestPlansBehindQueries looks at what queries cause and EXPLAIN does not show:
// functions and the checks of foreign keys.
func TestPlansBehindQueries(t *testing.T) {
	url := dbtest.URL(t)
	putFewRows(t, url, 1)
	conn := genericPlans(t, url)
	for name, sql := range map[string]string{
		"log_told_until": "SELECT log_told_until(convo_id, 0, 20, 1, 105, convo_id, 5) FROM conversations WHERE convo_id = md5('1')",
		"log_messages":   "SELECT FROM log_messages(1, 50, '', 0, 10)",
		"log_events":     "SELECT FROM log_events(1, 50, '', 0, 0, 10)",
		"a reference to a device": `INSERT INTO key_packages (did, ref, device_id, cipher_suite, key_package, last_resort, created_at, expires_at)
			VALUES ('did:plc:account1', 'new', 'device1', 1, 'x', FALSE, now(), now())`,
		"a reference to a message":               "INSERT INTO message_blobs (convo_id, seq, cid, owner_did) VALUES (md5('1'), 2, 'new', 'did:plc:account1')",
		"references to a message that goes":      "DELETE FROM messages WHERE convo_id = md5('1') AND seq = 20",
		"references to a Welcome that goes":      "DELETE FROM welcomes WHERE convo_id = md5('1') AND seq = 9",
		"references to a conversation that goes": "DELETE FROM conversations WHERE convo_id = 'closed'",
	} {
		if tables := readBehind(t, conn, sql); len(tables) > 0 {
			t.Errorf("%s reads all of %v", name, tables)
		}
	}
}

// readBehind runs a statement, takes it back, and names the tables that were
// read from one end to the other for it.
func readBehind(t *testing.T, conn *pgx.Conn, sql string) []string {
	t.Helper()
	ctx := t.Context()
	tx, err := conn.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(ctx) }()
	if tag, err := tx.Exec(ctx, sql); err != nil || tag.RowsAffected() == 0 {
		t.Fatalf("%s: %v %v", sql, tag, err)
	}
	rows, err := tx.Query(ctx, "SELECT relname FROM pg_stat_xact_user_tables WHERE seq_scan > 0 AND relname <> 'log_generation'")
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

// putFewRows makes every table as small as it is in a service that has just
// begun, and known to the planner as such.
func putFewRows(t *testing.T, url string, convos int) {
	t.Helper()
	pool := putRows(t, url, convos)
	var empty, large string
	err := pool.QueryRow(t.Context(), `SELECT coalesce(string_agg(relname, ' ') FILTER (WHERE reltuples < 1), ''),
			coalesce(string_agg(relname, ' ') FILTER (WHERE relpages > 5), '')
		FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`).Scan(&empty, &large)
	if err != nil || empty+large != "" {
		t.Fatalf("without rows: %q; with more than a few pages: %q (%v)", empty, large, err)
	}
}

// putRows puts rows into every table, and makes them known to the planner.
func putRows(t *testing.T, url string, convos int) *pgxpool.Pool {
	t.Helper()
	pool := dbtest.Open(t, url)
	for _, sql := range []string{strings.ReplaceAll(fewRows, ":convos", strconv.Itoa(convos)), "VACUUM ANALYZE"} {
		if _, err := pool.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatal(err)
		}
	}
	return pool
}

// genericPlans is a connection of openPool that plans for any arguments, as
// connections do for a statement they have used several times.
func genericPlans(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	pool, err := openPool(t.Context(), url, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	c, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Release)
	if _, err := c.Exec(t.Context(), "SET plan_cache_mode = force_generic_plan"); err != nil {
		t.Fatal(err)
	}
	return c.Conn()
}

// wholeRead is a query that reads all of a table, as it stands or by an index.
type wholeRead struct{ query, table, index string }

// wholeReads plans every query.
func wholeReads(t *testing.T, url string) []wholeRead {
	t.Helper()
	conn := genericPlans(t, url)
	columns, err := firstColumns(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	var found []wholeRead
	for _, q := range readQueries(t) {
		plan, err := explain(t.Context(), conn, q.sql)
		if err != nil {
			t.Fatalf("%s: %v", q.name, err)
		}
		plan.walk("", func(n planNode, table string) {
			if n.readsWhole(columns) {
				found = append(found, wholeRead{q.name, table, n.Index})
			}
		})
	}
	return found
}
