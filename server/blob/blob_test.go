package blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"
)

func openDir(t *testing.T) (*Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "blobs")
	s, err := Open(t.Context(), "file://"+dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, dir
}

// files lists the regular files below dir, apart from the store's id.
func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != idFile {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// rawCID builds the CID of b from the specification: version 1, codec raw
// (0x55), multihash sha2-256 (0x12) of 32 bytes, multibase b.
func rawCID(b []byte) string {
	sum := sha256.Sum256(b)
	bin := append([]byte{0x01, 0x55, 0x12, 0x20}, sum[:]...)
	return "b" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(bin))
}

func read(t *testing.T, s *Store, key string, offset, length int64) []byte {
	t.Helper()
	r, err := s.Read(t.Context(), key, offset, length)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWriteReadDelete(t *testing.T) {
	s, dir := openDir(t)
	for _, n := range []int{0, 1, copySize - 1, copySize, copySize + 1, 3*copySize + 17} {
		want := random(n)
		key := NewKey()
		got, err := s.Write(t.Context(), key, iotest.HalfReader(bytes.NewReader(want)), int64(n))
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		if got.Size != int64(n) || got.CID != rawCID(want) {
			t.Fatalf("%d bytes: got %+v, want %s", n, got, rawCID(want))
		}
		if b := read(t, s, key, 0, -1); !bytes.Equal(b, want) {
			t.Fatalf("%d bytes: other bytes came back", n)
		}
		if n > 2 {
			if b := read(t, s, key, 1, int64(n)-2); !bytes.Equal(b, want[1:n-1]) {
				t.Fatalf("%d bytes: other part came back", n)
			}
		}
		if err := s.Delete(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		if err := s.Delete(t.Context(), key); err != nil {
			t.Fatalf("deleting again: %v", err)
		}
		if _, err := s.Read(t.Context(), key, 0, -1); !IsNotFound(err) {
			t.Fatalf("reading what is deleted: %v", err)
		}
	}
	if left := files(t, dir); len(left) > 0 {
		t.Fatalf("files are left: %v", left)
	}
}

// TestTornWrite: nothing of an incomplete upload is ever visible, and nothing
// of it stays.
func TestTornWrite(t *testing.T) {
	broken := errors.New("connection lost")
	for name, c := range map[string]struct {
		limit int64
		tail  io.Reader
		check func(error) bool
	}{
		"reader fails": {1 << 20, iotest.ErrReader(broken), func(err error) bool {
			var s *Source
			return errors.As(err, &s) && errors.Is(err, broken)
		}},
		"cut short": {1 << 20, iotest.ErrReader(io.ErrUnexpectedEOF), func(err error) bool {
			var s *Source
			return errors.As(err, &s)
		}},
		"a byte too many": {200_000, strings.NewReader("x"), func(err error) bool { return errors.Is(err, ErrTooLarge) }},
	} {
		t.Run(name, func(t *testing.T) {
			s, dir := openDir(t)
			key := NewKey()
			_, err := s.Write(t.Context(), key, io.MultiReader(bytes.NewReader(random(200_000)), c.tail), c.limit)
			if !c.check(err) {
				t.Fatalf("error is %v", err)
			}
			if _, err := s.Read(t.Context(), key, 0, -1); !IsNotFound(err) {
				t.Fatalf("a torn object can be read: %v", err)
			}
			if left := files(t, dir); len(left) > 0 {
				t.Fatalf("files are left: %v", left)
			}
		})
	}
}

// TestInvisibleWhileWritten: an object is not visible before it is written
// completely.
func TestInvisibleWhileWritten(t *testing.T) {
	s, _ := openDir(t)
	key := NewKey()
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := s.Write(context.Background(), key, r, 1<<20)
		done <- err
	}()
	if _, err := w.Write(random(3 * copySize)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read(t.Context(), key, 0, -1); !IsNotFound(err) {
		t.Fatalf("half an object can be read: %v", err)
	}
	_ = w.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if n := len(read(t, s, key, 0, -1)); n != 3*copySize {
		t.Fatalf("object has %d bytes", n)
	}
}

func TestCanceledWrite(t *testing.T) {
	s, dir := openDir(t)
	ctx, cancel := context.WithCancel(t.Context())
	r := io.MultiReader(bytes.NewReader(random(100_000)), readerFunc(func(p []byte) (int, error) {
		cancel()
		return 0, io.EOF
	}))
	if _, err := s.Write(ctx, NewKey(), r, 1<<20); err == nil {
		t.Fatal("a canceled write succeeded")
	}
	if left := files(t, dir); len(left) > 0 {
		t.Fatalf("files are left: %v", left)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestDirectoryIsPrivate(t *testing.T) {
	s, dir := openDir(t)
	if _, err := s.Write(t.Context(), NewKey(), strings.NewReader("x"), 1); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		info, err := os.Stat(path)
		if err == nil && info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %v", path, info.Mode().Perm())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, u := range []string{"", "gs://bucket", "file://", "file://host/dir", "file:///dir?x=y", "mem://", "%zz"} {
		if s, err := Open(t.Context(), u); err == nil {
			_ = s.Close()
			t.Errorf("%q was opened", u)
		}
	}
}

// TestPathWithSpace: a data directory may have a space and special characters
// in its path.
func TestPathWithSpace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "my data %41 #1")
	s, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	key := NewKey()
	if _, err := s.Write(t.Context(), key, strings.NewReader("x"), 1); err != nil {
		t.Fatal(err)
	}
	if got := files(t, dir); len(got) != 1 || got[0] != filepath.Join(dir, key) {
		t.Errorf("files: %q", got)
	}
	if _, err := s.Read(t.Context(), "../key", 0, -1); err == nil || IsNotFound(err) {
		t.Errorf("a key outside the directory: %v", err)
	}
}

func TestMeasure(t *testing.T) {
	b := random(100_000)
	got, err := Measure(bytes.NewReader(b), 100_000)
	if err != nil || got.CID != rawCID(b) || got.Size != 100_000 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if _, err := Measure(bytes.NewReader(b), 99_999); !errors.Is(err, ErrTooLarge) {
		t.Fatalf("error is %v", err)
	}
}

func TestKeysDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		k := NewKey()
		if seen[k] || len(k) != 35 {
			t.Fatalf("key %q", k)
		}
		seen[k] = true
	}
}

