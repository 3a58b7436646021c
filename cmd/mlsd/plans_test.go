package main

import (
	"crypto/md5"
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
)

// A connection keeps the plan of a statement while tables grow, so a plan that
// was made for a few rows must not read whole tables. These tests plan every
// query on small tables, with the settings of openPool.

//go:embed testdata/few_rows.sql
var fewRows string

// mayReadWhole lists what may read a whole table, with the reason. The key is a
// table, or a query and a table.
var mayReadWhole = map[string]string{
	"log_generation": "has one row",
	"health_writes":  "has one row",
	"quiet_place":    "has one row",

	"account_states_version": "has one row",
	"relay_cursors":          "has a row for each relay",

	"BeginGenerationOfConvos conversations": "is for every conversation",
	"BeginGenerationOfAccounts accounts":    "is for every account",
	"MarkOrphanObjects orphan_objects":      "walks the index by age up to its limit; a row is there for an upload that runs or an object that goes",

	"ChangedAccountStates account_states": "walks the index by version up to its limit",
	"ClaimErasure account_states":         "walks an index that has only the accounts to erase, up to its limit",
	"TakeReportToForward reports":         "walks an index that has only the reports to forward, up to its limit",
	"CountReportsToForward reports":       "counts an index that has only the reports to forward",
	"ReadQuietPlace memberships":          "asks for one row of an index that has only the quiet ones",
	"EndAllQuiet memberships":             "walks an index that has only the quiet ones, up to its limit",
	"BeginQuiet memberships":              "walks an index that has only the listed ones that are not quiet, up to its limit",
	"AnswersNaming idempotency_records":   "walks the primary key up to its limit, for an erasure",
	"EraseReports reports":                "a reason may name the account; an erasure, and reports are few",
	"EraseTickets tickets":                "a ticket lives a minute; an erasure",
	"CountAccountStates account_states":   ofOperator,
	"CountOpenReports reports":            ofOperator,
	"ListReports reports":                 ofOperator,
	"ShowConvo messages":                  ofOperator,
}

// ofOperator: a person asks, now and then, and the plan is made for the question.
const ofOperator = "the operator asks"

// ofBackups lists the queries that read everything, to compare a backup with the
// database, or in pages to copy attachments. They run with PostgreSQL's default
// settings, on connections of their own (internal/backup).
var ofBackups = []string{"CountRows", "CountHoles", "CountOrphans", "ListBlobObjects", "ListNewBlobObjects"}

// TestPlansForTablesThatGrow checks that no query reads a whole table, neither
// directly nor through an index, nor the rows of all accounts in order of age.
func TestPlansForTablesThatGrow(t *testing.T) {
	needed := map[string]bool{}
	for _, convos := range []int{1, 5} {
		url := dbtest.URL(t)
		putFewRows(t, url, convos)
		for _, w := range wholeReads(t, url) {
			// In a table with one row, an index lookup looks like a full read.
			// For such tables only sequential scans are reported.
			if convos == 1 && w.index != "" || slices.Contains(ofBackups, w.query) {
				continue
			}
			key := w.table
			if strings.HasPrefix(key, "pg_") {
				continue // the catalog does not grow with use
			}
			if mayReadWhole[key] == "" {
				key = w.query + " " + w.table
			}
			if mayReadWhole[key] == "" {
				t.Errorf("with %d conversations %s reads all of %s %s", convos, w.query, w.table, w.index)
			}
			needed[key] = true
		}
	}
	for key := range mayReadWhole {
		if !needed[key] {
			t.Errorf("nothing needs the exception for %q", key)
		}
	}
}

// Reasons why a query may compare pairs of rows.
const (
	oneRow   = "one of the sides is one row"
	windows  = "an account has few windows in one conversation"
	fewKinds = "there are four kinds of messages"
	catalog  = "sessions and databases of the cluster are few"
	// When groups are large, the index finds these rows, of which there are
	// mostly one or two.
	ofCommit = "whom a commit concerns are looked for among the members of one group"
)

