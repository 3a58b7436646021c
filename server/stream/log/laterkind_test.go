package eventlog_test

import (
	"context"
	"testing"

	"catbird.blue/mls/db"
	eventlog "catbird.blue/mls/server/stream/log"
)

// TestLaterKind: an event of a kind that only a later version knows is passed over,
// live and in a replay, and the events behind it are delivered.
func TestLaterKind(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	hub := w.hub()
	live, later := w.client(alice), w.client(alice)
	live.MustConnect(hub, "")
	later.MustConnect(hub, "")
	later.Cut()
	if _, err := w.pool.Exec(t.Context(), "ALTER TABLE events DROP CONSTRAINT events_kind_check"); err != nil {
		t.Fatal(err)
	}
	w.send(w.pool, convo, alice)
	w.tx(func(ctx context.Context, q *db.Queries) error {
		var p db.LogEventsParams
		add(&p, "of-a-later-version", "", -1, eventlog.Body{Epoch: 1})
		p.ConvoID = convo
		_, err := q.LogEvents(ctx, p)
		return err
	})
	w.send(w.pool, convo, alice)
	hub.Notify()
	eventually(t, "the second message", func() bool { return live.Len() == 2 })
	later.MustConnect(hub, later.Cursor())
	eventually(t, "the replay", func() bool { return later.Len() == 2 })
	// The checker expects every event of the log.
	if _, err := w.pool.Exec(t.Context(), "DELETE FROM events WHERE kind = 'of-a-later-version'"); err != nil {
		t.Fatal(err)
	}
	w.wait(live, later)
}
