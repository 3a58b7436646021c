package stream_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/stream"
	"catbird.blue/mls/server/stream/streamtest"
)

func TestCursors(t *testing.T) {
	secret := [16]byte{1, 2, 3}
	codec := stream.NewCodec(7, secret)
	convo := stream.Lane(strings.Repeat("\xab", 64))
	for _, v := range []stream.Cursor{
		{},
		{Position: stream.Position{Pos: 1<<62 + 5, Lane: convo, Seq: 1<<53 - 1, N: 1 << 40}, After: convo, Until: 1<<62 + 9},
		{Position: stream.Position{Pos: 9, Lane: stream.AccountLane("did:web:" + strings.Repeat("long.", 400) + "example"), N: 3}},
		{Position: stream.Position{Pos: 9, Lane: stream.Lane(strings.Repeat("k", 14)), N: 3}},
		{Position: stream.Position{Pos: 9, Lane: "\x00\xff", Seq: 3}},
		{Position: stream.EndOf(9)},
	} {
		s := codec.Encode(v)
		if len(s) > stream.MaxCursor {
			t.Errorf("a cursor of %d characters", len(s))
		}
		if got, err := codec.Decode(s); err != nil || got != v {
			t.Errorf("%v came back as %v, %v", v, got, err)
		}
		for name, other := range map[string]*stream.Codec{
			"generation": stream.NewCodec(8, secret), "history": stream.NewCodec(7, [16]byte{9}),
		} {
			if _, err := other.Decode(s); !errors.Is(err, stream.ErrOutdatedCursor) {
				t.Errorf("in another %s: %v", name, err)
			}
		}
		for i := range s {
			for _, c := range []string{"", "A", "!", "_"} {
				bad := s[:i] + c + s[i+1:]
				if v, err := codec.Decode(bad); err == nil && bad != s {
					t.Errorf("%q was read as %v", bad, v)
				}
			}
		}
	}
	for _, bad := range []string{"", "x", "AQ", "1234567890", "now", strings.Repeat("A", 400), "\x00", "AQcB==", "🎈"} {
		if _, err := codec.Decode(bad); !errors.Is(err, stream.ErrMalformedCursor) && !errors.Is(err, stream.ErrOutdatedCursor) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzCursor(f *testing.F) {
	codec := stream.NewCodec(1, [16]byte{1})
	f.Add(codec.Encode(stream.Cursor{Position: stream.Position{Pos: 5, Lane: "\x00\xff", Seq: 3}}))
	f.Add("AQE")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := codec.Decode(s)
		if err == nil && codec.Encode(v) != s {
			t.Errorf("%q is another text for %v", s, v)
		}
	})
}

// look opens a connection as a server does.
func (w *world) look() {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.pool.Config().ConnString())
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }() // its work is done
	if err := stream.CheckConnection(w.t.Context(), conn); err != nil {
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

func (w *world) exec(sql string) {
	w.t.Helper()
	if _, err := w.pool.Exec(w.t.Context(), sql); err != nil {
		w.t.Fatal(err)
	}
}

// TestGenerationBegins wherever the database turns out to be another one.
func TestGenerationBegins(t *testing.T) {
	for name, change := range map[string]string{
		"cluster":  "UPDATE log_generation SET system_identifier = system_identifier + 1",
		"database": "UPDATE log_generation SET database_oid = database_oid + 1",
		"timeline": "UPDATE log_generation SET timeline = timeline + 1",
		"message from the future": `INSERT INTO messages (convo_id, seq, message_id, kind, epoch, ciphertext, created_at, gen, pos)
			VALUES ('\x00', 1, 'x', 'app', 0, 'x', now(), 1, 1::bigint << 50)`,
		"event from the future": `INSERT INTO events (gen, pos, lane, seq, n, kind, target_did, body, created_at)
			VALUES (1, 1::bigint << 50, 'x', 0, 1, 'read', 'did:x', '{}', now())`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.look()
			w.look()
			if n := w.generation(); n != 1 {
				t.Fatalf("generation %d before anything has changed", n)
			}
			w.exec(change)
			w.look()
			w.look()
			if n := w.generation(); n != 2 {
				t.Errorf("generation %d, want 2", n)
			}
		})
	}
}

// TestNewGeneration: cursors are outdated, numbers do not repeat, streams end,
// and what happens then is told.
func TestNewGeneration(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	hub := w.hub()
	c := w.client(bob)
	c.MustConnect(hub, "")
	before := w.send(w.pool, convo, alice)
	hub.Hint()
	w.wait(c)
	old := c.Cursor()
	if err := stream.BeginGeneration(t.Context(), w.pool); err != nil {
		t.Fatal(err)
	}
	hub.Hint()
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
	hub.Hint()
	w.wait(again)
	if again.Len() != 1 || after != before+stream.SeqSkip+1 {
		t.Errorf("%d events; message %d came after %d", again.Len(), after, before)
	}
}

// TestFutureCursor: a cursor of this generation beyond the newest transaction
// proves that the database was taken back.
func TestFutureCursor(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	hub := w.hub()
	future := w.codec.Encode(stream.Cursor{Position: stream.Position{Pos: 1 << 50, Lane: stream.LaneOf(convo), Seq: 9}})
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
	forged := stream.NewCodec(1, [16]byte{}).Encode(stream.Cursor{Position: stream.Position{Pos: 1 << 50}})
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
		if err := stream.BeginGeneration(t.Context(), w.pool); err != nil {
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

// TestForgottenTimelines: a recovery that comes out several timelines later has
// forgotten as many generations, whose numbers are not used again.
func TestForgottenTimelines(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	w.look()
	before := w.send(w.pool, convo, alice)
	w.exec("UPDATE log_generation SET timeline = timeline - 3")
	w.look()
	if after := w.send(w.pool, convo, alice); after != before+3*stream.SeqSkip+1 {
		t.Errorf("message %d came after %d", after, before)
	}
}

// TestCheckWithoutSchema: a database that is yet to be migrated is left alone.
func TestCheckWithoutSchema(t *testing.T) {
	conn, err := pgx.Connect(t.Context(), dbtest.Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }() // its work is done
	if err := stream.CheckConnection(t.Context(), conn); err != nil {
		t.Error(err)
	}
}
