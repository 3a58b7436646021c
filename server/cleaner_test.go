package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/retention"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

func TestCleanerCollectsBlobs(t *testing.T) {
	now := noon
	s := newTestServer(t, func(c *Config) { c.Clock = func() time.Time { return now } })
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	kept, fresh := randomBytes(10), randomBytes(20)
	renewed, old := randomBytes(40), randomBytes(80)
	keptCID := upload(t, s, servertest.DID("alice"), kept)
	attach(t, s, convo, servertest.DID("alice"), keptCID)
	upload(t, s, servertest.DID("alice"), renewed)
	oldCID := upload(t, s, servertest.DID("alice"), old)
	now = now.Add(limit.UnattachedBlobTime)
	upload(t, s, servertest.DID("alice"), fresh)
	upload(t, s, servertest.DID("alice"), renewed)
	if err := cleanerOf(s).Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := tally(t, s, servertest.DID("alice")); got != "4 blobs, 150 bytes counted, 150 bytes, 0 loose" {
		t.Fatalf("at the hour: %s", got)
	}
	key := dbtest.Value[string](t, s.Pool, `SELECT object_key FROM blobs WHERE cid = $1`, oldCID)
	now = now.Add(time.Second)
	if err := cleanerOf(s).Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := tally(t, s, servertest.DID("alice")); got != "3 blobs, 70 bytes counted, 70 bytes, 0 loose" {
		t.Fatalf("after the hour: %s", got)
	}
	if _, err := s.config.Blobs.Read(t.Context(), key, 0, -1); err == nil {
		t.Fatal("the object is still there")
	}
	_, _, err := fetch(s, servertest.DID("alice"), convo, oldCID, "", gen.GetBlobParams{})
	servertest.WantError(t, err, gen.ErrBlobNotFound)
	if again := upload(t, s, servertest.DID("alice"), old); again != oldCID {
		t.Fatalf("CID is %s", again)
	}
	if got, _, err := fetch(s, servertest.DID("alice"), convo, oldCID, "", gen.GetBlobParams{}); err != nil || !bytes.Equal(got, old) {
		t.Fatalf("uploaded again: %v", err)
	}
}

// A message names a blob while the cleaner removes blobs: the blob stays, or the
// message is refused. No accepted message lacks its blob.
func TestCleanerAgainstAttach(t *testing.T) {
	now := noon
	s := newTestServer(t, func(c *Config) { c.Clock = func() time.Time { return now } })
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	b := randomBytes(10)
	cid := upload(t, s, servertest.DID("alice"), b)
	now = now.Add(2 * limit.UnattachedBlobTime)
	tx, err := s.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `UPDATE blobs SET attached = TRUE WHERE cid = $1`, cid); err != nil {
		t.Fatal(err)
	}
	if err := cleanerOf(s).Round(t.Context()); err != nil { // does not wait for the message
		t.Fatal(err)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, _, err := fetch(s, servertest.DID("alice"), convo, cid, "", gen.GetBlobParams{}); err != nil || !bytes.Equal(got, b) {
		t.Fatalf("a blob that was just named: %v", err)
	}
	late := upload(t, s, servertest.DID("alice"), randomBytes(10))
	in := servertest.Message(convo, 1)
	in.Blobs = []string{late}
	err = servertest.WhileLocked(t, s.Pool, func(tx pgx.Tx) {
		if _, err := tx.Exec(context.Background(), `DELETE FROM blobs WHERE cid = $1`, late); err != nil {
			t.Fatal(err)
		}
	}, func() error {
		_, err := s.SendMessage(context.Background(), servertest.As(servertest.DID("alice")), in)
		return err
	})
	servertest.WantError(t, err, gen.ErrInvalidAsset)
}

