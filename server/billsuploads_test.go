package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/attachments"
	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// heldBody is a body that returns nothing until it is released.
type heldBody struct {
	read, let chan struct{}
	r         io.Reader
}

func newHeldBody(r io.Reader) *heldBody {
	return &heldBody{make(chan struct{}, 1), make(chan struct{}), r}
}

func (b *heldBody) Read(p []byte) (int, error) {
	select {
	case b.read <- struct{}{}:
	default:
	}
	<-b.let
	return b.r.Read(p)
}

// Uploads under way reserve their size in the quota from the start, on every
// instance. An account may have four uploads at one instance.
func TestUploadsReserve(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	other := secondInstance(t, s)
	other.Storage = newMeter(t).book
	alice := servertest.DID("alice")
	upload(t, s, alice, randomBytes(100))
	dbtest.Exec(t, s.Pool, `UPDATE accounts SET blob_bytes = $1`, int64(limit.MaxBlobBytes-4000))
	done := make(chan error)
	begin := func(at *Server, size int, length int64) *heldBody {
		b := newHeldBody(bytes.NewReader(randomBytes(size)))
		go func() {
			_, err := at.UploadBlob(context.Background(), servertest.As(alice), &xrpc.Upload{Body: b, ContentType: anyBytes, ContentLength: length})
			done <- err
		}()
		<-b.read
		return b
	}
	try := func(at *Server, size int) error {
		_, err := at.UploadBlob(t.Context(), servertest.As(alice), &xrpc.Upload{Body: bytes.NewReader(randomBytes(size)), ContentType: anyBytes, ContentLength: int64(size)})
		return err
	}
	held := []*heldBody{begin(s, 1000, 1000), begin(s, 1000, 1000), begin(other, 1000, 1000)}
	for _, at := range []*Server{s, other} {
		servertest.WantError(t, try(at, 1001), gen.ErrQuotaExceeded)
		if err := try(at, 300); err != nil {
			t.Errorf("what fits beside those under way: %v", err)
		}
	}
	held = append(held, begin(s, 0, -1), begin(s, 0, -1))
	servertest.WantError(t, try(s, 0), xrpc.RateLimitExceeded)
	if err := try(other, 0); err != nil {
		t.Errorf("at another instance: %v", err)
	}
	upload(t, s, servertest.DID("bob"), randomBytes(1000))
	// A failed upload releases its reservation.
	held[0].r = io.MultiReader(bytes.NewReader(randomBytes(10)), errReader{})
	close(held[0].let)
	if err := <-done; err == nil {
		t.Error("an upload that broke off succeeded")
	}
	if err := try(s, 1000); err != nil {
		t.Errorf("after one has failed: %v", err)
	}
	for _, b := range held[1:] {
		close(b.let)
		if err := <-done; err != nil {
			t.Errorf("an upload under way: %v", err)
		}
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM orphan_objects`); n != 0 {
		t.Errorf("%d loose objects", n)
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errors.New("the client is gone") }

// The reservation of an upload that never ended, because an instance crashed,
// expires.
func TestReservationsEnd(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	now := time.Now()
	s.Now = func() time.Time { return now }
	upload(t, s, servertest.DID("alice"), randomBytes(100))
	dbtest.Exec(t, s.Pool, `INSERT INTO orphan_objects (object_key, since, marked, did, reserved) VALUES ('aa/bb', $1, FALSE, $2, $3)`, now, servertest.DID("alice"), int64(limit.MaxBlobBytes))
	try := func() error {
		_, err := s.UploadBlob(t.Context(), servertest.As(servertest.DID("alice")), &xrpc.Upload{Body: bytes.NewReader(randomBytes(10)), ContentType: anyBytes, ContentLength: 10})
		return err
	}
	servertest.WantError(t, try(), gen.ErrQuotaExceeded)
	now = now.Add(attachments.ReservedTime)
	if err := try(); err != nil {
		t.Error(err)
	}
}

// Uploads cost their bytes, with a Content-Length or without. Bytes that are stored
// already and failed uploads cost nothing.
func TestUploadsCountBytes(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	alice := servertest.DID("alice")
	try := func(b []byte, length int64) error {
		_, err := s.UploadBlob(t.Context(), servertest.As(alice), &xrpc.Upload{Body: bytes.NewReader(b), ContentType: anyBytes, ContentLength: length})
		return err
	}
	for name, length := range map[string]int64{"with a length": 200_000, "without": -1} {
		b := randomBytes(200_000)
		m.takes(t, limit.StoredBytes, alice, 200_000, func() {
			for range 3 {
				if err := try(b, length); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
		})
	}
	m.takes(t, limit.StoredBytes, alice, 0, func() { servertest.WantError(t, try(randomBytes(1000), 2000), xrpc.InvalidRequest) })
	m.drain(t, limit.StoredBytes, alice, 150_000)
	before := tally(t, s, alice)
	for name, length := range map[string]int64{"with a length": 200_000, "without": -1} {
		if e := servertest.WantError(t, try(randomBytes(200_000), length), xrpc.RateLimitExceeded); e.RetryAfter <= 0 {
			t.Errorf("%s: no time to come back", name)
		}
	}
	if after := tally(t, s, alice); after != before {
		t.Errorf("%s, and before %s", after, before)
	}
	m.takes(t, limit.StoredBytes, alice, 150_000, func() {
		if err := try(randomBytes(150_000), -1); err != nil {
			t.Errorf("what just fits: %v", err)
		}
	})
}

// An upload that fails because the service cannot store it costs nothing, however
// often the client tries again.
func TestUploadsThatFailHereCostNothing(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	alice := servertest.DID("alice")
	try := func() error {
		_, err := s.UploadBlob(t.Context(), servertest.As(alice), &xrpc.Upload{Body: bytes.NewReader(randomBytes(100_000)), ContentType: anyBytes, ContentLength: 100_000})
		return err
	}
	good := s.attachmentsService
	bad, err := blob.OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := bad.Close(); err != nil {
		t.Fatal(err)
	}
	s.attachmentsService = attachments.New(s.Base, bad)
	m.takes(t, limit.StoredBytes, alice, 0, func() {
		if try() == nil {
			t.Error("stored in a bucket that is closed")
		}
	})
	s.attachmentsService = good
	m.takes(t, limit.StoredBytes, alice, 100_000, func() {
		if err := try(); err != nil {
			t.Error(err)
		}
	})
	dbtest.Exec(t, s.Pool, `ALTER TABLE orphan_objects RENAME TO gone`)
	m.takes(t, limit.StoredBytes, alice, 0, func() {
		if try() == nil {
			t.Error("stored without its row")
		}
	})
}
