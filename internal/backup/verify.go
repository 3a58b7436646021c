package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/pgembed"
	"catbird.blue/mls/server/blob"
	eventlog "catbird.blue/mls/server/stream/log"
)

// Verify restores a backup for a trial.
type Verify struct {
	URL, System string
	Keys        Keys
	// BaseID chooses a base backup. By default it is the newest.
	BaseID string
	// Scratch is the directory in which a scratch cluster is made.
	Scratch string
	// Sample is how many attachments are read whole.
	Sample int
	Step   func(what string, took time.Duration)
	Log    *slog.Logger
}

// Run verifies, and records in the repository that it succeeded. It changes
// nothing else.
func (v Verify) Run(ctx context.Context) (out Verification, err error) {
	began := time.Now()
	repo, err := Open(ctx, v.URL, v.System, v.Keys)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, repo.Close()) }()
	step := stepper(v.Step)
	base, err := repo.choose(ctx, v.BaseID, time.Time{})
	if err != nil {
		return out, err
	}
	scratch, err := os.MkdirTemp(v.Scratch, "mls-verify-")
	if err != nil {
		return out, fmt.Errorf("scratch directory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	if os.Geteuid() == 0 { // PostgreSQL runs under another account
		if err := os.Chmod(scratch, 0o711); err != nil {
			return out, err
		}
	}
	dir, err := pgCreate(ctx, filepath.Join(scratch, "pg"), v.Log, repo, &base)
	if err != nil {
		return out, err
	}
	// The data may have been moved to where PostgreSQL can reach it.
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	step("unpacked base backup %s of %d bytes", base.ID, base.Size())
	if err := verifyFiles(ctx, &base, dir); err != nil {
		return out, err
	}
	step("compared the files with their checksums")
	p := &replay{repo: repo, base: &base, dir: dir, log: v.Log, quick: true}
	if err := v.counts(ctx, p, step); err != nil {
		return out, err
	}
	if out.Until, err = v.end(ctx, p, step); err != nil {
		return out, err
	}
	out.At, out.Base, out.Took = time.Now().UTC(), base.ID, time.Since(began).Round(time.Millisecond).String()
	return out, repo.putJSON(ctx, verifiedName, out)
}

// pgCreate unpacks a base backup into a new data directory.
func pgCreate(ctx context.Context, dir string, log *slog.Logger, repo *Repository, b *Base) (string, error) {
	if _, err := pgembed.Find(ctx, b.Major); err != nil {
		return "", err
	}
	return pgembed.Create(ctx, dir, log, func(ctx context.Context, into string) error { return repo.unpack(ctx, b, into) })
}

// verifyFiles compares the unpacked files with the checksums that the database
// server computed when it sent them.
func verifyFiles(ctx context.Context, b *Base, dir string) error {
	inst, err := pgembed.Find(ctx, b.Major)
	if err != nil {
		return err
	}
	program := filepath.Join(inst.BinDir, "pg_verifybackup")
	out, err := exec.CommandContext(ctx, program, "--no-parse-wal", "--quiet", filepath.Join(dir, "cluster")).CombinedOutput()
	if err != nil {
		return fmt.Errorf("pg_verifybackup: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// counts recovers up to the mark of the base backup, and compares the counts.
func (v Verify) counts(ctx context.Context, p *replay, step func(string, ...any)) (err error) {
	name, err := p.repo.find(ctx, p.base.name("mark"))
	if err != nil {
		return err
	}
	if name == "" {
		step("no counts were recorded, because the tables were never free")
		return nil
	}
	var want Mark
	src, err := p.repo.get(ctx, name)
	if err != nil {
		return err
	}
	err = json.NewDecoder(src).Decode(&want)
	if err := errors.Join(err, src.Close()); err != nil {
		return fmt.Errorf("counts: %w", err)
	}
	server, err := p.recover(ctx, target{lsn: want.LSN})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.close()) }()
	got, err := db.New(server.conn).CountRows(ctx)
	if err != nil {
		return fmt.Errorf("counts: %w", err)
	}
	if got != want.Rows {
		return fmt.Errorf("at %s the database had %+v; the backup has %+v", want.LSN, want.Rows, got)
	}
	step("compared the counts at %s: %d conversations, %d messages, %d attachments", want.LSN, got.Conversations, got.Messages, got.Blobs)
	return nil
}

// end recovers up to the end of the log and checks what is there.
func (v Verify) end(ctx context.Context, p *replay, step func(string, ...any)) (until time.Time, err error) {
	server, err := p.recover(ctx, target{})
	if err != nil {
		return until, err
	}
	defer func() { err = errors.Join(err, server.close()) }()
	var newest *time.Time
	if err := server.conn.QueryRow(ctx, "SELECT pg_last_xact_replay_timestamp()").Scan(&newest); err != nil {
		return until, fmt.Errorf("time of the newest transaction: %w", err)
	}
	if until = p.base.Ended; newest != nil {
		until = newest.UTC()
	}
	step("replayed the log until %s", until.Format(time.RFC3339Nano))
	q := db.New(server.conn)
	holes, err := q.CountHoles(ctx, eventlog.SeqSkip)
	if err != nil {
		return until, fmt.Errorf("numbers: %w", err)
	}
	loose, err := q.CountOrphans(ctx)
	if err != nil {
		return until, fmt.Errorf("references: %w", err)
	}
	if holes > 0 || loose != (db.CountOrphansRow{}) {
		return until, fmt.Errorf("the restored database has %d holes in its numbers, %d messages without their conversation, and %d references to "+
			"attachments that it does not have", holes, loose.Messages, loose.Attachments)
	}
	step("found no hole in the numbers of messages")
	checked, read, err := v.blobs(ctx, p.repo, server.conn)
	if err == nil {
		step("found all %d attachments, read %d of them", checked, read)
	}
	return until, err
}

// blobs checks that the repository has every attachment of the database, and
// reads some of them.
func (v Verify) blobs(ctx context.Context, repo *Repository, conn *pgx.Conn) (checked, read int, err error) {
	have := listKeys(ctx, repo.store, repo.key(blobFolder))
	defer have.stop()
	var sample []db.ListBlobObjectsRow
	missing := 0
	err = eachBlob(ctx, conn, func(row db.ListBlobObjectsRow) error {
		checked++
		if !have.has(row.ObjectKey) {
			missing++
		}
		// Every attachment has the same chance to be in the sample.
		if len(sample) < v.Sample {
			sample = append(sample, row)
		} else if i := rand.IntN(checked); i < v.Sample {
			sample[i] = row
		}
		return nil
	})
	if err = errors.Join(err, have.failure()); err != nil {
		return checked, 0, err
	}
	if missing > 0 {
		return checked, 0, fmt.Errorf("%d of %d attachments are not in the backups", missing, checked)
	}
	for _, row := range sample {
		if err := repo.checkBlob(ctx, row); err != nil {
			return checked, read, err
		}
		read++
	}
	return checked, read, nil
}

// checkBlob compares an attachment with its hash.
func (r *Repository) checkBlob(ctx context.Context, row db.ListBlobObjectsRow) error {
	src, err := r.openBlob(ctx, row.ObjectKey)
	if err != nil {
		return fmt.Errorf("attachment %s: %w", row.ObjectKey, err)
	}
	got, err := blob.Measure(io.Reader(src), math.MaxInt64)
	if err := errors.Join(err, src.Close()); err != nil {
		return fmt.Errorf("attachment %s: %w", row.ObjectKey, err)
	}
	if got.CID != row.Cid || got.Size != row.Size {
		return fmt.Errorf("attachment %s is damaged", row.ObjectKey)
	}
	return nil
}