// Uploads, messages and cleaners run at once. Every accepted message has its blob,
// and the counted bytes are those stored.
func TestCleanerRace(t *testing.T) {
	s := newTestServer(t)
	// For this cleaner the hour of an upload is over at once.
	cleaner := cleanerOf(secondInstance(t, s), func(c *retention.Config) {
		c.Clock = func() time.Time { return time.Now().Add(2 * limit.UnattachedBlobTime) }
	})
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	stop := make(chan struct{})
	var wg, cleaning sync.WaitGroup
	cleaning.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if err := cleaner.Round(context.Background()); err != nil {
				t.Error(err)
				return
			}
		}
	})
	var mu sync.Mutex
	accepted := map[string][]byte{}
	for range 4 {
		wg.Go(func() {
			for range 30 {
				b := randomBytes(100)
				cid := upload(t, s, servertest.DID("alice"), b)
				in := servertest.Message(convo, 1)
				in.Blobs = []string{cid}
				_, err := s.SendMessage(context.Background(), servertest.As(servertest.DID("alice")), in)
				var e *xrpc.Error
				switch {
				case err == nil:
					mu.Lock()
					accepted[cid] = b
					mu.Unlock()
				case !errors.As(err, &e) || e.Name != gen.ErrInvalidAsset:
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	close(stop)
	cleaning.Wait()
	for cid, b := range accepted {
		if got, _, err := fetch(s, servertest.DID("alice"), convo, cid, "", gen.GetBlobParams{}); err != nil || !bytes.Equal(got, b) {
			t.Fatalf("an attached blob is gone: %v", err)
		}
	}
	if err := cleaner.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("%d blobs, %d bytes counted, %d bytes, 0 loose", len(accepted), 100*len(accepted), 100*len(accepted))
	if got := tally(t, s, servertest.DID("alice")); got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
}

// Objects that a crash leaves behind at any moment of an upload are deleted. An
// upload that is only slow is kept.
func TestCleanerCollectsLooseObjects(t *testing.T) {
	now := noon
	s := newTestServer(t, func(c *Config) { c.Clock = func() time.Time { return now } })
	for key, written := range map[string]bool{"aa/announced": false, "aa/written": true} {
		dbtest.Exec(t, s.Pool, `INSERT INTO orphan_objects VALUES ($1, $2, FALSE)`, key, now)
		if written {
			if _, err := s.config.Blobs.Write(t.Context(), key, strings.NewReader("x"), 1); err != nil {
				t.Fatal(err)
			}
		}
	}
	now = now.Add(retention.OrphanTime)
	if err := cleanerOf(s).Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM orphan_objects`); n != 2 {
		t.Fatalf("%d objects left of a slow upload", n)
	}
	now = now.Add(time.Second)
	if err := cleanerOf(s).Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM orphan_objects`); n != 0 {
		t.Fatalf("%d objects are left", n)
	}
	if _, err := s.config.Blobs.Read(t.Context(), "aa/written", 0, -1); err == nil {
		t.Fatal("the object is still there")
	}
}

// An upload whose object was deleted while it was written does not become a blob
// without an object.
func TestBlobUploadGivenUp(t *testing.T) {
	s := newTestServer(t)
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := s.UploadBlob(context.Background(), servertest.As(servertest.DID("alice")), &xrpc.Upload{Body: r, ContentType: anyBytes, ContentLength: -1})
		done <- err
	}()
	if _, err := w.Write(randomBytes(10)); err != nil {
		t.Fatal(err)
	}
	late := cleanerOf(s, func(c *retention.Config) {
		c.Clock = func() time.Time { return time.Now().Add(2 * retention.OrphanTime) }
	})
	if err := late.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	if err := <-done; err == nil {
		t.Fatal("the upload succeeded")
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM blobs`); n != 0 {
		t.Fatalf("%d blobs without an object", n)
	}
}

func TestCleanerForgetsAnswers(t *testing.T) {
	now := noon
	s := newTestServer(t, func(c *Config) { c.Clock = func() time.Time { return now } })
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	in := servertest.Message(convo, 1)
	in.IdempotencyKey = new("k")
	if _, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), in); err != nil {
		t.Fatal(err)
	}
	dbtest.Exec(t, s.Pool, `INSERT INTO idempotency_records SELECT convert_to('r' || n, 'UTF8'), 'c', 'a', $1 FROM generate_series(1, 1200) n`, now.Add(-time.Hour))
	count := func() int64 { return dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM idempotency_records`) }
	now = now.Add(limit.IdempotencyTime)
	if err := cleanerOf(s).Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 1 {
		t.Fatalf("%d records", n)
	}
	if out, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), in); err != nil || *out.Seq != 1 {
		t.Fatalf("at seven days: %+v, %v", out, err)
	}
	now = now.Add(time.Second)
	if err := cleanerOf(s).Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 0 {
		t.Fatalf("%d records after seven days", n)
	}
}

func TestCleanerStops(t *testing.T) {
	s := newTestServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- cleanerOf(s).Run(ctx) }()
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(2 * time.Minute):
		t.Fatal("the cleaner goes on")
	}
}
