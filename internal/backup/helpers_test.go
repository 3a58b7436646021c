package backup

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/blob"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

const alice = "did:web:alice.example"

// limit is how long anything may take on a busy machine.
const limit = 3 * time.Minute

// world is a cluster with one conversation, a store of attachments and a
// repository.
type world struct {
	t       *testing.T
	cluster *dbtest.Cluster
	pool    *pgxpool.Pool
	convo   xrpc.ConvoID
	blobs   *blob.Store
	url     string
	keys    Keys
	// public has what the server has: no private key.
	public Keys
	log    *slog.Logger
}

func newWorld(t *testing.T, settings map[string]string) *world {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, cluster: dbtest.StartCluster(t, settings), url: "file://" + t.TempDir(), log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	w.public = Keys{Recipients: []age.Recipient{id.Recipient()}}
	w.keys = Keys{Identities: []age.Identity{id}}
	w.blobs = w.store()
	w.pool = dbtest.Open(t, w.cluster.URL())
	w.convo = xrpc.ConvoID(hex.EncodeToString(random(16)))
	err = pgx.BeginFunc(t.Context(), w.pool, func(tx pgx.Tx) error {
		_, err := db.New(tx).InsertConvo(t.Context(), db.InsertConvoParams{ConvoID: w.convo, CreatorDid: alice, CipherSuite: 1, At: time.Now()})
		if err == nil {
			_, err = tx.Exec(t.Context(), `INSERT INTO memberships (convo_id, did, joined_seq, joined_at, joined_n, joined_gen, joined_pos)
				SELECT convo_id, $2, 0, now(), 0, gen, log_own_xid() FROM conversations WHERE convo_id = $1`, w.convo, alice)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.touch(w.cluster.URL())
	return w
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// touch connects as a server does, which begins a generation where it has to.
func (w *world) touch(url string) {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), url)
	if err != nil {
		w.t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := eventlog.CheckConnection(w.t.Context(), conn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) store() *blob.Store {
	w.t.Helper()
	s, err := blob.OpenDir(w.t.TempDir())
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = s.Close() })
	return s
}

func (w *world) source() Source {
	return Source{
		DatabaseURL: w.cluster.URL(), URL: w.url, Keys: w.public, Blobs: w.blobs, Log: w.log,
		Files: func() (map[string][]byte, error) { return map[string][]byte{"service.key": []byte("the key")}, nil },
	}
}

// send sends n messages on a pool and returns the number of the last one.
func (w *world) send(pool *pgxpool.Pool, n int) (seq int64) {
	w.t.Helper()
	for range n {
		row, err := db.New(pool).SendMessage(w.t.Context(), db.SendMessageParams{
			ConvoID: w.convo, Did: alice, MessageID: xrpc.MessageID(rand.Text()), Ciphertext: random(300), Now: time.Now(),
		})
		if err != nil || row.Seq == 0 {
			w.t.Fatalf("%+v, %v", row, err)
		}
		seq = row.Seq
	}
	return seq
}

// attach uploads an attachment and returns its key.
func (w *world) attach() string {
	w.t.Helper()
	key := blob.NewKey()
	got, err := w.blobs.Write(w.t.Context(), key, strings.NewReader(rand.Text()), 1000)
	if err == nil {
		err = db.New(w.pool).InsertBlob(w.t.Context(), db.InsertBlobParams{
			Did: alice, Cid: got.CID, ObjectKey: key, Size: got.Size, MimeType: "image/png", CreatedAt: time.Now(),
		})
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return key
}

// run starts a runner, which the returned function stops.
func (w *world) run(change func(*Config)) (*Health, func()) {
	w.t.Helper()
	health := NewHealth()
	c := Config{Source: w.source(), Every: time.Hour, Keep: Retention{Count: 2}, WAL: WALAsync, WALEvery: 100 * time.Millisecond,
		Spool: filepath.Join(w.t.TempDir(), "spool"), Health: health}
	change(&c)
	r, err := NewRunner(c)
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.Run(ctx)
	}()
	stop := func() { cancel(); <-done }
	w.t.Cleanup(stop)
	return health, stop
}

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !f(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not come to %s", what)
		}
	}
}

// stored waits until everything written up to now is in the repository.
func (w *world) stored(h *Health) {
	w.t.Helper()
	now := time.Now()
	eventually(w.t, "a stored log", func() bool { return h.State().LastLog.After(now) })
}

// restore restores into a new data directory and opens the cluster.
func (w *world) restore(r Restore) (Restored, *pgxpool.Pool, *dbtest.Cluster) {
	w.t.Helper()
	r.URL, r.Keys, r.Log = w.url, w.keys, w.log
	r.DataDir = filepath.Join(dbtest.Dir(w.t), "pg")
	r.Step = func(what string, took time.Duration) { w.t.Logf("%8.2fs %s", took.Seconds(), what) }
	out, err := r.Run(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	c := dbtest.StartFiles(w.t, r.DataDir, nil)
	return out, dbtest.Open(w.t, c.URL()), c
}

func scan[T any](t *testing.T, pool *pgxpool.Pool, sql string, args ...any) (v T) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}
