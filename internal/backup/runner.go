package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"catbird.blue/mls/server/metrics"
)

// How the write-ahead log is received: MLS_BACKUP_WAL.
const (
	// WALAsync stores the log without making commits wait.
	WALAsync = "async"
	// WALSync writes the log to the disk of the spool at once, so that a database
	// that waits for this standby acknowledges nothing before.
	WALSync = "sync"
	// WALOff leaves the log to another process.
	WALOff = "off"
)

// Config configures a Runner.
type Config struct {
	Source
	// Every is how often a base backup is made; 0 means never.
	Every time.Duration
	Keep  Retention
	// WAL is how the log is received, and WALEvery how often it is stored.
	WAL      string
	WALEvery time.Duration
	// Spool is the directory of the log that is not stored yet.
	Spool string
	// Health is told how the backups do. It may be nil.
	Health *Health
}

// Runner makes backups by schedule.
type Runner struct {
	Config
	// due asks for a base backup before its time.
	due chan struct{}
}

// NewRunner returns a runner. Run starts it.
func NewRunner(c Config) (*Runner, error) {
	if c.WAL != WALOff {
		var err error
		if c.Spool, err = filepath.Abs(c.Spool); err != nil {
			return nil, fmt.Errorf("spool: %w", err)
		}
		if err := makeSpool(c.Spool); err != nil {
			return nil, err
		}
	}
	return &Runner{Config: c, due: make(chan struct{}, 1)}, nil
}

const (
	// leadPause is how often an instance tries to become the one that makes the
	// backups.
	leadPause = 15 * time.Second
	// lookPause is how often the repository is looked at for what others did.
	lookPause = 5 * time.Minute
	// retryPause is how long a base backup that failed waits for the next try.
	retryPause = 5 * time.Minute
	// stopLimit is how long the last part of the log may take to be stored when
	// the server stops.
	stopLimit = 20 * time.Second
)

// Run makes backups until ctx ends. Failures are logged and counted, and tried
// again.
func (r *Runner) Run(ctx context.Context) {
	for ctx.Err() == nil {
		wait := leadPause
		err := r.lead(ctx)
		switch {
		case errors.Is(err, errNotLeader):
			r.look(ctx)
		case err != nil:
			r.report(ctx, metrics.BackupBase, "backups are interrupted", err)
			if r.WAL == WALSync {
				wait = time.Second // commits wait for the receiver
			}
		}
		pause(ctx, wait)
	}
}

// errNotLeader says that another process makes the backups.
var errNotLeader = errors.New("another process makes the backups")

// The advisory locks of the two jobs, so that each has one process at a time.
const (
	lockBase = 0x6d6c7362617365
	lockLog  = 0x6d6c736c6f67
)

// lead makes backups while this process holds the locks.
func (r *Runner) lead(ctx context.Context) error {
	conn, err := connect(ctx, r.DatabaseURL)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // it releases the locks
	for lock, wanted := range map[int64]bool{lockBase: r.Every > 0, lockLog: r.WAL != WALOff} {
		if !wanted {
			continue
		}
		var mine bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", lock).Scan(&mine); err != nil {
			return fmt.Errorf("lock of the backups: %w", err)
		}
		if !mine {
			return errNotLeader
		}
	}
	o, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = o.close() }() // everything was written
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return hold(ctx, conn) })
	if r.WAL != WALOff {
		l := &logKeeper{r: r, o: o, shipper: &shipper{o: o, spool: r.Spool, histories: map[string]bool{}}}
		group.Go(func() error { l.receive(ctx); return nil })
		group.Go(func() error { l.ship(ctx); return nil })
	}
	if r.Every > 0 {
		group.Go(func() error { r.bases(ctx, o); return nil })
	}
	return group.Wait()
}

// hold fails when the connection that has the locks is lost.
func hold(ctx context.Context, conn *pgx.Conn) error {
	for {
		pause(ctx, 5*time.Second)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the end was asked for
		}
		limited, cancel := context.WithTimeout(ctx, 10*time.Second)
		err := conn.Ping(limited)
		cancel()
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("the database does not answer: %w", err)
		}
	}
}

// look reads what the process that makes the backups has done.
func (r *Runner) look(ctx context.Context) {
	o, err := r.open(ctx)
	if err != nil {
		return // the other process says why
	}
	defer func() { _ = o.close() }() // it was only read
	if _, err := r.newest(ctx, o); err == nil {
		pause(ctx, lookPause)
	}
}

// newest returns the newest base backup, or a zero one, and tells Health.
func (r *Runner) newest(ctx context.Context, o *opened) (b Base, err error) {
	bases, err := o.repo.Bases(ctx)
	if err != nil {
		return b, err
	}
	if len(bases) > 0 {
		b = bases[len(bases)-1]
	}
	verified, err := o.repo.Verified(ctx)
	if err == nil && r.Health != nil {
		r.Health.set(func(s *State) { s.LastBackup, s.LastVerified = b.Ended, verified.At })
	}
	return b, err
}

// report logs and counts a failure.
func (r *Runner) report(ctx context.Context, step, what string, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	if r.Health != nil {
		r.Health.failed(step)
	}
	r.Log.Error(what, "reason", err)
}

