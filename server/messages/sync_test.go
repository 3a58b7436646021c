package messages

import (
	"context"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

func TestSync(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice, bob := servertest.DID("alice"), servertest.DID("bob")
	one := servertest.AddConvo(t, s.Pool, 1, alice, bob)
	servertest.Talk(t, s, one, alice, 3)
	var cursor *string
	step := func(want string, in gen.SyncInput, ids ...xrpc.ConvoID) *gen.SyncOutput {
		t.Helper()
		if in.Limit == 0 {
			in.Limit = 500
		}
		if in.Cursor == nil {
			in.Cursor = cursor
		}
		out, err := s.Sync(t.Context(), servertest.As(bob), &in)
		if err != nil {
			t.Fatal(err)
		}
		if got := servertest.Shape(out, ids...); got != want {
			t.Errorf("answer is %q, want %q", got, want)
		}
		return out
	}
	servertest.Settled(t, s.Pool)
	out := step("0:[1 2 3]/3 new 0 ", gen.SyncInput{}, one)
	cursor = &out.Cursor
	step("", gen.SyncInput{}, one)
	step("0:[3]/3 ", gen.SyncInput{Positions: []gen.SyncPosition{{ConvoID: one, Seq: 2}}}, one)
	step("", gen.SyncInput{Positions: []gen.SyncPosition{{ConvoID: one, Seq: 3}}}, one)
	step("0:[3]/3 ", gen.SyncInput{Positions: []gen.SyncPosition{{ConvoID: one, Seq: 3}, {ConvoID: one, Seq: 2}, {ConvoID: one, Seq: 5}}}, one)
	servertest.Talk(t, s, one, alice, 4)
	two := servertest.AddConvo(t, s.Pool, 1, alice, bob)
	servertest.Talk(t, s, two, bob, 1)
	servertest.Settled(t, s.Pool)
	part, err := s.Sync(t.Context(), servertest.As(bob), &gen.SyncInput{Limit: 1, Cursor: cursor})
	if err != nil {
		t.Fatal(err)
	}
	if got := servertest.Shape(part, one, two); got != "0:[4]/7+ 1:[]/1+ new 1 " && got != "1:[1]/1 0:[]/7+ new 1 " {
		t.Errorf("with limit 1 the answer is %q", got)
	}
	servertest.EndMember(t, s.Pool, one, bob)
	servertest.Talk(t, s, one, alice, 1)
	servertest.Settled(t, s.Pool)
	out, err = s.Sync(t.Context(), servertest.As(bob), &gen.SyncInput{Limit: 500, Cursor: cursor})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Convos) != 2 || len(out.NewConvos) != 1 || out.NewConvos[0].ID != two || len(out.Removed) != 1 || out.Removed[0] != one {
		t.Errorf("answer is %q", servertest.Shape(out, one, two))
	}
	cursor = &out.Cursor
	step("", gen.SyncInput{}, one, two)
	step("removed 0 ", gen.SyncInput{Positions: []gen.SyncPosition{{ConvoID: one, Seq: 7}}}, one, two)
	_, err = s.Sync(t.Context(), servertest.As(bob), &gen.SyncInput{Limit: 1, Cursor: new("nonsense")})
	servertest.WantError(t, err, gen.ErrInvalidCursor)
}

