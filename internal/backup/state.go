package backup

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// State says how old the backups are. Zero times mean: not yet, as far as this
// instance knows.
type State struct {
	// LastBackup is the time of the newest base backup.
	LastBackup time.Time
	// LastLog is when everything that the database had written was last stored.
	// Only the instance that makes the backups knows it.
	LastLog time.Time
	// LastVerified is the time of the last successful verification.
	LastVerified time.Time
}

// Health has the state of the backups. It is safe for concurrent use.
type Health struct {
	mu    sync.Mutex
	state State

	failures *prometheus.CounterVec
}

// The steps of which failures are counted.
const (
	stepBase    = "base"
	stepLog     = "log"
	stepReceive = "receive"
	stepState   = "state"
)

// NewHealth returns a Health that knows nothing yet.
func NewHealth() *Health {
	h := &Health{failures: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "mls_backup_failures_total", Help: "Failed steps of backups; each is tried again.",
	}, []string{"step"})}
	for _, step := range []string{stepBase, stepLog, stepReceive, stepState} {
		h.failures.WithLabelValues(step)
	}
	return h
}

// Register registers the metrics.
func (h *Health) Register(registry prometheus.Registerer) {
	gauge := func(name, help string, at func(State) time.Time) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			return secondsSince(at(h.State()), time.Now())
		})
	}
	registry.MustRegister(h.failures,
		gauge("mls_backup_age_seconds", "Age of the newest base backup; -1 if there is none.",
			func(s State) time.Time { return s.LastBackup }),
		gauge("mls_backup_log_age_seconds", "Time since all of the write-ahead log was stored; -1 if another process does it, or none.",
			func(s State) time.Time { return s.LastLog }),
		gauge("mls_backup_verified_age_seconds", "Time since a backup was restored for a trial; -1 if never.",
			func(s State) time.Time { return s.LastVerified }))
}

// secondsSince returns the seconds since a time, or -1 for a zero time.
func secondsSince(at, now time.Time) float64 {
	if at.IsZero() {
		return -1
	}
	return max(0, now.Sub(at).Seconds())
}

// State returns the state.
func (h *Health) State() State {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state
}

func (h *Health) set(f func(*State)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f(&h.state)
}

func (h *Health) failed(step string) { h.failures.WithLabelValues(step).Inc() }
