package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const backupGroup = "Backups"

// Kinds of backups: a base backup, the write-ahead log up to a moment, attachments,
// and a dump.
const (
	BackupBase  = "base"
	BackupWAL   = "wal"
	BackupBlobs = "blobs"
	BackupDump  = "dump"
)

var (
	backupKind    = Label{Name: "kind", Values: []string{BackupBase, BackupWAL, BackupBlobs, BackupDump}}
	backupSuccess = Define(Metric{
		Group: backupGroup, Name: "mls_backup_last_success_timestamp_seconds", Kind: Gauge, Unit: "seconds",
		Help: "The moment up to which a backup of this kind has the data, as far as this instance knows. Of several instances " +
			"one makes the backups, so the greatest value counts.",
		Labels: []Label{backupKind},
	})
	backupFailures = Define(Metric{
		Group: backupGroup, Name: "mls_backup_failures_total", Kind: Counter, Unit: "attempts",
		Help: "Attempts of this instance to make a backup that failed.", Labels: []Label{backupKind},
	})
	backupVerified = Define(Metric{
		Group: backupGroup, Name: "mls_backup_last_verified_timestamp_seconds", Kind: Gauge, Unit: "seconds",
		Help: "When a backup was last restored on trial and found complete, as far as this instance knows.",
	})
)

// Backups says what is known of backups. It is for whatever makes them, or reads
// where they were made. It is safe for concurrent use.
type Backups struct {
	success  *GaugeVec
	failures *CounterVec
	verified prometheus.Gauge
}

// NewBackups makes the metrics of backups and registers them with r, which may be
// nil.
func NewBackups(r prometheus.Registerer) *Backups {
	b := &Backups{success: backupSuccess.NewGaugeVec(), failures: backupFailures.NewCounterVec(), verified: backupVerified.NewGauge()}
	if r != nil {
		b.Register(r)
	}
	return b
}

// Register registers the metrics.
func (b *Backups) Register(r prometheus.Registerer) {
	r.MustRegister(b.success, b.failures, b.verified)
}

// Succeeded says that a backup of the kind has all data up to a moment.
func (b *Backups) Succeeded(kind string, upTo time.Time) {
	b.success.WithLabelValues(kind).Set(timestamp(upTo))
}

// Failed counts an attempt that failed.
func (b *Backups) Failed(kind string) { b.failures.WithLabelValues(kind).Inc() }

// Verified says when a backup was restored on trial and found complete.
func (b *Backups) Verified(at time.Time) { b.verified.Set(timestamp(at)) }

// timestamp is 0 for the zero time, which stands for never.
func timestamp(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