// TestSyncRemovedOnce: a removal is told once, though nothing happens after it;
// and not before the log tells of it, which a poll would do again and again.
func TestSyncRemovedOnce(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice, bob := servertest.DID("alice"), servertest.DID("bob")
	convo := servertest.AddConvo(t, s.Pool, 1, alice, bob)
	servertest.Settled(t, s.Pool)
	first, err := s.Sync(t.Context(), servertest.As(bob), &gen.SyncInput{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	sync := func(cursor string) *gen.SyncOutput {
		t.Helper()
		out, err := s.Sync(t.Context(), servertest.As(bob), &gen.SyncInput{Limit: 10, Cursor: &cursor})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	// A transaction that is older and still runs.
	older, err := s.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = older.Rollback(context.Background()) }() // at the latest
	if _, err := older.Exec(t.Context(), "SELECT pg_current_xact_id()"); err != nil {
		t.Fatal(err)
	}
	servertest.EndMember(t, s.Pool, convo, bob)
	another := servertest.AddConvo(t, s.Pool, 1, alice, bob)
	out := sync(first.Cursor)
	if got := servertest.Shape(out, convo, another); got != "" {
		t.Errorf("before the log tells of it, the answer is %q", got)
	}
	if err := older.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	servertest.Settled(t, s.Pool)
	out = sync(out.Cursor)
	if got := servertest.Shape(out, convo, another); got != "new 1 removed 0 " {
		t.Errorf("the answer is %q", got)
	}
	servertest.EndMember(t, s.Pool, another, bob) // and this is the newest row of the log
	servertest.Settled(t, s.Pool)
	out = sync(out.Cursor)
	if got := servertest.Shape(out, convo, another); got != "removed 1 " {
		t.Errorf("the answer is %q", got)
	}
	if got := servertest.Shape(sync(out.Cursor), convo, another); got != "" {
		t.Errorf("and then %q", got)
	}
}

// TestSyncInParts: with a limit, positions lead through all messages.
func TestSyncInParts(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice, bob := servertest.DID("alice"), servertest.DID("bob")
	var positions []gen.SyncPosition
	total := 0
	for i := range 5 {
		id := servertest.AddConvo(t, s.Pool, 1, alice, bob)
		servertest.Talk(t, s, id, alice, 2*i)
		total += 2 * i
		positions = append(positions, gen.SyncPosition{ConvoID: id})
	}
	servertest.Settled(t, s.Pool)
	var cursor *string
	for round := 0; ; round++ {
		out, err := s.Sync(t.Context(), servertest.As(bob), &gen.SyncInput{Positions: positions, Cursor: cursor, Limit: 3})
		if err != nil {
			t.Fatal(err)
		}
		cursor = &out.Cursor
		n := 0
		for _, c := range out.Convos {
			for i := range positions {
				for _, m := range c.Messages {
					if positions[i].ConvoID == c.ConvoID {
						if m.Seq != positions[i].Seq+1 {
							t.Fatalf("message %d came after %d", m.Seq, positions[i].Seq)
						}
						positions[i].Seq = m.Seq
						n++
					}
				}
			}
		}
		if n > 3 {
			t.Fatalf("%d messages with limit 3", n)
		}
		if total -= n; len(out.Convos) == 0 || round > 20 {
			break
		}
	}
	if total != 0 {
		t.Errorf("%d messages did not come", total)
	}
}

// TestSyncThenStream: the cursor of sync opens a stream without gap, while
// messages are sent.
func TestSyncThenStream(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice, bob := servertest.DID("alice"), servertest.DID("bob")
	convo := servertest.AddConvo(t, s.Pool, 1, alice, bob)
	done := make(chan struct{})
	go func() {
		defer close(done)
		servertest.Talk(t, s, convo, alice, 200)
	}()
	time.Sleep(30 * time.Millisecond)
	out, err := s.Sync(t.Context(), servertest.As(bob), &gen.SyncInput{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond)
	c := servertest.Listen(t, s.Pool, s.config.Hub, bob, out.Cursor)
	<-done
	s.Hint(string(convo))
	have := 0
	for _, x := range out.Convos {
		have += len(x.Messages)
	}
	messages := func() (n int) {
		for _, told := range c.Delivered() {
			if strings.HasPrefix(told, "message ") {
				n++
			}
		}
		return n
	}
	servertest.Eventually(t, func() bool { return messages() >= 200-have })
	if err := c.Err(); err != nil {
		t.Error(err)
	}
	if n := messages(); n != 200-have {
		t.Errorf("sync gave %d messages and the stream %d, want 200 together", have, n)
	}
}

// TestSyncWaits: a long poll answers when something comes, or at the end.
func TestSyncWaits(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice, bob := servertest.DID("alice"), servertest.DID("bob")
	convo := servertest.AddConvo(t, s.Pool, 1, alice, bob)
	servertest.Settled(t, s.Pool)
	first, err := s.Sync(t.Context(), servertest.As(bob), &gen.SyncInput{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	out, err := s.Sync(t.Context(), servertest.As(bob), &gen.SyncInput{Limit: 10, Cursor: &first.Cursor, WaitMs: 300})
	if err != nil || servertest.Shape(out) != "" || time.Since(start) < 300*time.Millisecond {
		t.Errorf("an idle poll: %q after %v, %v", servertest.Shape(out), time.Since(start), err)
	}
	go func() {
		time.Sleep(100 * time.Millisecond)
		servertest.Talk(t, s, convo, alice, 1)
	}()
	start = time.Now()
	out, err = s.Sync(t.Context(), servertest.As(bob), &gen.SyncInput{Limit: 10, Cursor: &out.Cursor, WaitMs: 8000})
	if err != nil || servertest.Shape(out, convo) != "0:[1]/1 " || time.Since(start) > 7*time.Second {
		t.Errorf("a poll that got something: %q after %v, %v", servertest.Shape(out, convo), time.Since(start), err)
	}
	go func() {
		time.Sleep(50 * time.Millisecond)
		s.Drain()
	}()
	start = time.Now()
	if _, err = s.Sync(t.Context(), servertest.As(bob), &gen.SyncInput{Limit: 10, Cursor: &out.Cursor, WaitMs: 8000}); err != nil || time.Since(start) > 5*time.Second {
		t.Errorf("a poll while the server stops: %v after %v", err, time.Since(start))
	}
}
