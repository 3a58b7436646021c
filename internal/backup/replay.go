package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"catbird.blue/mls/internal/pgembed"
)

// feeder serves the write-ahead log to a PostgreSQL in recovery. The server runs
// under an account that may read neither the repository nor the private key, and
// perhaps not even this program. So its restore_command is a shell script that
// asks by a file in the folder "wanted", and gets the segment, or a file that
// says that there is none, in the folder "given".
type feeder struct {
	repo    *Repository
	archive *archive
	// whole are segments that the base backup has. The part of one that had been
	// received is not given: PostgreSQL would prefer it to the whole one.
	whole map[string]bool
	// spool is a directory with segments that the repository may not have yet, or
	// "".
	spool string
	size  int64
	dir   string

	mu sync.Mutex
	// fetching are the segments that will appear among those given.
	fetching map[string]bool
	// ahead are the segments that were fetched before they were asked for.
	ahead  map[string]bool
	served int
	err    error
}

// fetchAhead is how many segments are fetched before they are asked for.
const fetchAhead = 4

// Ends of the names of files that say that there is no such segment, which
// ends the recovery, or that it could not be read, which must not: PostgreSQL
// gives up on a status above 125.
const (
	noneName = ".none"
	badName  = ".bad"
)

func newFeeder(dir string, repo *Repository, a *archive, spool string, size int64) (*feeder, error) {
	f := &feeder{repo: repo, archive: a, spool: spool, size: size, dir: dir, fetching: map[string]bool{}, ahead: map[string]bool{}}
	for _, d := range []string{dir, f.wanted(""), f.given("")} {
		if err := errors.Join(os.MkdirAll(d, 0o700), pgembed.Own(d)); err != nil {
			return nil, fmt.Errorf("folder for the write-ahead log: %w", err)
		}
	}
	return f, nil
}

func (f *feeder) wanted(name string) string { return filepath.Join(f.dir, "wanted", name) }
func (f *feeder) given(name string) string  { return filepath.Join(f.dir, "given", name) }

// command returns the restore_command. %f stands for the name of the file, and
// %p for where to put it.
func (f *feeder) command() string {
	quoted := "'" + strings.ReplaceAll(strings.ReplaceAll(f.dir, "'", `'\''`), "%", "%%") + "'"
	return "d=" + quoted + `; : >"$d/wanted/%f" || exit 200; until [ -e "$d/given/%f" ]; do ` +
		`if [ -e "$d/given/%f` + noneName + `" ]; then rm "$d/given/%f` + noneName + `"; exit 1; fi; ` +
		`if [ -e "$d/given/%f` + badName + `" ]; then exit 200; fi; sleep 0.02 || sleep 1; done; ` +
		`mv "$d/given/%f" "%p" || exit 200`
}

// run serves until ctx ends.
func (f *feeder) run(ctx context.Context) error {
	for ctx.Err() == nil {
		entries, err := os.ReadDir(f.wanted(""))
		if err != nil {
			return fmt.Errorf("folder for the write-ahead log: %w", err)
		}
		for _, e := range entries {
			if err := os.Remove(f.wanted(e.Name())); err != nil {
				return fmt.Errorf("folder for the write-ahead log: %w", err)
			}
			if err := f.serve(ctx, e.Name()); err != nil {
				return err
			}
		}
		pause(ctx, 10*time.Millisecond)
	}
	return nil
}

// serve gives a file, and fetches those that follow it.
func (f *feeder) serve(ctx context.Context, name string) error {
	if !f.has(name) {
		return f.refuse(name, noneName)
	}
	if !segmentRE.MatchString(name) {
		return f.give(ctx, name)
	}
	s, err := parseSegment(name, f.size)
	if err != nil {
		return err
	}
	if f.begin(name) {
		if err := f.give(ctx, name); err != nil {
			return err
		}
	}
	for i := range int64(fetchAhead) {
		next := segment{s.timeline, s.number + 1 + i}.name(f.size)
		if f.has(next) && f.beginAhead(next) {
			go func() { _ = f.give(ctx, next) }() // the script finds out
		}
	}
	return nil
}

// give fetches a file. If that fails, the recovery fails.
func (f *feeder) give(ctx context.Context, name string) error {
	err := f.fetch(ctx, name)
	f.mu.Lock()
	delete(f.fetching, name)
	f.mu.Unlock()
	if err == nil || ctx.Err() != nil {
		return nil //nolint:nilerr // the end was asked for
	}
	f.mu.Lock()
	f.err = errors.Join(f.err, err)
	f.mu.Unlock()
	return f.refuse(name, badName)
}

// begin reports whether a segment that was asked for has to be fetched: it is neither
// there nor being fetched. That it was fetched before says nothing. A script takes a
// segment that is there at once, and PostgreSQL may ask for the same one again before
// the first request is seen here; both are then one request.
func (f *feeder) begin(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fetching[name] {
		return false
	}
	if _, err := os.Stat(f.given(name)); err == nil {
		return false
	}
	f.fetching[name] = true
	return true
}

// beginAhead reports whether a segment has to be fetched before it is asked for, which
// is done once.
func (f *feeder) beginAhead(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fetching[name] || f.ahead[name] {
		return false
	}
	f.fetching[name], f.ahead[name] = true, true
	return true
}

// refuse says why a file is not given.
func (f *feeder) refuse(name, why string) error {
	path := f.given(name + why)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return fmt.Errorf("folder for the write-ahead log: %w", err)
	}
	return pgembed.Own(path)
}

// failure returns why a segment could not be fetched.
func (f *feeder) failure() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

func (f *feeder) inSpool(name string) (string, bool) {
	if f.spool == "" {
		return "", false
	}
	files := []string{name, name + partialName}
	if f.whole[name] {
		files = files[:1]
	}
	for _, file := range files {
		if _, err := os.Stat(filepath.Join(f.spool, file)); err == nil {
			return filepath.Join(f.spool, file), true
		}
	}
	return "", false
}

func (f *feeder) has(name string) bool {
	_, spooled := f.inSpool(name)
	return spooled || f.archive.files[name] != "" || !f.whole[name] && f.archive.has(name)
}

// open opens a file of the log: a whole segment of the repository, else what the
// spool has, else the part of a segment that had been received.
func (f *feeder) open(ctx context.Context, name string) (io.ReadCloser, error) {
	if stored := f.archive.files[name]; stored != "" {
		return f.repo.get(ctx, stored)
	}
	if path, ok := f.inSpool(name); ok {
		return os.Open(path)
	}
	return f.repo.get(ctx, f.archive.files[name+partialName])
}

// fetch writes a file into the folder of those given. It appears when it is
// complete.
func (f *feeder) fetch(ctx context.Context, name string) error {
	src, err := f.open(ctx, name)
	if err != nil {
		return fmt.Errorf("segment %s: %w", name, err)
	}
	defer src.Close()
	part := f.given(name + ".tmp")
	out, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("segment %s: %w", name, err)
	}
	_, err = io.Copy(out, src)
	err = errors.Join(err, out.Close(), pgembed.Own(part))
	if err == nil {
		err = os.Rename(part, f.given(name))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("segment %s: %w", name, err)
	}
	f.mu.Lock()
	f.served++
	f.mu.Unlock()
	return nil
}
