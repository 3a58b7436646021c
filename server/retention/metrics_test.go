package retention

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/blob"
)

// A kind that cannot be removed is counted as failed, and does not keep the kinds
// after it from being removed.
func TestAKindThatFailsDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	pool, now := dbtest.Pool(t), time.Unix(2_000_000_000, 0)
	blobs, err := blob.OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer blobs.Close()
	clock := func() time.Time { return now }
	c := New(Config{Pool: pool, Blobs: blobs, Clock: clock, DatabaseTime: func(context.Context) (time.Time, error) { return clock(), nil }})
	at := func(kind string) float64 { return testutil.ToFloat64(c.metrics.success.WithLabelValues(kind)) }
	dbtest.Exec(t, pool, `ALTER TABLE tickets RENAME TO tickets_gone`)
	if err := c.Round(t.Context()); err == nil {
		t.Error("the round reports nothing")
	}
	if n := testutil.ToFloat64(c.metrics.errors.WithLabelValues(kindTicket)); n != 1 || at(kindTicket) != 0 {
		t.Errorf("%v errors of tickets, removed at %v", n, at(kindTicket))
	}
	for _, kind := range whatLabel.Values {
		if kind != kindTicket && at(kind) != float64(now.Unix()) {
			t.Errorf("%s was removed at %v, want %d", kind, at(kind), now.Unix())
		}
	}
	dbtest.Exec(t, pool, `ALTER TABLE tickets_gone RENAME TO tickets`)
	now = now.Add(time.Minute)
	if err := c.Round(t.Context()); err != nil || at(kindTicket) != float64(now.Unix()) {
		t.Errorf("the next round: %v, tickets removed at %v", err, at(kindTicket))
	}
}
