package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// shipper copies the write-ahead log from the spool to the repository.
type shipper struct {
	o     *opened
	spool string
	blobs newBlobs
	// histories are the files of timelines that the repository has.
	histories map[string]bool
	// partial and changed are the last copied part of a segment, and when it had
	// been written.
	partial string
	changed time.Time
}

// spooled is what the spool had at one moment.
type spooled struct {
	histories, segments []string
	// partial is the segment that is being written. Its content of that moment is
	// in the file copy.
	partial, copy string
	changed       time.Time
}

// ship copies what the spool has. Attachments are copied between: the log that
// the repository gets has only rows whose attachments it has.
func (s *shipper) ship(ctx context.Context) error {
	conn, err := connect(ctx, s.o.DatabaseURL)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // it only read
	now, err := s.look()
	if err != nil {
		return err
	}
	if now.copy != "" {
		defer func() { _ = os.Remove(now.copy) }() // the next round replaces it
	}
	if err := awaitVisible(ctx, conn); err != nil {
		return err
	}
	if err := s.blobs.copy(ctx, s.o, conn); err != nil {
		return err
	}
	return s.store(ctx, now)
}

// drain copies what the spool has without asking the database, which may be gone.
func (s *shipper) drain(ctx context.Context) error {
	now, err := s.look()
	if err != nil {
		return err
	}
	if now.copy != "" {
		defer func() { _ = os.Remove(now.copy) }() // the next round replaces it
	}
	return s.store(ctx, now)
}

// look lists the spool and copies the part of the newest segment.
func (s *shipper) look() (now spooled, err error) {
	entries, err := os.ReadDir(s.spool)
	if err != nil {
		return now, fmt.Errorf("spool: %w", err)
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case historyRE.MatchString(name) && !s.histories[name]:
			now.histories = append(now.histories, name)
		case segmentRE.MatchString(name):
			now.segments = append(now.segments, name)
		case partialRE.MatchString(name):
			now.partial = name
		}
	}
	slices.Sort(now.segments)
	if now.partial == "" {
		return now, nil
	}
	info, err := os.Stat(filepath.Join(s.spool, now.partial))
	if errors.Is(err, fs.ErrNotExist) {
		now.partial = "" // it has become whole; the next time copies it
		return now, nil
	}
	if err != nil {
		return now, fmt.Errorf("spool: %w", err)
	}
	if now.partial == s.partial && info.ModTime().Equal(s.changed) {
		now.partial = ""
		return now, nil
	}
	now.changed = info.ModTime()
	now.copy = filepath.Join(s.spool, "copy.tmp")
	if err := copyFile(now.copy, filepath.Join(s.spool, now.partial)); errors.Is(err, fs.ErrNotExist) {
		now.partial = ""
	} else if err != nil {
		return now, fmt.Errorf("spool: %w", err)
	}
	return now, nil
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// visibleLimit is how long transactions that had written when the spool was
// looked at may take to end.
const visibleLimit = 10 * time.Second

// awaitVisible waits until every transaction that may be in the log of the spool
// has ended. A commit is in the log a moment before others see its rows.
func awaitVisible(ctx context.Context, conn *pgx.Conn) error {
	var until, oldest string
	if err := conn.QueryRow(ctx, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text").Scan(&until); err != nil {
		return fmt.Errorf("transactions: %w", err)
	}
	for deadline := time.Now().Add(visibleLimit); time.Now().Before(deadline); pause(ctx, 5*time.Millisecond) {
		var ended bool
		err := conn.QueryRow(ctx, "SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8, pg_snapshot_xmin(pg_current_snapshot())::text", until).
			Scan(&ended, &oldest)
		if err != nil {
			return fmt.Errorf("transactions: %w", err)
		}
		if ended {
			return nil
		}
	}
	return nil // a transaction this long is none of this service
}

// store copies files in an order in which the repository never has a hole before
// its newest segment. Whole segments are removed from the spool.
func (s *shipper) store(ctx context.Context, now spooled) error {
	for _, name := range now.histories {
		if err := s.storeFile(ctx, name, name); err != nil {
			return err
		}
		s.histories[name] = true
	}
	for _, name := range now.segments {
		if err := s.storeFile(ctx, name, name); err != nil {
			return err
		}
		if err := s.o.repo.store.Delete(ctx, s.o.repo.key(walFolder+name+partialName+s.o.repo.endOf(true))); err != nil {
			return err
		}
		if err := os.Remove(filepath.Join(s.spool, name)); err != nil {
			return fmt.Errorf("spool: %w", err)
		}
	}
	if now.partial == "" || slices.Contains(now.segments, strings.TrimSuffix(now.partial, partialName)) {
		return nil
	}
	if err := s.storeFile(ctx, filepath.Base(now.copy), now.partial); err != nil {
		return err
	}
	s.partial, s.changed = now.partial, now.changed
	return nil
}

func (s *shipper) storeFile(ctx context.Context, file, name string) error {
	f, err := os.Open(filepath.Join(s.spool, file))
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	defer f.Close()
	_, err = s.o.repo.put(ctx, walFolder+name, f, true)
	return err
}

// clear empties the spool after everything was copied.
func (s *shipper) clear(ctx context.Context) error {
	if err := s.drain(ctx); err != nil {
		return err
	}
	entries, err := os.ReadDir(s.spool)
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	for _, e := range entries {
		if err := os.Remove(filepath.Join(s.spool, e.Name())); err != nil {
			return fmt.Errorf("spool: %w", err)
		}
	}
	s.partial, s.histories = "", map[string]bool{}
	return nil
}
