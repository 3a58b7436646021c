package eventlog_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	eventlog "catbird.blue/mls/server/stream/log"
)

const (
	alice = "did:web:alice.example"
	bob   = "did:web:bob.example"
	carol = "did:web:carol.example"
)

// begin opens a transaction and assigns its id.
func (w *world) begin() pgx.Tx {
	w.t.Helper()
	tx, err := w.pool.Begin(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = tx.Rollback(context.Background()) }) // usually it has ended
	if _, err := tx.Exec(context.Background(), "SELECT log_own_xid()"); err != nil {
		w.t.Fatal(err)
	}
	return tx
}

func (w *world) end(tx pgx.Tx) {
	w.t.Helper()
	if err := tx.Commit(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

// TestPositionTrap: a transaction gets its id before it locks the row of the
// conversation, so the ids of two messages may be in the opposite order of their
// numbers. In the order of ids alone, the second message would come first.
func TestPositionTrap(t *testing.T) {
	for _, naive := range []bool{false, true} {
		t.Run(fmt.Sprintf("naive=%v", naive), func(t *testing.T) {
			w := newWorld(t)
			convo := w.convo(alice, bob)
			hub := w.hub()
			c := w.client(bob)
			c.MustConnect(hub, "")
			early := w.begin()
			w.send(w.pool, convo, alice)
			w.sendBy(db.New(early), convo, alice)
			if naive {
				if _, err := early.Exec(t.Context(), `UPDATE messages SET pos = log_own_xid() WHERE convo_id = $1 AND seq =
					(SELECT last_seq FROM conversations WHERE convo_id = $1)`, convo); err != nil {
					t.Fatal(err)
				}
			}
			w.end(early)
			hub.Notify()
			if !naive {
				w.wait(c)
				return
			}
			eventually(t, "both messages", func() bool { return c.Len() == 2 })
			var seqs []int64
			rows, err := w.pool.Query(t.Context(), "SELECT seq FROM messages WHERE convo_id = $1 AND seq > 1 ORDER BY gen, pos, convo_id, seq", convo)
			if err == nil {
				seqs, err = pgx.CollectRows(rows, pgx.RowTo[int64])
			}
			if err != nil {
				t.Fatal(err)
			}
			if seqs[0] < seqs[1] {
				t.Errorf("ids alone gave the order %v: this test shows nothing", seqs)
			}
		})
	}
}

// TestLateCommit: a row that a transaction with a lower id commits late is not
// skipped, and the rows that were committed before it wait for it.
func TestLateCommit(t *testing.T) {
	w := newWorld(t)
	one, two := w.convo(alice, bob), w.convo(alice, bob)
	hub := w.hub()
	c := w.client(bob)
	c.MustConnect(hub, "")
	late := w.begin()
	w.sendBy(db.New(late), one, alice)
	for range 3 {
		w.send(w.pool, two, alice)
		hub.Notify()
	}
	time.Sleep(50 * time.Millisecond)
	if n := c.Len(); n != 0 {
		t.Fatalf("%d messages came while an older transaction was running", n)
	}
	w.end(late)
	w.wait(c)
	if n := c.Len(); n != 4 {
		t.Errorf("%d messages, want 4", n)
	}
}

// TestHiddenRowsComeSoon: hidden rows are read soon after the older transaction
// ends, though nothing notifies the hub of that.
func TestHiddenRowsComeSoon(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	hub := w.hubWithoutPolling()
	c := w.client(bob)
	c.MustConnect(hub, "")
	late := w.begin()
	w.send(w.pool, convo, alice)
	hub.Notify()
	time.Sleep(30 * time.Millisecond)
	w.end(late)
	w.settle()
	eventually(t, "the message", func() bool { return c.Len() == 1 })
}

// TestLongTransaction: a long transaction that writes hides all later rows; when it
// ends they are all delivered.
func TestLongTransaction(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	hub := w.hub()
	c := w.client(bob)
	c.MustConnect(hub, "")
	long := w.begin()
	for range 50 {
		w.send(w.pool, convo, alice)
		hub.Notify()
		time.Sleep(20 * time.Millisecond)
	}
	if n := c.Len(); n != 0 {
		t.Errorf("%d messages came while a transaction was writing", n)
	}
	w.end(long)
	w.wait(c)
}

// TestPolling: without notifications the log is read every second.
func TestPolling(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	c := w.client(bob)
	c.MustConnect(w.hub(), "")
	w.send(w.pool, convo, alice)
	w.settle()
	w.wait(c)
}

// TestPositionIsThatOfARow: after a crash PostgreSQL assigns the ids of lost
// transactions again. So a stream begins at the position of a row, not above it.
func TestPositionIsThatOfARow(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	for range 5 { // ids of transactions without rows
		tx := w.begin()
		if err := tx.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	hub := w.hub()
	c := w.client(bob)
	c.MustConnect(hub, "")
	var newest int64
	if err := w.pool.QueryRow(t.Context(), "SELECT last_pos FROM conversations WHERE convo_id = $1", convo).Scan(&newest); err != nil {
		t.Fatal(err)
	}
	at, err := w.codec.Decode(c.Cursor())
	if err != nil {
		t.Fatal(err)
	}
	if at.Pos != newest || at.StreamKey != eventlog.StreamKeyOf(convo) {
		t.Errorf("a stream begins at %v, the newest row is at %d", at, newest)
	}
}
