package server

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
)

// BenchmarkGetKeyPackages claims the packages of ten accounts, each time as a new
// claimer. It reports the processor time of PostgreSQL's process on Linux.
func BenchmarkGetKeyPackages(b *testing.B) {
	s := newTestServer(b)
	var dids []string
	for i := range 10 {
		c := mlstest.NewClient(servertest.DID(fmt.Sprintf("owner%d", i)))
		publish(b, s, c, 100)
		dids = append(dids, c.DID)
	}
	dbtest.Exec(b, s.Pool, "VACUUM ANALYZE")
	cfg := s.Pool.Config()
	cfg.MaxConns = 1
	pool, err := pgxpool.NewWithConfig(b.Context(), cfg)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	claimed := onPool(s, pool)
	backend := dbtest.Value[int](b, pool, "SELECT pg_backend_pid()")
	claims := 0
	var used time.Duration
	claim := func() {
		claims++
		start := processTime(backend)
		if out := claimOf(b, claimed, servertest.DID(fmt.Sprintf("claimer%d", claims)), dids...); len(out.KeyPackages) != 10 {
			b.Fatalf("%d packages at claim %d", len(out.KeyPackages), claims)
		}
		used += processTime(backend) - start
		// The next claim finds what this one has found.
		dbtest.Exec(b, s.Pool, "UPDATE key_packages SET lease_holder = NULL, lease_convo = NULL, lease_ends_at = NULL WHERE lease_holder IS NOT NULL")
		dbtest.Exec(b, s.Pool, "UPDATE package_claims SET claimed_at = '{}'")
	}
	for range 8 { // PostgreSQL keeps the plan of a statement after five times
		claim()
	}
	used = 0
	first := claims
	for b.Loop() {
		claim()
	}
	b.ReportMetric(float64(used.Microseconds())/float64(claims-first), "PostgreSQL-cpu-µs/claim")
}

// processTime returns the processor time of a process with one thread, or 0 if it cannot
// be read.
func processTime(pid int) time.Duration {
	var ns int64
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", pid))
	if err == nil {
		_, _ = fmt.Sscan(string(stat), &ns) // 0 if it has another form
	}
	return time.Duration(ns)
}
