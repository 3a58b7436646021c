package reports

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/convo"
)

const (
	// lookEvery is how often an instance looks for reports to forward.
	lookEvery = 15 * time.Second
	// lease is how long no other instance takes a report that one has taken. It is
	// longer than an attempt, so that a second one begins only after an instance ended
	// in the midst of the first.
	lease = 10 * time.Minute
	// firstPause follows the first attempt that fails, and doubles up to longestPause.
	firstPause   = time.Minute
	longestPause = 6 * time.Hour
	// notePause is the pause between attempts to record that a report was forwarded.
	notePause = time.Second
	// statementTimeout bounds one transaction.
	statementTimeout = 10 * time.Second
)

// Notice is what a moderation service is told of a report.
type Notice struct {
	// Number is that of the report at this service.
	Number     int64
	Account    string
	ReasonType string
}

// Recipient takes notices: a moderation service.
type Recipient interface {
	// Send returns the number that the recipient gave, if it accepted the notice.
	Send(ctx context.Context, n Notice) (id int64, err error)
}

// ForwarderConfig configures a Forwarder.
type ForwarderConfig struct {
	Pool *pgxpool.Pool
	To   Recipient
	// Record writes into the audit, in the transaction that marks the report as
	// forwarded.
	Record func(ctx context.Context, q *db.Queries, action, subject string) error
	Log    *slog.Logger
	// Registry gets the metrics if not nil.
	Registry prometheus.Registerer
	// Every is how often to look for reports; 0 for 15 s.
	Every time.Duration
	// StopTimeout is how long after the end of Run's context a report that was forwarded
	// may still be recorded.
	StopTimeout time.Duration
}

// Forwarder forwards reports. Any number of instances may run one.
type Forwarder struct {
	ForwarderConfig
	metrics *forwardMetrics
}

// NewForwarder makes a Forwarder.
func NewForwarder(c ForwarderConfig) *Forwarder {
	if c.Every == 0 {
		c.Every = lookEvery
	}
	return &Forwarder{ForwarderConfig: c, metrics: newForwardMetrics(c.Registry)}
}

// Run forwards reports until ctx ends. Its error is always nil.
func (f *Forwarder) Run(ctx context.Context) error {
	for {
		f.Round(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(f.Every*3/4 + rand.N(f.Every/2+1)):
		}
	}
}

// Round forwards the reports that are due, one after the other.
func (f *Forwarder) Round(ctx context.Context) {
	for ctx.Err() == nil {
		more, err := f.one(ctx)
		if err != nil && ctx.Err() == nil {
			f.Log.Warn("a report was not forwarded", "reason", err)
		}
		if !more {
			break
		}
	}
	if n, err := db.New(f.Pool).CountReportsToForward(ctx); err == nil {
		f.metrics.waiting.Set(float64(n))
	}
}

// one forwards one report. more reports that there may be others, which are tried also
// if this one failed: the service may refuse one and take the next.
func (f *Forwarder) one(ctx context.Context) (more bool, err error) {
	short, cancel := context.WithTimeout(ctx, statementTimeout)
	r, err := db.New(f.Pool).TakeReportToForward(short, lease.Seconds(), convo.PseudonymPrefix)
	cancel()
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("read the reports to forward: %w", err)
	}
	id, err := f.To.Send(ctx, Notice{Number: r.ReportID, Account: r.SubjectDid, ReasonType: r.ReasonType})
	if err != nil {
		f.metrics.attempts.WithLabelValues(failed).Inc()
		return true, errors.Join(err, f.later(ctx, r.ReportID, pauseAfter(r.ForwardAttempts)))
	}
	f.metrics.attempts.WithLabelValues(forwarded).Inc()
	// The answer came, so the report must not be sent again: not even if the service
	// stops now, or the database fails for a while.
	f.note(ctx, r.ReportID, id)
	return true, nil
}

// pauseAfter returns the pause after an attempt, at least three quarters of what it
// would be without chance.
func pauseAfter(attempts int64) time.Duration {
	pause := longestPause
	if attempts < 10 {
		pause = min(firstPause<<(attempts-1), longestPause)
	}
	return pause*3/4 + rand.N(pause/2+1)
}

func (f *Forwarder) later(ctx context.Context, report int64, pause time.Duration) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), statementTimeout)
	defer cancel()
	if err := db.New(f.Pool).ForwardLater(ctx, pause.Seconds(), report); err != nil {
		return fmt.Errorf("note the failed attempt: %w", err)
	}
	return nil
}

// note records that a report was forwarded. It tries until it succeeds, for as long as
// no other instance takes the report, and not longer than StopTimeout after the service
// began to stop. Without the record, the report is sent again after its lease.
func (f *Forwarder) note(ctx context.Context, report, id int64) {
	tries, cancel := context.WithTimeout(context.WithoutCancel(ctx), lease)
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		select {
		case <-tries.Done():
		case <-time.After(max(f.StopTimeout, notePause)):
			cancel()
		}
	})()
	for {
		err := f.noteOnce(tries, report, id)
		if err == nil {
			return
		}
		f.Log.Warn("a report was forwarded, which cannot be recorded yet", "reason", err)
		select {
		case <-tries.Done():
			return
		case <-time.After(notePause):
		}
	}
}

func (f *Forwarder) noteOnce(ctx context.Context, report, id int64) error {
	ctx, cancel := context.WithTimeout(ctx, statementTimeout)
	defer cancel()
	return pgx.BeginFunc(ctx, f.Pool, func(tx pgx.Tx) error { //nolint:wrapcheck // the log says what failed
		q := db.New(tx)
		if err := q.NoteForwarded(ctx, &id, report); err != nil {
			return fmt.Errorf("mark the report as forwarded: %w", err)
		}
		return f.Record(ctx, q, "reports forward", fmt.Sprintf("report %d", report))
	})
}
