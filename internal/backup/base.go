package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"catbird.blue/mls/server/blob"
)

// idFormat is the form of the id of a base backup.
const idFormat = "20060102T150405Z"

// Backup makes a base backup with all attachments, and removes what retention no
// longer wants.
func (s Source) Backup(ctx context.Context, keep Retention) (Base, error) {
	o, err := s.open(ctx)
	if err != nil {
		return Base{}, err
	}
	b, err := o.base(ctx)
	if err == nil {
		err = o.retain(ctx, keep)
	}
	return b, errors.Join(err, o.close())
}

// base makes a base backup. If it fails, nothing of it stays.
func (o *opened) base(ctx context.Context) (_ Base, err error) {
	b := o.facts
	if b.FirstWAL, b.Started, err = o.position(ctx); err != nil {
		return b, err
	}
	b.ID = b.Started.UTC().Format(idFormat)
	b.Encrypted = len(o.Keys.Recipients) > 0
	if found, err := o.repo.find(ctx, b.name("manifest.json")); err != nil || found != "" {
		return b, errors.Join(err, fmt.Errorf("there is a backup %s already", b.ID))
	}
	defer func() {
		if err != nil {
			ctx := context.WithoutCancel(ctx)
			_, cleaned := o.repo.remove(ctx, b.name(""), func(blob.Object) bool { return true })
			err = errors.Join(err, cleaned)
		}
	}()
	// The attachments of the database's state are those of the list, or newer
	// than the backup.
	if err := o.listBlobs(ctx, &b); err != nil {
		return b, err
	}
	if err := o.putFiles(ctx, &b); err != nil {
		return b, err
	}
	if b.Parts, err = o.data(ctx, &b); err != nil {
		return b, err
	}
	if err := o.mark(ctx, &b); err != nil {
		return b, err
	}
	if _, b.Ended, err = o.position(ctx); err != nil {
		return b, err
	}
	return b, o.repo.putJSON(ctx, b.name("manifest.json"), b)
}

// position returns the current segment of the write-ahead log, and the time of
// the database.
func (o *opened) position(ctx context.Context) (wal string, now time.Time, err error) {
	conn, err := connect(ctx, o.DatabaseURL)
	if err != nil {
		return "", now, err
	}
	err = conn.QueryRow(ctx, "SELECT pg_walfile_name(pg_current_wal_lsn()), clock_timestamp()").Scan(&wal, &now)
	return wal, now.UTC(), errors.Join(err, conn.Close(ctx))
}

// data stores what pg_basebackup writes. The WAL that the backup needs to be
// consistent is in it, so that it can be restored even without the archive.
func (o *opened) data(ctx context.Context, b *Base) ([]int64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out, in := io.Pipe()
	defer func() { _ = out.Close() }() // of a pipe it returns nil
	cmd := o.tools.Command(ctx, "pg_basebackup", "--pgdata=-", "--format=tar", "--wal-method=fetch", "--checkpoint=fast",
		"--label=mlsd "+b.ID, "--no-password")
	cmd.Stdout = in
	ended := make(chan error, 1)
	go func() {
		err := cmd.Failure(cmd.RunTied())
		in.CloseWithError(err)
		ended <- err
	}()
	parts, err := o.repo.putParts(ctx, b.name("data"), out, partSize)
	if err != nil {
		cancel()
		_ = out.Close() // pg_basebackup may wait for somebody who reads
	}
	if failed := <-ended; failed != nil && (err == nil || errors.Is(err, failed)) {
		return nil, failed
	}
	return parts, err
}

// putFiles stores the service's key, secret and configuration. They are left out
// of backups that everybody who finds them could read.
func (o *opened) putFiles(ctx context.Context, b *Base) error {
	if !b.Encrypted || o.Files == nil {
		return nil
	}
	files, err := o.Files()
	if err != nil {
		return err
	}
	var all bytes.Buffer
	w := tar.NewWriter(&all)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		h := &tar.Header{Name: name, Mode: 0o600, Size: int64(len(files[name])), ModTime: b.Started, Typeflag: tar.TypeReg}
		if err := w.WriteHeader(h); err != nil {
			return fmt.Errorf("store %s: %w", name, err)
		}
		if _, err := w.Write(files[name]); err != nil {
			return fmt.Errorf("store %s: %w", name, err)
		}
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("store the configuration: %w", err)
	}
	_, err = o.repo.put(ctx, b.name("files"), &all, true)
	return err
}
