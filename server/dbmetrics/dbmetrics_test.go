package dbmetrics

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/dbtest"
)

func openPool(t *testing.T, url string, tracer pgx.QueryTracer) *pgxpool.Pool {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	cfg.ConnConfig.Tracer, cfg.MaxConns = tracer, 4
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func exec(t *testing.T, pool *pgxpool.Pool, sql string) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

// The label table has the tables of the schema.
func TestTablesAreThoseOfTheSchema(t *testing.T) {
	pool := openPool(t, dbtest.URL(t), nil)
	sizes, err := db.New(pool).MeasureTables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, s := range sizes {
		found = append(found, s.Name)
	}
	slices.Sort(found)
	if !slices.Equal(found, tables) {
		t.Errorf("the schema has %v, the label %v", found, tables)
	}
}

// A survey finds sizes, blobs, the key packages of devices and an open transaction.
func TestSurvey(t *testing.T) {
	url := dbtest.URL(t)
	pool := openPool(t, url, nil)
	exec(t, pool, `INSERT INTO accounts (did, created_at) VALUES ('did:web:a.example', now())`)
	exec(t, pool, `INSERT INTO devices (did, device_id, created_at, deleted_at)
		SELECT 'did:web:a.example', d::text, now(), CASE WHEN d = 4 THEN now() END FROM generate_series(1, 4) d`)
	// The first device has no package that can be claimed, the second three, the third one.
	exec(t, pool, `INSERT INTO key_packages (did, ref, device_id, cipher_suite, key_package, last_resort, created_at, expires_at, spent_at)
		SELECT 'did:web:a.example', decode(md5(d::text || k), 'hex'), d::text, 1, '', FALSE, now(),
			now() + CASE WHEN d = 3 AND k > 1 THEN -1 ELSE 1 END * interval '1 day', CASE WHEN d = 1 THEN now() END
		FROM generate_series(1, 4) d, generate_series(1, 3) k`)
	exec(t, pool, `INSERT INTO blobs (did, cid, object_key, size, mime_type, created_at)
		SELECT 'did:web:a.example', b::text, b::text, 1000 * b, '', now() FROM generate_series(1, 4) b`)
	exec(t, pool, `ANALYZE`)
	holder, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close(context.Background())
	if _, err := holder.Exec(t.Context(), "SET application_name = 'anything at all'; BEGIN; SELECT pg_current_xact_id(); SELECT pg_sleep(0.01)"); err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	s := NewSurvey(pool, registry, slog.New(slog.DiscardHandler))
	if err := s.Measure(t.Context()); err != nil {
		t.Fatal(err)
	}
	g := s.gauges
	if got := testutil.ToFloat64(g.blobBytes); got != 10_000 {
		t.Errorf("blobs have %v bytes", got)
	}
	if got := testutil.ToFloat64(g.databaseBytes); got < 1e6 {
		t.Errorf("the database has %v bytes", got)
	}
	if got := testutil.ToFloat64(g.bytes.WithLabelValues("messages")); got <= 0 {
		t.Errorf("messages have %v bytes", got)
	}
	// Other tests of this cluster may have open transactions as well.
	if got := testutil.ToFloat64(g.oldest.WithLabelValues("other")); got < 0.01 {
		t.Errorf("the oldest transaction of an unknown application is %v s old", got)
	}
	if got := testutil.ToFloat64(g.surveyed); time.Since(time.Unix(int64(got), 0)) > time.Hour {
		t.Errorf("measured at %v", got)
	}
	if p := g.pools; p.devices != 3 || p.sum != 4 || p.buckets[0] != 1 || p.buckets[1] != 2 || p.buckets[2] != 2 || p.buckets[5] != 3 {
		t.Errorf("pools of %d devices, %v packages: %v", p.devices, p.sum, p.buckets)
	}
	if n, err := testutil.GatherAndCount(registry); err != nil || n < 2*len(tables) {
		t.Errorf("%d series, %v", n, err)
	}
}

// A sample of a large table has about as many pages as it may.
func TestSample(t *testing.T) {
	for pages, want := range map[int64]float32{0: 100, 500: 100, 1000: 50, 500_000: 0.1} {
		if got := sample(pages, 500); got != want {
			t.Errorf("%d pages: %v %%, want %v", pages, got, want)
		}
	}
	p := &pools{}
	p.set([]db.SamplePackagePoolsRow{{Available: 3, Devices: 10}}, 7)
	if p.devices != 70 || p.sum != 210 || p.buckets[2] != 0 || p.buckets[5] != 70 {
		t.Errorf("%+v", p)
	}
}

// A survey of a database that does not answer fails and keeps what it knew.
func TestSurveyFails(t *testing.T) {
	pool := openPool(t, dbtest.URL(t), nil)
	s := NewSurvey(pool, nil, slog.New(slog.DiscardHandler))
	if err := s.Measure(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := testutil.ToFloat64(s.gauges.databaseBytes)
	s.now = func() time.Time { return time.Unix(1, 0) }
	pool.Close()
	if err := s.Measure(t.Context()); err == nil {
		t.Error("a closed pool could be measured")
	}
	if got := testutil.ToFloat64(s.gauges.databaseBytes); got != before || testutil.ToFloat64(s.gauges.surveyed) == 1 {
		t.Errorf("%v bytes, were %v", got, before)
	}
}

// Real errors of the database are counted by cause.
func TestErrorsByCause(t *testing.T) {
	errs := NewErrors()
	pool := openPool(t, dbtest.URL(t), errs)
	for cause, sql := range map[string]string{
		causeConstraint: "INSERT INTO accounts (did, created_at, blob_bytes) VALUES ('x', now(), -1)",
		causeTimeout:    "SET statement_timeout = '1ms'; SELECT pg_sleep(10)",
		causeOther:      "SELECT nothing",
		causeReadOnly:   "BEGIN READ ONLY; DELETE FROM accounts",
	} {
		if _, err := pool.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol); err == nil {
			t.Errorf("%s worked", sql)
		}
		if got := testutil.ToFloat64(errs.counts.WithLabelValues(cause)); got != 1 {
			t.Errorf("%s: %v of cause %s", sql, got, cause)
		}
	}
	if _, err := pgx.ConnectConfig(t.Context(), refusing(t, errs)); err == nil {
		t.Error("connected to nothing")
	}
	if got := testutil.ToFloat64(errs.counts.WithLabelValues(causeConnection)); got != 1 {
		t.Errorf("%v of cause connection", got)
	}
}

// refusing is the configuration of a connection to a port where nothing listens.
func refusing(t *testing.T, tracer pgx.QueryTracer) *pgx.ConnConfig {
	t.Helper()
	cfg, err := pgx.ParseConfig("postgres://localhost:1/x?sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Tracer = tracer
	return cfg
}

func TestCauses(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&pgconn.PgError{Code: "53100"}, causeFull}, {&pgconn.PgError{Code: "57P01"}, causeShutdown}, {&pgconn.PgError{Code: "XX001"}, causeDamaged},
		{&pgconn.PgError{Code: "40001"}, causeSerialize}, {&pgconn.PgError{Code: "40P01"}, causeDeadlock}, {&pgconn.PgError{Code: "55P03"}, causeLock},
		{&pgconn.PgError{Code: "53300"}, causeTooMany}, {&pgconn.PgError{Code: "28P01"}, causePermission}, {&pgconn.PgError{Code: ""}, causeOther},
		{fmt.Errorf("read: %w", io.ErrUnexpectedEOF), causeConnection}, {context.Canceled, causeCanceled}, {context.DeadlineExceeded, causeDeadline},
	} {
		if got := cause(c.err); got != c.want {
			t.Errorf("%v is %s, want %s", c.err, got, c.want)
		}
		if !slices.Contains(causes, c.want) {
			t.Errorf("%s is not declared", c.want)
		}
	}
}
