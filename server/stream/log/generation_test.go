package eventlog_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/server/stream/streamtest"
)

// connect opens a connection as a server does, and closes it.
func (w *world) connect() {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.pool.Config().ConnString())
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }() // the error changes nothing
	if err := eventlog.CheckConnection(w.t.Context(), conn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) generation() (n int64) {
	w.t.Helper()
	if err := w.pool.QueryRow(w.t.Context(), "SELECT gen FROM log_generation").Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// TestGenerationBegins: a generation begins if the database is not the one in
// which the last generation was recorded.
func TestGenerationBegins(t *testing.T) {
	for name, change := range map[string]string{
		"cluster":  "UPDATE log_generation SET system_identifier = system_identifier + 1",
		"database": "UPDATE log_generation SET database_oid = database_oid + 1",
		"timeline": "UPDATE log_generation SET timeline = timeline + 1",
		"message from the future": `INSERT INTO messages (convo_id, seq, message_id, kind, epoch, ciphertext, created_at, gen, pos)
			VALUES ('\x00', 1, 'x', 'app', 0, 'x', now(), 1, 1::bigint << 50)`,
		"event from the future": `INSERT INTO events (gen, pos, stream_key, seq, n, kind, target_did, body, created_at)
			VALUES (1, 1::bigint << 50, 'x', 0, 1, 'read', 'did:x', '{}', now())`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.connect()
			w.connect()
			if n := w.generation(); n != 1 {
				t.Fatalf("generation %d before anything has changed", n)
			}
			dbtest.Exec(w.t, w.pool, change)
			w.connect()
			w.connect()
			if n := w.generation(); n != 2 {
				t.Errorf("generation %d, want 2", n)
			}
		})
	}
}

// TestNewGeneration: when a generation begins, cursors are outdated, message
// numbers do not repeat, streams end, and later events are delivered.
func TestNewGeneration(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	hub := w.hub()
	c := w.client(bob)
	c.MustConnect(hub, "")
	before := w.send(w.pool, convo, alice)
	hub.Notify()
	w.wait(c)
	old := c.Cursor()
	if err := eventlog.BeginGeneration(t.Context(), w.pool); err != nil {
		t.Fatal(err)
	}
	hub.Notify()
	eventually(t, "the end of the stream", c.Ended)
	codec, err := streamtest.Codec(t.Context(), w.pool)
	if err != nil {
		t.Fatal(err)
	}
	w.codec = codec
	again := w.client(bob)
	again.MustConnect(hub, old)
	if again.Info("OutdatedCursor") != 1 {
		t.Error("the stream did not say that the cursor is outdated")
	}
	after := w.send(w.pool, convo, alice)
	hub.Notify()
	w.wait(again)
	if again.Len() != 1 || after != before+eventlog.SeqSkip+1 {
		t.Errorf("%d events; message %d came after %d", again.Len(), after, before)
	}
}

// TestFutureCursor: a cursor of this generation beyond the newest transaction
// proves that the database was set back, so a generation begins.
func TestFutureCursor(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	hub := w.hub()
	future := w.codec.Encode(eventlog.Cursor{Position: eventlog.Position{Pos: 1 << 50, StreamKey: eventlog.StreamKeyOf(convo), Seq: 9}})
	wantError(t, w.client(bob).Connect(hub, future), gen.ErrFutureCursor)
	eventually(t, "another generation", func() bool { return w.generation() == 2 })
	codec, err := streamtest.Codec(t.Context(), w.pool)
	if err != nil {
		t.Fatal(err)
	}
	w.codec = codec
	c := w.client(bob)
	eventually(t, "the hub to notice", func() bool { return c.Connect(hub, future) == nil && c.Info("OutdatedCursor") > 0 })
	c.Cut()
	forged := eventlog.NewCodec(1, [16]byte{}).Encode(eventlog.Cursor{Position: eventlog.Position{Pos: 1 << 50}})
	f := w.client(bob)
	f.MustConnect(hub, forged)
	if n := w.generation(); f.Info("OutdatedCursor") != 1 || n != 2 {
		t.Errorf("a forged cursor: generation %d", n)
	}
	wantError(t, w.client(bob).Connect(hub, "nonsense"), gen.ErrInvalidCursor)
}

// TestGenerationWhileSending: no message is lost between two generations.
func TestGenerationWhileSending(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 200 {
			w.send(w.pool, convo, alice)
			w.convo(carol)
		}
	}()
	for range 3 {
		if err := eventlog.BeginGeneration(t.Context(), w.pool); err != nil {
			t.Error(err)
		}
	}
	<-done
	var wrong int
	err := w.pool.QueryRow(t.Context(), `SELECT
		(SELECT count(*) FROM conversations c, log_generation g WHERE c.gen <> g.gen)
		+ (SELECT count(*) FROM (SELECT gen, lag(gen) OVER (ORDER BY seq) AS before FROM messages WHERE convo_id = $1) m WHERE gen < before)`,
		convo).Scan(&wrong)
	if err != nil || wrong != 0 {
		t.Errorf("%d rows are in another generation than they should: %v", wrong, err)
	}
}

// TestForgottenTimelines: if a recovery ends several timelines later, the database
// does not know as many generations. Their message numbers are not used again.
func TestForgottenTimelines(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	w.connect()
	before := w.send(w.pool, convo, alice)
	dbtest.Exec(w.t, w.pool, "UPDATE log_generation SET timeline = timeline - 3")
	w.connect()
	if after := w.send(w.pool, convo, alice); after != before+3*eventlog.SeqSkip+1 {
		t.Errorf("message %d came after %d", after, before)
	}
}

// TestCheckWithoutSchema: a database without our tables is not changed.
func TestCheckWithoutSchema(t *testing.T) {
	conn, err := pgx.Connect(t.Context(), dbtest.Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }() // the error changes nothing
	if err := eventlog.CheckConnection(t.Context(), conn); err != nil {
		t.Error(err)
	}
}
