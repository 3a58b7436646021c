package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/internal/pgembed"
)

// replay is the recovery of a base backup by a PostgreSQL of its own.
type replay struct {
	repo *Repository
	base *Base
	// dir is the data directory in the sense of pgembed.
	dir   string
	spool string
	log   *slog.Logger
	// quick leaves out that data is synced to disk.
	quick bool

	archive *archive
	// whole are the segments that the base backup itself has. They are complete,
	// because PostgreSQL begins a new segment at the end of a backup.
	whole map[string]bool
}

// recoveryLimit is how long a recovery may take.
const recoveryLimit = 24 * time.Hour

// target says where a recovery ends.
type target struct {
	// time is the last moment that is restored; zero means all.
	time time.Time
	// lsn is the position at which the recovery stops, with everything before it.
	// The server is then not promoted, and answers queries.
	lsn string
}

func (t target) settings() map[string]string {
	switch {
	case t.lsn != "":
		return map[string]string{"recovery_target_lsn": t.lsn, "recovery_target_inclusive": "off", "recovery_target_action": "pause"}
	case !t.time.IsZero():
		return map[string]string{"recovery_target_time": t.time.UTC().Format("2006-01-02 15:04:05.999999+00"), "recovery_target_action": "promote"}
	}
	return nil
}

// recovered is a server after its recovery.
type recovered struct {
	server *pgembed.Server
	conn   *pgx.Conn
	stop   context.CancelFunc
	fed    chan error
}

// recover runs the recovery up to a target. The caller calls close.
func (p *replay) recover(ctx context.Context, to target) (*recovered, error) {
	var err error
	if p.archive == nil {
		if p.archive, err = p.repo.archive(ctx); err != nil {
			return nil, err
		}
		if p.whole, err = segmentsIn(filepath.Join(p.dir, "cluster", "pg_wal")); err != nil {
			return nil, err
		}
	}
	signal := filepath.Join(p.dir, "cluster", "recovery.signal")
	if err := os.WriteFile(signal, nil, 0o600); err != nil {
		return nil, fmt.Errorf("recovery: %w", err)
	}
	if err := pgembed.Own(signal); err != nil {
		return nil, err
	}
	feed, err := newFeeder(filepath.Join(p.dir, "log"), p.repo, p.archive, p.spool, p.base.SegmentSize)
	if err != nil {
		return nil, err
	}
	feed.whole = p.whole
	feedCtx, stop := context.WithCancel(ctx)
	r := &recovered{stop: stop, fed: make(chan error, 1)}
	go func() { r.fed <- feed.run(feedCtx) }()
	r.server, err = pgembed.Start(ctx, pgembed.Options{
		DataDir: p.dir, Settings: p.settings(to, feed.command()), StartLimit: recoveryLimit, Log: p.log,
		Restored: &pgembed.Restored{Role: p.base.Superuser, Database: p.base.Database},
	})
	if err != nil {
		stop()
		return nil, errors.Join(feed.failure(), <-r.fed, p.why(fmt.Errorf("recovery: %w", err)))
	}
	if r.conn, err = pgx.Connect(ctx, r.server.URL(p.base.Database)); err == nil {
		err = r.await(ctx, to)
	}
	if err != nil {
		err = p.why(fmt.Errorf("recovery: %w", err))
	}
	if err = errors.Join(feed.failure(), err); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

// segmentsIn returns the names of the segments in a directory.
func segmentsIn(dir string) (map[string]bool, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("segments of the base backup: %w", err)
	}
	out := map[string]bool{}
	for _, e := range entries {
		if segmentRE.MatchString(e.Name()) {
			out[e.Name()] = true
		}
	}
	return out, nil
}

// settings returns the settings of the server in recovery.
func (p *replay) settings(to target, restoreCommand string) map[string]string {
	set := maps.Clone(p.base.Settings)
	maps.Copy(set, map[string]string{
		"restore_command": restoreCommand, "recovery_target_timeline": "latest",
		// No standby follows a server in recovery, so that its commits would wait
		// for ever.
		"synchronous_standby_names": "",
		"wal_level":                 "replica", "hot_standby": "on", "max_wal_size": "4GB",
	})
	// The settings of the other server may be more than this machine has.
	set["max_connections"] = strconv.Itoa(max(100, atoi(set["max_connections"])))
	if p.quick {
		set["fsync"], set["full_page_writes"] = "off", "off"
	}
	maps.Copy(set, to.settings())
	return set
}

// errLogTooShort is returned for a time after the end of the stored log, and by a
// verification just after a base backup, when the log up to its counts is not
// stored yet.
var errLogTooShort = errors.New("the stored log ends before the point to which the recovery goes: " +
	"while a server runs, it is stored every 30 s (MLS_BACKUP_WAL_EVERY), so try again then; restore -to takes an earlier time")

// tooShort is what PostgreSQL logs at the end of the log, before the target.
const tooShort = "recovery ended before configured recovery target was reached"

// why adds what the server logged.
func (p *replay) why(err error) error {
	log, readErr := os.ReadFile(filepath.Join(p.dir, "server.log"))
	if readErr != nil || len(log) == 0 {
		return err
	}
	if bytes.Contains(log, []byte(tooShort)) {
		return errLogTooShort
	}
	return fmt.Errorf("%w; it says:\n%s", err, log[max(0, len(log)-1000):])
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// await waits until the recovery has reached its target.
func (r *recovered) await(ctx context.Context, to target) error {
	ends := "NOT pg_is_in_recovery()"
	if to.lsn != "" {
		ends = "pg_get_wal_replay_pause_state() = 'paused'"
	}
	for {
		var done bool
		err := r.conn.QueryRow(ctx, "SELECT "+ends).Scan(&done)
		if err == nil && done {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case <-r.server.Done():
			return errors.New("PostgreSQL ended")
		default:
			pause(ctx, 20*time.Millisecond)
		}
	}
}

// close stops the server.
func (r *recovered) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	var errs []error
	if r.conn != nil {
		errs = append(errs, r.conn.Close(ctx))
	}
	r.stop()
	return errors.Join(append(errs, <-r.fed, r.server.Stop(ctx))...)
}