// multiplied lists the queries that compare every pair of rows of two inputs,
// or of rows and array elements, with the reason why they may.
var multiplied = map[string]string{
	"CommitDamage":   oneRow,
	"PageConvos":     oneRow,
	"SetPreferences": oneRow,

	"CountOtherStores":         catalog,
	"DoctorDatabase":           catalog,
	"ListPreparedTransactions": catalog,
	"ListSessions":             catalog,

	"ConflictCommits":   windows,
	"ConflictProposals": windows,
	"SeesCommit":        windows,

	"GetHandshakeSeqs":     fewKinds,
	"PageHandshakes":       fewKinds,
	"PageHandshakesBefore": fewKinds,
	"PageMessages":         fewKinds,
	"PageMessagesBefore":   fewKinds,

	"BarLeaver":            ofCommit,
	"ClearPendingRemovals": ofCommit,
	"EndMemberships":       ofCommit,
	"EndRejoinRequests":    ofCommit,
	"RejoinRequested":      ofCommit,
	"MembershipStates":     ofCommit,

	"AttachBlobs":              "a message names ten blobs at most, of one account",
	"DeletedDevices":           "an account has few deleted devices",
	"ListClaimableDevices":     "a call names a hundred accounts at most",
	"ListDeletedDevices":       "an account has few deleted devices",
	"ListLeases":               "a requester has few leases",
	"ListPublishedKeyPackages": "a call publishes a hundred packages at most, of one account",
	"RemoveConvoWelcomes":      "a batch has 50 Welcomes",
}

// TestPlansDoNotMultiply checks that no query compares all pairs of two lists
// whose tables grow. Hash joins, which would not do that, are turned off.
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
			if by == "" || slices.Contains(ofBackups, q.name) {
				return
			}
			if multiplied[q.name] == "" {
				t.Errorf("%s tries %s on every pair", q.name, by)
			}
			needed[q.name] = true
		})
	}
	// Newer versions of PostgreSQL look up array elements by an index and need
	// fewer exceptions. The list is for the oldest version. How the catalog is read
	// depends on what else the server has.
	if !atLeast(t, conn, 16) {
		for name, reason := range multiplied {
			if !needed[name] && reason != catalog {
				t.Errorf("nothing needs the exception for %s", name)
			}
		}
	}
	if len(needed) == 0 {
		t.Error("no query compares two lists: the test sees nothing")
	}
}

// atLeast reports whether the server has that version of PostgreSQL or a newer
// one.
func atLeast(t *testing.T, conn *pgx.Conn, version int) bool {
	t.Helper()
	var number int
	if err := conn.QueryRow(t.Context(), "SELECT current_setting('server_version_num')::int").Scan(&number); err != nil {
		t.Fatal(err)
	}
	return number >= version*10_000
}

// With PostgreSQL's default settings a send would read all messages. The tests
// must detect that.
func TestPlansWithDefaultSettings(t *testing.T) {
	url := dbtest.URL(t)
	putFewRows(t, url, 5)
	figures := url + "&seq_page_cost=1&random_page_cost=4&enable_hashjoin=on&enable_mergejoin=on"
	found := wholeReads(t, figures)
	if !slices.Contains(found, wholeRead{query: "SendMessage", table: "messages"}) {
		t.Errorf("SendMessage does not read all messages; what reads whole tables: %v", found)
	}
	read := readBehind(t, genericPlans(t, figures), "SELECT log_told_until(convo_id, 0, 20, 1, 105, convo_id, 5) FROM conversations WHERE convo_id = decode(md5('1'), 'hex')")
	if !slices.Contains(read, "messages") {
		t.Errorf("log_told_until reads all of %v", read)
	}
}

// TestPlanOfBatches: a plan for the values of a batch is estimated to cost the same
// however many messages it has, so that a session keeps one plan after a few batches of
// any size. Making the plan takes longer than storing the messages.
func TestPlanOfBatches(t *testing.T) {
	url := dbtest.URL(t)
	putRows(t, url, 5)
	all := readQueries(t)
	sql := all[slices.IndexFunc(all, func(q namedQuery) bool { return q.name == "SendMessages" })].sql
	costs := map[int]float64{}
	for _, n := range []int{1, 2, 64} {
		conn := genericPlans(t, url)
		if _, err := conn.Exec(t.Context(), "RESET plan_cache_mode"); err != nil {
			t.Fatal(err)
		}
		var told []struct{ Plan planNode }
		p := batchOf(n)
		if err := conn.QueryRow(t.Context(), "EXPLAIN (FORMAT JSON) "+sql, p.Ords, p.ConvoIds, p.Dids, p.MessageIds, p.Epochs, p.ConvoFulls, p.Nows,
			p.PastEpochs, p.Ciphertexts).Scan(&told); err != nil {
			t.Fatal(err)
		}
		costs[n] = told[0].Plan.Cost
		for range 10 {
			rows, err := db.New(conn).SendMessages(t.Context(), batchOf(n))
			if err != nil || len(rows) != n || rows[0].Seq == 0 {
				t.Fatalf("%v: %+v", err, rows)
			}
		}
		if kept, made := plans(t, conn, "SendMessages"); kept != 5 || made != 5 {
			t.Errorf("with %d messages the session used a plan %d times, and made %d", n, kept, made)
		}
	}
	if costs[1] == 0 || costs[2] != costs[1] || costs[64] != costs[1] {
		t.Errorf("the estimated cost by the number of messages is %v", costs)
	}
}