// bases makes a base backup whenever one is due.
func (r *Runner) bases(ctx context.Context, o *opened) {
	for ctx.Err() == nil {
		last, err := r.newest(ctx, o)
		r.report(ctx, metrics.BackupBase, "the repository of backups cannot be read", err)
		hole := err == nil && r.hole(ctx, o, last)
		wait := min(time.Until(last.Started.Add(r.Every)), lookPause)
		if err == nil && (wait <= 0 || hole) {
			wait = r.makeBase(ctx, o)
		}
		timer := time.NewTimer(max(wait, time.Second))
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-r.due:
		}
		timer.Stop()
	}
}

// makeBase makes one and returns how long to wait after it.
func (r *Runner) makeBase(ctx context.Context, o *opened) time.Duration {
	began := time.Now()
	b, err := o.base(ctx)
	if err == nil {
		r.Log.Info("made a base backup", "id", b.ID, "bytes", b.Size(), "took", time.Since(began).String())
		err = o.retain(ctx, r.Keep)
	}
	r.report(ctx, metrics.BackupBase, "the base backup failed", err)
	if err != nil {
		return retryPause
	}
	return 0
}

// hole reports whether the log after the newest base backup has a hole, so that
// only another base backup makes later times restorable.
func (r *Runner) hole(ctx context.Context, o *opened, last Base) bool {
	if last.ID == "" || r.WAL == WALOff {
		return false
	}
	a, err := o.repo.archive(ctx)
	if err != nil {
		return false // the repository was readable a moment ago; the next look will tell
	}
	found, err := a.hole(last.FirstWAL, last.SegmentSize)
	if err == nil && found != "" {
		r.Log.Warn("the stored log has a hole: a base backup is made before its time", "after", found)
	}
	return err == nil && found != ""
}

// logKeeper receives and stores the log.
type logKeeper struct {
	r       *Runner
	o       *opened
	mu      sync.Mutex
	shipper *shipper
}

func (l *logKeeper) receive(ctx context.Context) {
	rec := &receiver{tools: l.o.tools, spool: l.r.Spool, synchronous: l.r.WAL == WALSync}
	for wait := time.Second; ctx.Err() == nil; wait = min(2*wait, 30*time.Second) {
		began := time.Now()
		err := rec.once(ctx)
		l.r.report(ctx, metrics.BackupWAL, "receiving the write-ahead log was interrupted", err)
		if errors.Is(err, errSlotLost) {
			l.restart(ctx, rec)
		}
		if time.Since(began) > time.Minute {
			wait = time.Second
		}
		pause(ctx, wait)
	}
}

// restart begins at the database's current position, after a base backup.
func (l *logKeeper) restart(ctx context.Context, rec *receiver) {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := errors.Join(l.shipper.clear(ctx), rec.dropSlot(ctx))
	l.r.report(ctx, metrics.BackupWAL, "beginning to receive anew failed", err)
	select {
	case l.r.due <- struct{}{}:
	default:
	}
}

// ship stores what was received, until ctx ends, and then the rest.
func (l *logKeeper) ship(ctx context.Context) {
	err := l.o.syncBlobs(ctx, io.Discard)
	l.r.report(ctx, metrics.BackupWAL, "storing attachments failed", err)
	for ctx.Err() == nil {
		began := time.Now()
		err := l.shipOnce(ctx)
		l.r.report(ctx, metrics.BackupWAL, "storing the write-ahead log failed", err)
		if err == nil && l.r.Health != nil {
			l.r.Health.set(func(s *State) { s.LastLog = began })
		}
		pause(ctx, l.r.WALEvery-time.Since(began))
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.shipper.drain(last); err != nil {
		l.r.Log.Warn("the last part of the write-ahead log is not stored yet", "reason", err)
	}
}

func (l *logKeeper) shipOnce(ctx context.Context) error {
	behind := l.awaitReceived(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	return errors.Join(l.shipper.ship(ctx), behind)
}

// receivedLimit is how long pg_receivewal may take to have what the database has
// written. It reports every five seconds.
const receivedLimit = 20 * time.Second

// awaitReceived waits until the spool has all that the database had written when
// it was called.
func (l *logKeeper) awaitReceived(ctx context.Context) error {
	conn, err := connect(ctx, l.r.DatabaseURL)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // it only read
	var written string
	if err := conn.QueryRow(ctx, "SELECT pg_current_wal_flush_lsn()::text").Scan(&written); err != nil {
		return fmt.Errorf("position of the log: %w", err)
	}
	for deadline := time.Now().Add(receivedLimit); time.Now().Before(deadline) && ctx.Err() == nil; pause(ctx, 100*time.Millisecond) {
		var received bool
		err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_stat_replication WHERE application_name = $1 AND write_lsn >= $2::text::pg_lsn)`,
			Receiver, written).Scan(&received)
		if err != nil {
			return fmt.Errorf("position of the log: %w", err)
		}
		if received {
			return nil
		}
	}
	return errors.New("pg_receivewal does not have yet what the database has written")
}
