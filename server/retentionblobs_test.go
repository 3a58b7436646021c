package server

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/retention"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// A blob is removed with the last message that names it: its row, its object and its
// bytes in the quota. A blob that a later message names stays.
func TestBlobGoesWithItsLastMessage(t *testing.T) {
	t.Parallel()
	s, now := agingServer(t)
	alice := servertest.DID("alice")
	convo, elsewhere := servertest.AddConvo(t, s.Pool, 1, alice), servertest.AddConvo(t, s.Pool, 1, alice)
	once, again, body := upload(t, s, alice, randomBytes(10)), upload(t, s, alice, randomBytes(20)), randomBytes(40)
	there := upload(t, s, alice, body)
	attach(t, s, convo, alice, once, again, there)
	attach(t, s, convo, alice, once)
	key := dbtest.Value[string](t, s.Pool, `SELECT object_key FROM blobs WHERE cid = $1`, once)
	*now = now.Add(time.Hour)
	attach(t, s, convo, alice, again)
	attach(t, s, elsewhere, alice, there)
	*now = now.Add(limit.MessageTime - time.Hour)
	gone := clean(t, s)["blob"]
	if got := tally(t, s, alice); got != "3 blobs, 70 bytes counted, 70 bytes, 0 loose" {
		t.Fatalf("at the time: %s", got)
	}
	*now = now.Add(time.Second)
	gone += clean(t, s)["blob"]
	if got := tally(t, s, alice); got != "2 blobs, 60 bytes counted, 60 bytes, 0 loose" {
		t.Fatalf("after it: %s", got)
	}
	if _, err := s.config.Blobs.Read(t.Context(), key, 0, -1); err == nil {
		t.Error("the object is still there")
	}
	if _, _, err := fetch(s, alice, convo, again, "", gen.GetBlobParams{}); err != nil {
		t.Errorf("named again: %v", err)
	}
	if got, _, err := fetch(s, alice, elsewhere, there, "", gen.GetBlobParams{}); err != nil || !bytes.Equal(got, body) {
		t.Errorf("named elsewhere: %v", err)
	}
	_, _, err := fetch(s, alice, convo, once, "", gen.GetBlobParams{})
	servertest.WantError(t, err, gen.ErrBlobNotFound)
	*now = now.Add(time.Hour)
	gone += clean(t, s)["blob"]
	if got := tally(t, s, alice); got != "0 blobs, 0 bytes counted, 0 bytes, 0 loose" {
		t.Fatalf("an hour later: %s", got)
	}
	if n := gone; n != 3 {
		t.Errorf("%d blobs counted", n)
	}
}

// An account whose quota is used up can upload again when its messages are removed.
func TestRemovalFreesQuota(t *testing.T) {
	t.Parallel()
	s, now := agingServer(t)
	alice := servertest.DID("alice")
	convo := servertest.AddConvo(t, s.Pool, 1, alice)
	attach(t, s, convo, alice, upload(t, s, alice, randomBytes(10)))
	dbtest.Exec(t, s.Pool, `UPDATE blobs SET size = $1`, int64(limit.MaxBlobBytes)) // counts as a blob of the largest size
	dbtest.Exec(t, s.Pool, `UPDATE accounts SET blob_bytes = $1`, int64(limit.MaxBlobBytes))
	next := randomBytes(11)
	up := func() error {
		_, err := s.UploadBlob(t.Context(), servertest.As(alice), &xrpc.Upload{Body: bytes.NewReader(next), ContentType: anyBytes, ContentLength: -1})
		return err
	}
	servertest.WantError(t, up(), gen.ErrQuotaExceeded)
	*now = now.Add(limit.MessageTime + time.Second)
	clean(t, s)
	if err := up(); err != nil {
		t.Fatal(err)
	}
	if got := tally(t, s, alice); got != "1 blobs, 11 bytes counted, 11 bytes, 0 loose" {
		t.Errorf("after it: %s", got)
	}
}

