package stream_test

import (
	"testing"

	"catbird.blue/mls/server/stream"
)

// TestUnfinishedSync: a sync that began without cursor and has told of some
// conversations only has more to tell of the others than the log has, so no
// stream goes on from its cursor. One that began with a cursor has not.
func TestUnfinishedSync(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	w.send(w.pool, convo, alice)
	newest, err := w.codec.Decode(w.now())
	hub := w.hub()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		cursor stream.Cursor
		want   string
	}{
		{"begun without cursor", stream.Cursor{After: stream.LaneOf(convo), Until: newest.Pos}, "OutdatedCursor"},
		{"begun with a cursor", stream.Cursor{Position: newest.Position, After: stream.LaneOf(convo), Until: newest.Pos}, "live"},
		{"of an empty log", stream.Cursor{}, "live"},
	} {
		to := newTape(-1)
		w.play(hub, alice, w.codec.Encode(c.cursor), to)
		var infos []string
		eventually(t, "an answer", func() bool {
			_, infos = to.told()
			return len(infos) == 2
		})
		if infos[1] != c.want {
			t.Errorf("%s: %v, want %s", c.name, infos, c.want)
		}
	}
}
