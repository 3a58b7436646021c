package eventlog_test

import (
	"testing"

	"catbird.blue/mls/internal/dbtest"
)

// While the log cannot be read, failures are counted and the time of the last read
// stands still; it goes on afterwards.
func TestFailedReadsAreSeen(t *testing.T) {
	w := newWorld(t)
	_, metrics := w.hubWithMetrics()
	eventually(t, "the first read", func() bool { return value(t, metrics.LastRead) > 0 })
	dbtest.Exec(t, w.pool, `ALTER TABLE log_generation RENAME TO log_generation_gone`)
	eventually(t, "failures", func() bool { return value(t, metrics.Errors) >= 2 })
	stopped, failed := value(t, metrics.LastRead), value(t, metrics.Errors)
	eventually(t, "more failures", func() bool { return value(t, metrics.Errors) > failed })
	if got := value(t, metrics.LastRead); got != stopped {
		t.Errorf("the last read was at %v and now is at %v", stopped, got)
	}
	dbtest.Exec(t, w.pool, `ALTER TABLE log_generation_gone RENAME TO log_generation`)
	eventually(t, "reading again", func() bool { return value(t, metrics.LastRead) > stopped })
}
