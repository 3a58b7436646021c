package server

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// sync resumes from a cursor at or after the low-water mark. An older one counts as
// none, and removed messages do not make a client call again.
func TestSyncAfterRemoval(t *testing.T) {
	t.Parallel()
	s, now := agingServer(t)
	alice := servertest.DID("alice")
	convo := servertest.AddConvo(t, s.Pool, 1, alice)
	read := func(cursor *string, seq int64) *gen.SyncOutput {
		servertest.Settled(t, s.Pool)
		in := &gen.SyncInput{Cursor: cursor, Limit: 100}
		if seq >= 0 {
			in.Positions = []gen.SyncPosition{{ConvoID: convo, Seq: seq}}
		}
		out, err := s.Sync(t.Context(), servertest.As(alice), in)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	before := read(nil, -1).Cursor
	servertest.SendMessages(t, s, convo, alice, 2)
	at := read(nil, -1).Cursor
	*now = now.Add(limit.MessageTime + time.Second)
	servertest.SendMessages(t, s, convo, alice, 1)
	after := read(nil, -1).Cursor
	servertest.SendMessages(t, s, convo, alice, 1)
	clean(t, s)
	for _, c := range []struct {
		name, cursor string
		seq          int64
		want         string
	}{
		{"before", before, -1, "0:[3 4]/4 new 0 "},
		{"before, with a position", before, 1, "0:[3 4]/4 "},
		{"at", at, -1, "0:[3 4]/4 "},
		{"after", after, -1, "0:[4]/4 "},
		{"after, with a position", after, 1, "0:[3 4]/4 "},
	} {
		if got := servertest.SyncText(read(&c.cursor, c.seq), convo); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	*now = now.Add(limit.MessageTime + time.Second)
	clean(t, s)
	// All messages are removed, and the cursor is still valid.
	end := read(nil, 1)
	if got := servertest.SyncText(end, convo); got != "" {
		t.Errorf("with nothing left: %s", got)
	}
	servertest.SendMessages(t, s, convo, alice, 1)
	if got := servertest.SyncText(read(&end.Cursor, -1), convo); got != "0:[5]/5 " {
		t.Errorf("after the end: %s", got)
	}
}

// A stream that resumes before the low-water mark gets an error event. One that
// resumes at or after it gets everything.
func TestStreamAfterRemoval(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := newLiveServer(t, func(c *Config) { c.Clock = func() time.Time { return now } })
	alice := servertest.DID("alice")
	convo := servertest.AddConvo(t, s.Pool, 1, alice)
	cursors := map[string]string{}
	mark := func(name string) {
		servertest.Settled(t, s.Pool)
		at, err := db.New(s.Pool).ReadPlace(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		cursors[name] = eventlog.NewCodec(at.Gen, at.Secret.Bytes).Encode(eventlog.Cursor{
			Position: eventlog.Position{Pos: at.Pos, StreamKey: eventlog.StreamKey(at.StreamKey), Seq: at.Seq, N: at.N}})
	}
	mark("before")
	servertest.SendMessages(t, s, convo, alice, 1)
	mark("last but one")
	servertest.SendMessages(t, s, convo, alice, 1)
	mark("at")
	now = now.Add(limit.MessageTime + time.Second)
	servertest.SendMessages(t, s, convo, alice, 1)
	mark("after")
	servertest.SendMessages(t, s, convo, alice, 1)
	clean(t, s)
	for name, want := range map[string]struct {
		outdated int
		seqs     []int64
	}{
		"before": {1, nil}, "last but one": {1, nil}, "at": {0, []int64{3, 4}}, "after": {0, []int64{4}},
	} {
		c := servertest.Listen(t, s.Pool, s.config.Hub, alice, cursors[name])
		var told []string
		for _, seq := range want.seqs {
			id := dbtest.Value[xrpc.MessageID](t, s.Pool, `SELECT message_id FROM messages WHERE convo_id = $1 AND seq = $2`, convo, seq)
			told = append(told, fmt.Sprintf("message %s/%d %s", convo, seq, id))
		}
		for start := time.Now(); c.Len() < len(told) || c.Info("connected") == 0; time.Sleep(time.Millisecond) {
			if time.Since(start) > time.Minute {
				t.Fatalf("%s: waited in vain", name)
			}
		}
		if got := c.Delivered(); strings.Join(got, "\n") != strings.Join(told, "\n") || c.Info("OutdatedCursor") != want.outdated {
			t.Errorf("%s: told %v, outdated %d", name, got, c.Info("OutdatedCursor"))
		}
	}
}