// TestProbe: the probe leaves nothing behind, and fails where the directory is
// gone or takes nothing.
func TestProbe(t *testing.T) {
	s, dir := openDir(t)
	if err := s.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := files(t, dir); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Probe(t.Context()); err == nil {
		t.Error("a store without its directory is healthy")
	}
}

// TestStall: a bucket that gives no answer does not hold its caller.
func TestStall(t *testing.T) {
	ctx, cancel, wait := newStall(t.Context(), 20*time.Millisecond)
	defer cancel()
	time.Sleep(60 * time.Millisecond) // a slow client between two calls
	if ctx.Err() != nil {
		t.Fatal("the time between two calls counts")
	}
	if err := wait.during(func() error { return nil }); err != nil {
		t.Error(err)
	}
	err := wait.during(func() error { <-ctx.Done(); return ctx.Err() })
	if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		t.Errorf("a call without an answer ends with %v", err)
	}
}

// TestFullDisk: the error of a full disk is known through all wrappings.
func TestFullDisk(t *testing.T) {
	err := fmt.Errorf("store object: %w", &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC})
	if !IsFull(err) || IsFull(errors.New("other")) {
		t.Error("a full disk is not recognised")
	}
}

// The id of a directory is that of every process that opens it, and no other
// directory has it.
func TestStoreID(t *testing.T) {
	a, dir := openDir(t)
	var again sync.WaitGroup
	for range 8 {
		again.Go(func() {
			s, err := OpenDir(dir)
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = s.Close() }()
			if s.ID() != a.ID() {
				t.Errorf("opened again: %s, not %s", s.ID(), a.ID())
			}
		})
	}
	again.Wait()
	b, _ := openDir(t)
	if a.ID() == b.ID() || len(a.ID()) != 2*idSize {
		t.Errorf("two directories have the ids %s and %s", a.ID(), b.ID())
	}
	if err := os.WriteFile(filepath.Join(dir, idFile), []byte("damaged damaged!"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenDir(dir); err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("a damaged id: %v", err)
	}
}

func TestBucketID(t *testing.T) {
	t.Parallel()
	id := func(raw string) string {
		t.Helper()
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		return bucketID(u)
	}
	if id("s3://a?region=x") != id("s3://a?endpoint=https://s3.example") {
		t.Error("the way to a bucket is not the bucket")
	}
	if id("s3://a") == id("s3://b") || id("s3://a") == id("s3://a?prefix=p/") {
		t.Error("other buckets and prefixes are other stores")
	}
}