// After uploading the same bytes again, the owner has an hour to name them in a
// message, also if the last message that named them is removed meanwhile.
func TestUploadedAgainBeforeRemoval(t *testing.T) {
	t.Parallel()
	s, now := agingServer(t)
	alice := servertest.DID("alice")
	convo := servertest.AddConvo(t, s.Pool, 1, alice)
	b := randomBytes(10)
	cid := upload(t, s, alice, b)
	attach(t, s, convo, alice, cid)
	*now = now.Add(limit.MessageTime)
	upload(t, s, alice, b)
	*now = now.Add(limit.UnattachedBlobTime)
	clean(t, s)
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM messages`); n != 0 {
		t.Fatal("the message is still there")
	}
	attach(t, s, convo, alice, cid)
	*now = now.Add(2 * limit.UnattachedBlobTime)
	clean(t, s)
	if got, _, err := fetch(s, alice, convo, cid, "", gen.GetBlobParams{}); err != nil || !bytes.Equal(got, b) {
		t.Errorf("named anew: %v", err)
	}
}

// A message names a blob while the last other message that names it is removed. In
// both orders, the message has its blob.
func TestRemovalAgainstAttach(t *testing.T) {
	t.Parallel()
	s, now := agingServer(t)
	alice := servertest.DID("alice")
	convo, other := servertest.AddConvo(t, s.Pool, 1, alice), servertest.AddConvo(t, s.Pool, 1, alice)
	b := randomBytes(10)
	cid := upload(t, s, alice, b)
	attach(t, s, convo, alice, cid)
	*now = now.Add(limit.MessageTime + time.Second)
	in := servertest.Message(other, 1)
	in.Blobs = []string{cid}
	// The removal comes first, and the message waits for the blob.
	servertest.Settled(t, s.Pool)
	err := servertest.WhileLocked(t, s.Pool, func(tx pgx.Tx) {
		q := db.New(tx)
		rows, err := q.LockOldMessages(context.Background(), s.Now().Add(-limit.MessageTime), 10)
		if err != nil || len(rows) != 1 {
			t.Fatalf("%d messages to remove, %v", len(rows), err)
		}
		if _, err := retention.RemoveMessages(context.Background(), q, rows, s.Now()); err != nil {
			t.Fatal(err)
		}
	}, func() error {
		_, err := s.SendMessage(context.Background(), servertest.As(alice), in)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	clean(t, s)
	if got, _, err := fetch(s, alice, other, cid, "", gen.GetBlobParams{}); err != nil || !bytes.Equal(got, b) {
		t.Fatalf("a blob named behind a removal: %v", err)
	}
	// The message comes first, and the removal waits for the blob.
	*now = now.Add(limit.MessageTime + time.Second)
	servertest.Settled(t, s.Pool)
	err = servertest.WhileLocked(t, s.Pool, func(tx pgx.Tx) {
		ctx := context.Background()
		var seq int64
		err := tx.QueryRow(ctx, `WITH c AS (
				UPDATE conversations SET last_seq = last_seq + 1, last_pos = greatest(last_pos, log_own_xid()) WHERE convo_id = $1
				RETURNING last_seq, gen, last_pos
			) INSERT INTO messages (convo_id, seq, message_id, kind, epoch, ciphertext, created_at, gen, pos)
			SELECT $1, last_seq, 'named', 'app', 1, 'x', $2, gen, last_pos FROM c RETURNING seq`, other, *now).Scan(&seq)
		if err != nil {
			t.Fatal(err)
		}
		attached, err := db.New(tx).AttachBlobs(ctx, db.AttachBlobsParams{ConvoID: other, Seq: seq, Cids: []string{cid}, OwnerDid: alice})
		if err != nil || len(attached) != 1 {
			t.Fatalf("%d blobs attached, %v", len(attached), err)
		}
	}, func() error { return cleanerOf(s).Round(context.Background()) })
	if err != nil {
		t.Fatal(err)
	}
	clean(t, s)
	if got := tally(t, s, alice); got != "1 blobs, 10 bytes counted, 10 bytes, 0 loose" {
		t.Fatalf("a blob named before a removal: %s", got)
	}
	if got, _, err := fetch(s, alice, other, cid, "", gen.GetBlobParams{}); err != nil || !bytes.Equal(got, b) {
		t.Fatal(err)
	}
}

// Messages name one blob repeatedly while two cleaners, for which every message is
// too old, remove them. No stored message lacks its blob, and at the end nothing is
// left.
func TestRemovalAttachRace(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice := servertest.DID("alice")
	convos := []xrpc.ConvoID{servertest.AddConvo(t, s.Pool, 1, alice), servertest.AddConvo(t, s.Pool, 1, alice), servertest.AddConvo(t, s.Pool, 1, alice)}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var cleaning, sending sync.WaitGroup
	var cleaners []*retention.Cleaner
	for range 2 {
		j := cleanerOf(secondInstance(t, s), func(c *retention.Config) {
			c.Clock = func() time.Time { return time.Now().Add(2 * limit.UnattachedBlobTime) } // no upload is too old yet
			c.MessageTTL = limit.UnattachedBlobTime
		})
		cleaners = append(cleaners, j)
		cleaning.Go(func() {
			// No round is cancelled: PostgreSQL may release the row locks of a closed
			// connection some moments later.
			for ctx.Err() == nil {
				if err := j.Round(context.Background()); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	body := randomBytes(100)
	var mu sync.Mutex
	sent := 0
	for _, convo := range convos {
		sending.Go(func() {
			for range 40 {
				cid := upload(t, s, alice, body)
				in := servertest.Message(convo, 1)
				in.Blobs = []string{cid}
				_, err := s.SendMessage(context.Background(), servertest.As(alice), in)
				var e *xrpc.Error
				switch {
				case err == nil:
					mu.Lock()
					sent++
					mu.Unlock()
				case !errors.As(err, &e) || e.Name != gen.ErrInvalidAsset:
					t.Error(err)
				}
				lacking := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM message_blobs a
					WHERE NOT EXISTS (SELECT FROM blobs b WHERE b.did = a.owner_did AND b.cid = a.cid AND b.attached)`)
				if lacking != 0 {
					t.Errorf("%d messages lack their blob", lacking)
				}
			}
		})
	}
	sending.Wait()
	stop()
	cleaning.Wait()
	if sent == 0 {
		t.Fatal("nothing was sent")
	}
	servertest.Settled(t, s.Pool)
	if err := cleaners[0].Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := tally(t, s, alice); got != "0 blobs, 0 bytes counted, 0 bytes, 0 loose" {
		t.Errorf("at the end: %s", got)
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM messages`); n != 0 {
		t.Errorf("%d messages are left", n)
	}
}
