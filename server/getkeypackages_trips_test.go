package server

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
)

// tripCounter counts round trips to PostgreSQL: statements alone and batches. Statements
// that a connection prepares at their first use are not counted.
type tripCounter struct{ trips, statements atomic.Int64 }

func (c *tripCounter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.trips.Add(1)
	c.statements.Add(1)
	return ctx
}

func (c *tripCounter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (c *tripCounter) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	c.trips.Add(1)
	return ctx
}

func (c *tripCounter) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {
	c.statements.Add(1)
}

func (c *tripCounter) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// TestGetKeyPackagesTrips: a claim is few round trips, whoever the claimer is and however
// many accounts it names.
func TestGetKeyPackagesTrips(t *testing.T) {
	s := newTestServer(t)
	var dids []string
	for i := range 10 {
		c := mlstest.NewClient(servertest.DID(fmt.Sprintf("owner%d", i)))
		publish(t, s, c, 2)
		dids = append(dids, c.DID)
	}
	cfg := s.Pool.Config()
	count := &tripCounter{}
	cfg.ConnConfig.Tracer = count
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s = onPool(s, pool)
	for _, c := range []struct {
		name              string
		trips, statements int64
	}{
		// BEGIN and COMMIT are among them.
		{"a new claimer", 7, 13},
		{"the same again", 5, 7},
	} {
		trips, statements := count.trips.Load(), count.statements.Load()
		if out := claimOf(t, s, servertest.DID("claimer"), dids...); len(out.KeyPackages) != 10 {
			t.Fatalf("%s: %d packages", c.name, len(out.KeyPackages))
		}
		trips, statements = count.trips.Load()-trips, count.statements.Load()-statements
		if trips != c.trips || statements != c.statements {
			t.Errorf("%s: %d round trips with %d statements, want %d with %d", c.name, trips, statements, c.trips, c.statements)
		}
	}
}
