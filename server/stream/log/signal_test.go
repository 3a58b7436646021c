package eventlog_test

import (
	"testing"

	"catbird.blue/mls/server/bus"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/server/stream/streamtest"
)

// TestSignals: the members at the time of a signal get it, and no other account.
func TestSignals(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	hub := w.hub()
	a, b, c := w.client(alice), w.client(bob), w.client(carol)
	for _, x := range []*streamtest.Client{a, b, c} {
		x.MustConnect(hub, "")
	}
	signal := func() {
		t.Helper()
		var version int64
		if err := w.pool.QueryRow(t.Context(), "SELECT roster_version FROM conversations WHERE convo_id = $1", convo).Scan(&version); err != nil {
			t.Fatal(err)
		}
		err := hub.Signal(t.Context(), bus.Signal{ConvoID: string(convo), RosterVersion: version, Ciphertext: []byte("typing")})
		if err != nil {
			t.Fatal(err)
		}
	}
	signal()
	if a.Ephemerals() != 1 || b.Ephemerals() != 1 || c.Ephemerals() != 0 {
		t.Errorf("signals: %d %d %d", a.Ephemerals(), b.Ephemerals(), c.Ephemerals())
	}
	w.remove(convo, bob) // the tailer has not read it yet
	signal()
	if a.Ephemerals() != 2 || b.Ephemerals() != 1 {
		t.Errorf("signals after a removal: %d %d", a.Ephemerals(), b.Ephemerals())
	}
}

// TestSignalBehind: at an instance that is behind the client's cursor, the cursor of
// a signal does not make the client go back.
func TestSignalBehind(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	w.settle()
	behind := eventlog.NewHub(eventlog.Config{Pool: w.pool})
	w.run(behind)() // it has its position, and reads nothing more
	w.send(w.pool, convo, alice)
	w.settle()
	b := w.client(bob)
	b.MustConnect(w.hub(), "")
	b.Cut()
	b.MustConnect(behind, b.Cursor())
	eventually(t, "the stream is live", func() bool { return b.Info("live") == 1 })
	if err := behind.Signal(t.Context(), bus.Signal{ConvoID: string(convo), Ciphertext: []byte("typing")}); err != nil {
		t.Fatal(err)
	}
	if err := b.Err(); err != nil || b.Ephemerals() != 1 {
		t.Errorf("%d signals, %v", b.Ephemerals(), err)
	}
}
