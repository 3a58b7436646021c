package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/blob"
	eventlog "catbird.blue/mls/server/stream/log"
)

// Restore says what is restored, and where to.
type Restore struct {
	// URL is the repository, System chooses a cluster in it, and Keys has the
	// private keys.
	URL, System string
	Keys        Keys
	// BaseID chooses a base backup. By default it is the newest that fits.
	BaseID string
	// To is the last moment that is restored. Zero means everything.
	To time.Time
	// DataDir is where the cluster is made, in the folder "cluster".
	DataDir string
	// Spool is a directory with received log that may not be in the repository,
	// or "".
	Spool string
	// Blobs gets the attachments that it lacks. It may be nil.
	Blobs *blob.Store
	// Step is told what was done and how long it took.
	Step func(what string, took time.Duration)
	Log  *slog.Logger
}

// Restored is what a restore has made.
type Restored struct {
	Base Base
	// Until is the time of the newest transaction.
	Until time.Time
	// Generation is that of the streams.
	Generation int64
	// BlobsCopied attachments were put back. BlobsMissing are neither in the
	// store nor in the backups.
	BlobsCopied, BlobsMissing int
	// Files are the service's key, secret and configuration.
	Files map[string][]byte
}

// step tells how long it took since the last step.
func stepper(tell func(string, time.Duration)) func(format string, args ...any) {
	last := time.Now()
	return func(format string, args ...any) {
		now := time.Now()
		if tell != nil {
			tell(fmt.Sprintf(format, args...), now.Sub(last))
		}
		last = now
	}
}

// Run restores. If it fails, nothing of it stays.
func (r Restore) Run(ctx context.Context) (out Restored, err error) {
	repo, err := Open(ctx, r.URL, r.System, r.Keys)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, repo.Close()) }()
	if len(repo.keys.Recipients) == 0 {
		repo.keys.Recipients = recipientsOf(r.Keys.Identities)
	}
	step := stepper(r.Step)
	if out.Base, err = repo.choose(ctx, r.BaseID, r.To); err != nil {
		return out, err
	}
	step("found base backup %s of %d bytes", out.Base.ID, out.Base.Size())
	if out.Files, err = repo.ConfigFiles(ctx, &out.Base); err != nil {
		return out, err
	}
	dir, err := pgCreate(ctx, r.DataDir, r.Log, repo, &out.Base)
	if err != nil {
		return out, err
	}
	step("unpacked it")
	p := &replay{repo: repo, base: &out.Base, dir: dir, spool: r.Spool, log: r.Log}
	err = r.replay(ctx, p, &out, step)
	err = errors.Join(err, os.RemoveAll(filepath.Join(dir, "log")), os.RemoveAll(filepath.Join(dir, "recovery")))
	if err != nil {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, "cluster")))
	}
	return out, err
}

func (r Restore) replay(ctx context.Context, p *replay, out *Restored, step func(string, ...any)) (err error) {
	server, err := p.recover(ctx, target{time: r.To})
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, server.close())
		step("stopped the database")
	}()
	var until *time.Time
	if err := server.conn.QueryRow(ctx, "SELECT pg_last_xact_replay_timestamp()").Scan(&until); err != nil {
		return fmt.Errorf("time of the newest transaction: %w", err)
	}
	out.Until = out.Base.Ended
	if until != nil {
		out.Until = until.UTC()
	}
	step("replayed the log until %s", out.Until.Format(time.RFC3339Nano))
	if err := p.keepHistory(ctx); err != nil {
		r.Log.Warn("the history of the new timeline is not stored: store it before the backups are restored again", "reason", err)
	}
	// The server that is started next must not wait for a standby of the old one.
	if _, err := server.conn.Exec(ctx, "ALTER SYSTEM SET synchronous_standby_names = ''"); err != nil {
		return fmt.Errorf("synchronous_standby_names: %w", err)
	}
	if err := eventlog.CheckConnection(ctx, server.conn); err != nil {
		return err
	}
	g, err := db.New(server.conn).GetGeneration(ctx)
	if err != nil {
		return fmt.Errorf("generation: %w", err)
	}
	out.Generation = g.Gen
	step("began generation %d", g.Gen)
	if r.Blobs == nil {
		return nil
	}
	out.BlobsCopied, out.BlobsMissing, err = p.repo.restoreBlobs(ctx, server.conn, r.Blobs)
	step("put back %d attachments", out.BlobsCopied)
	return err
}

// keepHistory stores the histories of timelines that the repository lacks, so
// that the next restore does not choose the same number for another timeline.
func (p *replay) keepHistory(ctx context.Context) error {
	dir := filepath.Join(p.dir, "cluster", "pg_wal")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !historyRE.MatchString(e.Name()) || p.archive.files[e.Name()] != "" {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		if _, err := p.repo.put(ctx, walFolder+e.Name(), bytes.NewReader(b), true); err != nil {
			return err
		}
	}
	return nil
}

// choose returns the base backup with an id, or the newest from which a time can
// be reached.
func (r *Repository) choose(ctx context.Context, id string, to time.Time) (Base, error) {
	bases, err := r.Bases(ctx)
	if err != nil {
		return Base{}, err
	}
	for _, b := range slices.Backward(bases) {
		if (id == "" || b.ID == id) && (to.IsZero() || !b.Ended.After(to)) {
			return b, nil
		}
	}
	switch {
	case len(bases) == 0:
		return Base{}, errors.New("there is no complete base backup")
	case id != "":
		return Base{}, fmt.Errorf("there is no base backup %s that ended before that time; mlsd backup list shows them", id)
	}
	return Base{}, fmt.Errorf("the oldest base backup ended at %s, after the time to restore", bases[0].Ended.Format(time.RFC3339))
}