// batchOf makes n messages of a conversation of putRows.
func batchOf(n int) (p db.SendMessagesParams) {
	convo := md5.Sum([]byte("1"))
	for i := range n {
		p.Ords, p.Epochs = append(p.Ords, int64(i)+1), append(p.Epochs, 2)
		p.ConvoIds, p.Dids = append(p.ConvoIds, convo[:]), append(p.Dids, "did:plc:account1")
		p.MessageIds, p.Ciphertexts = append(p.MessageIds, mlstest.Random(16)), append(p.Ciphertexts, mlstest.Random(200))
		p.ConvoFulls, p.Nows = append(p.ConvoFulls, false), append(p.Nows, time.Now())
	}
	return p
}

// TestPlansBehindQueries checks statements that EXPLAIN does not show: those of
// functions and of foreign keys.
func TestPlansBehindQueries(t *testing.T) {
	url := dbtest.URL(t)
	putFewRows(t, url, 1)
	conn := genericPlans(t, url)
	for name, sql := range map[string]string{
		"log_told_until": "SELECT log_told_until(convo_id, 0, 20, 1, 105, convo_id, 5) FROM conversations WHERE convo_id = decode(md5('1'), 'hex')",
		"a reference to a device": `INSERT INTO key_packages (did, ref, device_id, cipher_suite, key_package, last_resort, created_at, expires_at)
			VALUES ('did:plc:account1', 'new', 'device1', 1, 'x', FALSE, now(), now())`,
		"a reference to a message":               "INSERT INTO message_blobs (convo_id, seq, cid, owner_did) VALUES (decode(md5('1'), 'hex'), 2, 'new', 'did:plc:account1')",
		"references to a message that goes":      "DELETE FROM messages WHERE convo_id = decode(md5('1'), 'hex') AND seq = 20",
		"references to a Welcome that goes":      "DELETE FROM welcomes WHERE convo_id = decode(md5('1'), 'hex') AND seq = 9",
		"references to a conversation that goes": "DELETE FROM conversations WHERE convo_id = decode(md5('closed'), 'hex')",
	} {
		if tables := readBehind(t, conn, sql); len(tables) > 0 {
			t.Errorf("%s reads all of %v", name, tables)
		}
	}
}

// readBehind runs a statement in a transaction, rolls it back, and lists the
// tables that it read sequentially.
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

// putFewRows gives every table the size that it has in a new service, and
// updates the planner statistics.
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

// putRows inserts rows into every table and updates the planner statistics.
func putRows(t *testing.T, url string, convos int) *pgxpool.Pool {
	t.Helper()
	pool := dbtest.Open(t, url)
	if _, err := pool.Exec(t.Context(), strings.ReplaceAll(fewRows, ":convos", strconv.Itoa(convos)), pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatal(err)
	}
	vacuum(t, pool)
	return pool
}

// vacuum updates the planner statistics until all rows are visible to all: a VACUUM
// marks none while another session of the database, such as autovacuum, has an older
// snapshot, and the plans then differ.
func vacuum(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		dbtest.Exec(t, pool, "VACUUM ANALYZE")
		hidden := dbtest.Value[string](t, pool, `SELECT coalesce(string_agg(relname, ' '), '') FROM pg_class
			WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relallvisible < relpages`)
		if hidden == "" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("rows are not visible to all: %s", hidden)
		}
	}
}

// genericPlans returns a connection of openPool that uses generic plans, as a
// connection does after it has used a statement several times.
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

// wholeRead is a query that reads a whole table, directly or through an index.
type wholeRead struct{ query, table, index string }

// wholeReads plans every query and returns those that read a whole table.
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
