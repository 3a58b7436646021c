package quiet_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/internal/pgplan"
	"catbird.blue/mls/server/servertest"
)

// statement records the statement of a generated query.
type statement struct {
	sql  string
	args []any
}

var errRecorded = errors.New("the statement was recorded, not run")

func (s *statement) Exec(context.Context, string, ...any) (pgconn.CommandTag, error) {
	return pgconn.CommandTag{}, errRecorded
}

func (s *statement) Query(_ context.Context, sql string, args ...any) (pgx.Rows, error) {
	s.sql, s.args = sql, args
	return nil, errRecorded
}

func (s *statement) QueryRow(context.Context, string, ...any) pgx.Row { return nil }

// ran is one node of the output of EXPLAIN ANALYZE.
type ran struct {
	Type    string  `json:"Node Type"`
	Table   string  `json:"Relation Name"`
	Rows    float64 `json:"Actual Rows"`
	Loops   float64 `json:"Actual Loops"`
	Removed float64 `json:"Rows Removed by Filter"`
	Plans   []ran   `json:"Plans"`
}

// read returns how many rows of tables were read.
func (n ran) read() float64 {
	sum := 0.0
	if n.Table != "" {
		sum = (n.Rows + n.Removed) * n.Loops
	}
	for _, p := range n.Plans {
		sum += p.read()
	}
	return sum
}

// seedAccounts makes conversations of alice, and of as many other accounts as there are
// conversations, three members in each.
func seedAccounts(t *testing.T, pool *pgxpool.Pool, did, from, to any) {
	t.Helper()
	dbtest.Exec(t, pool, `INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, created_at, last_activity_at)
		SELECT decode(md5(n::text), 'hex'), 'did:web:bob.example', 1, 0, now(), $3::timestamptz + n * interval '1 minute' FROM generate_series($1::int, $2::int) n`, from, to, noon)
	dbtest.Exec(t, pool, `INSERT INTO memberships (convo_id, did, joined_seq, joined_at, joined_n, joined_gen, joined_pos, listed, quiet_since)
		SELECT c.convo_id, d.did, 0, now(), 0, 1, 0, d.did = $3, CASE WHEN d.did = $3 THEN c.last_activity_at ELSE 'infinity' END
		FROM generate_series($1::int, $2::int) n JOIN conversations c ON c.convo_id = decode(md5(n::text), 'hex')
		CROSS JOIN LATERAL (SELECT unnest(ARRAY[$3::text, 'did:web:a' || n || '.example', 'did:web:b' || n % 50 || '.example']) AS did) d`, from, to, did)
}

// pageOf prepares the page of alice on a connection with the settings of a page, and
// returns what tells how many rows it reads.
func pageOf(t *testing.T, pool *pgxpool.Pool, cursor bool) func() float64 {
	t.Helper()
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Release)
	for name, value := range pgplan.Settings() {
		if _, err := conn.Exec(t.Context(), "SET "+name+" = "+value); err != nil {
			t.Fatal(err)
		}
	}
	_, local, _ := strings.Cut(pgplan.BeginPage, ";")
	if _, err := conn.Exec(t.Context(), strings.ReplaceAll(local, "SET LOCAL", "SET")); err != nil {
		t.Fatal(err)
	}
	args := db.PageConvosParams{Did: alice, Now: noon, MaxRows: 51}
	if cursor {
		asOf, after := noon.Add(5000*time.Minute), noon.Add(2000*time.Minute)
		args.AsOf, args.AfterActivity, args.AfterID = &asOf, &after, servertest.NewConvoID().Stored()
	}
	s := &statement{}
	if _, err := db.New(s).PageConvos(t.Context(), args); !errors.Is(err, errRecorded) {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "PREPARE page AS "+s.sql); err != nil {
		t.Fatal(err)
	}
	return func() float64 {
		var out []byte
		err := conn.QueryRow(t.Context(), "EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE page($1, $2, $3, $4, $5, $6, $7, $8, $9)",
			append([]any{pgx.QueryExecModeSimpleProtocol}, s.args...)...).Scan(&out)
		if err != nil {
			t.Fatal(err)
		}
		var plans []struct{ Plan ran }
		if err := json.Unmarshal(out, &plans); err != nil {
			t.Fatal(err)
		}
		return plans[0].Plan.read()
	}
}

// A page of an account in many conversations reads what it shows, whether its plan was
// made for this account or while all accounts were in few.
func TestPageReadsFewRows(t *testing.T) {
	t.Parallel()
	for name, cursor := range map[string]bool{"first": false, "next": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := dbtest.Pool(t)
			seedAccounts(t, pool, "did:web:carol.example", 1, 300)
			dbtest.Exec(t, pool, "VACUUM ANALYZE")
			servertest.Settled(t, pool)
			dbtest.Exec(t, pool, "UPDATE quiet_place SET gen = log_current_generation(), pos = log_horizon()")
			early := pageOf(t, pool, cursor)
			if n := early(); n > 20 {
				t.Errorf("the page of an account in no conversation reads %v rows", n)
			}
			seedAccounts(t, pool, alice, 1000, 2999)
			const most = 600
			if n := early(); n < 50 || n > most {
				t.Errorf("by a plan for few rows it reads %v rows", n)
			}
			dbtest.Exec(t, pool, "VACUUM ANALYZE")
			if n := pageOf(t, pool, cursor)(); n < 50 || n > most {
				t.Errorf("it reads %v rows", n)
			}
			dbtest.Exec(t, pool, "UPDATE quiet_place SET gen = 0")
			if n := pageOf(t, pool, cursor)(); n < 4000 {
				t.Errorf("a page that looks all conversations up reads %v rows: the test sees nothing", n)
			}
		})
	}
}

// BenchmarkEndQuiet is an activity in a conversation of 1,000 members whose accounts are
// all in many conversations: what the Keeper has to write, and what it has when the
// conversation is quiet again.
func BenchmarkEndQuiet(b *testing.B) {
	pool := dbtest.Pool(b)
	id := addConvos(b, pool, 1)[0]
	dbtest.Exec(b, pool, `INSERT INTO memberships (convo_id, did, joined_seq, joined_at, joined_n, joined_gen, joined_pos)
		SELECT $1, 'did:web:m' || n || '.example', 0, now(), 0, 1, 0 FROM generate_series(1, 998) n`, id)
	dbtest.Exec(b, pool, `UPDATE memberships SET listed = TRUE`)
	k := keeper(pool, time.Nanosecond)
	var quieten, end time.Duration
	for range b.N {
		servertest.Settled(b, pool)
		start := time.Now()
		if _, err := k.Look(b.Context()); err != nil {
			b.Fatal(err)
		}
		quieten += time.Since(start)
		if got := quietOnes(b, pool); got != 1000 {
			b.Fatalf("%d are quiet", got)
		}
		if err := pgx.BeginFunc(b.Context(), pool, func(tx pgx.Tx) error { return act(b.Context(), tx, id, noon) }); err != nil {
			b.Fatal(err)
		}
		servertest.Settled(b, pool)
		start = time.Now()
		for follow(b, k) {
		}
		end += time.Since(start)
		if got := quietOnes(b, pool); got != 0 {
			b.Fatalf("%d are quiet", got)
		}
	}
	b.ReportMetric(float64(quieten.Microseconds())/float64(b.N), "µs/quiet")
	b.ReportMetric(float64(end.Microseconds())/float64(b.N), "µs/end")
}
