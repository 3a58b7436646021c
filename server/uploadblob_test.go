package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"sync"
	"testing"
	"testing/iotest"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

func TestBlobUploadRefuses(t *testing.T) {
	s := newTestServer(t)
	lost := errors.New("lost")
	for name, c := range map[string]struct {
		body   io.Reader
		length int64
		want   string
	}{
		"a byte too many":   {io.LimitReader(zeros{}, limit.MaxBlob+1), -1, gen.ErrBlobTooLarge},
		"length too large":  {bytes.NewReader(randomBytes(10)), 11, xrpc.InvalidRequest},
		"length too small":  {bytes.NewReader(randomBytes(10)), 9, xrpc.InvalidRequest},
		"connection lost":   {io.MultiReader(bytes.NewReader(randomBytes(10)), iotest.ErrReader(lost)), -1, xrpc.InvalidRequest},
		"refused upstream":  {iotest.ErrReader(gen.Errorf(gen.ErrBlobTooLarge, "body: more than 52428800 bytes")), -1, gen.ErrBlobTooLarge},
		"no end, no length": {zeros{}, -1, gen.ErrBlobTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.UploadBlob(t.Context(), servertest.As(servertest.DID("alice")), &xrpc.Upload{Body: c.body, ContentType: anyBytes, ContentLength: c.length})
			servertest.WantError(t, err, c.want)
		})
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT (SELECT count(*) FROM blobs) + (SELECT count(*) FROM orphan_objects)`); n != 0 {
		t.Fatalf("%d rows are left of refused uploads", n)
	}
	out, err := s.UploadBlob(t.Context(), servertest.As(servertest.DID("alice")), &xrpc.Upload{Body: io.LimitReader(zeros{}, limit.MaxBlob), ContentType: anyBytes, ContentLength: limit.MaxBlob})
	if err != nil || out.Blob.Size != limit.MaxBlob {
		t.Fatalf("a blob as large as is allowed: %+v, %v", out, err)
	}
}

// zeros is a body without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestBlobUploadAgain(t *testing.T) {
	s := newTestServer(t)
	b := randomBytes(1000)
	cid := upload(t, s, servertest.DID("alice"), b)
	if again := upload(t, s, servertest.DID("alice"), b); again != cid {
		t.Fatalf("other CID %s", again)
	}
	if got := tally(t, s, servertest.DID("alice")); got != "1 blobs, 1000 bytes counted, 1000 bytes, 0 loose" {
		t.Fatal(got)
	}
	if other := upload(t, s, servertest.DID("bob"), b); other != cid {
		t.Fatalf("other CID %s", other)
	}
	if got := tally(t, s, servertest.DID("bob")); got != "1 blobs, 1000 bytes counted, 1000 bytes, 0 loose" {
		t.Fatal(got)
	}
	// At the same time, on two instances.
	c := randomBytes(100_000)
	instances := []*Server{s, secondInstance(t, s)}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			up := &xrpc.Upload{Body: bytes.NewReader(c), ContentType: anyBytes, ContentLength: -1}
			if _, err := instances[i%2].UploadBlob(context.Background(), servertest.As(servertest.DID("carol")), up); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := tally(t, s, servertest.DID("carol")); got != "1 blobs, 100000 bytes counted, 100000 bytes, 0 loose" {
		t.Fatal(got)
	}
}

func TestBlobQuota(t *testing.T) {
	s := newTestServer(t)
	old := randomBytes(1000)
	cid := upload(t, s, servertest.DID("alice"), old)
	dbtest.Exec(t, s.Pool, `UPDATE accounts SET blob_bytes = $1 WHERE did = $2`, int64(limit.MaxBlobBytes-500), servertest.DID("alice"))
	try := func(n int, length int64) error {
		_, err := s.UploadBlob(t.Context(), servertest.As(servertest.DID("alice")), &xrpc.Upload{Body: bytes.NewReader(randomBytes(n)), ContentType: anyBytes, ContentLength: length})
		return err
	}
	servertest.WantError(t, try(501, 501), gen.ErrQuotaExceeded)
	servertest.WantError(t, try(501, -1), gen.ErrQuotaExceeded)
	servertest.WantError(t, try(400, 401), xrpc.InvalidRequest)
	if err := try(500, 500); err != nil {
		t.Fatalf("what just fits: %v", err)
	}
	servertest.WantError(t, try(1, -1), gen.ErrQuotaExceeded)
	if again := upload(t, s, servertest.DID("alice"), old); again != cid {
		t.Fatalf("uploading again at the quota: %s", again)
	}
	upload(t, s, servertest.DID("bob"), old)
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM orphan_objects`); n != 0 {
		t.Fatalf("%d loose objects", n)
	}
}

// The quota holds for any number of concurrent uploads.
func TestBlobQuotaConcurrently(t *testing.T) {
	s := newTestServer(t)
	upload(t, s, servertest.DID("alice"), randomBytes(1))
	dbtest.Exec(t, s.Pool, `UPDATE accounts SET blob_bytes = $1`, int64(limit.MaxBlobBytes-2500))
	var wg sync.WaitGroup
	var mu sync.Mutex
	fine := 0
	for range 8 {
		b := randomBytes(1000)
		wg.Go(func() {
			_, err := s.UploadBlob(context.Background(), servertest.As(servertest.DID("alice")), &xrpc.Upload{Body: bytes.NewReader(b), ContentType: anyBytes, ContentLength: -1})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				fine++
			}
		})
	}
	wg.Wait()
	if fine != 2 {
		t.Fatalf("%d uploads of 1000 bytes fit into 2500", fine)
	}
}

// An upload of 50 MiB is not held in memory.
func TestBlobUploadMemory(t *testing.T) {
	s := newTestServer(t)
	upload(t, s, servertest.DID("alice"), randomBytes(100)) // so that everything that is allocated once is there
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	watch := &heapWatch{r: io.LimitReader(zeros{}, limit.MaxBlob)}
	up := &xrpc.Upload{Body: watch, ContentType: anyBytes, ContentLength: limit.MaxBlob}
	if _, err := s.UploadBlob(t.Context(), servertest.As(servertest.DID("alice")), up); err != nil {
		t.Fatal(err)
	}
	if grown := int64(watch.peak) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Fatalf("heap grew by %d bytes", grown)
	}
}

// heapWatch records the largest heap while it is read.
type heapWatch struct {
	r     io.Reader
	reads int
	peak  uint64
}

func (h *heapWatch) Read(p []byte) (int, error) {
	if h.reads++; h.reads%16 == 0 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		h.peak = max(h.peak, m.HeapAlloc)
	}
	return h.r.Read(p)
}
