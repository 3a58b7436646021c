package backup

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/metrics"
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

	backups *metrics.Backups
}

// NewHealth returns a Health that knows nothing yet.
func NewHealth() *Health { return &Health{backups: metrics.NewBackups(nil)} }

// Register registers the metrics.
func (h *Health) Register(registry prometheus.Registerer) { h.backups.Register(registry) }

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
	h.backups.Succeeded(metrics.BackupBase, h.state.LastBackup)
	h.backups.Succeeded(metrics.BackupWAL, h.state.LastLog)
	h.backups.Verified(h.state.LastVerified)
}

// failed counts a step that failed.
func (h *Health) failed(kind string) { h.backups.Failed(kind) }
