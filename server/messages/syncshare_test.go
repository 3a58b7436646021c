package messages

import (
	"context"
	"fmt"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// TestWaitsShareReads: the number of statements for the long polls of an account does
// not depend on their number, nor on when they begin and when events happen.
func TestWaitsShareReads(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, int(limit.WaitsAndStreams.Amount)} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			s, count := newCountedServer(t)
			alice, bob := servertest.DID("alice"), servertest.DID("bob")
			convo, w := servertest.AddConvo(t, s.Pool, 1, alice, bob), newWaits(t, s, bob)
			cursor := syncCursor(t, s, bob)
			release := w.hold()
			count.since("SyncConvos")
			count.since("WindowsOf")
			w.start(n, &gen.SyncInput{Limit: 10, Cursor: cursor})
			if got := count.since("WindowsOf"); got != 1 {
				t.Errorf("memberships were read %d times", got)
			}
			release()
			servertest.Settled(t, s.Pool)
			servertest.SendMessages(t, s, convo, alice, 1)
			w.answers(n, "0:[1]/1 ", convo)
			// One read when they began, and one for the message. If the message comes
			// before all have their first answer, the second read serves both.
			if got := count.since("SyncConvos"); got > 2 {
				t.Errorf("the database was asked %d times for %d waits", got, n)
			}
		})
	}
}

// TestOneReadAtATime: calls of an account with different questions are answered one
// after the other, those of other accounts meanwhile.
func TestOneReadAtATime(t *testing.T) {
	t.Parallel()
	s, count := newCountedServer(t)
	alice, bob := servertest.DID("alice"), servertest.DID("bob")
	convo, w := servertest.AddConvo(t, s.Pool, 1, alice, bob), newWaits(t, s, bob)
	cursor := syncCursor(t, s, bob)
	count.since("SyncConvos")
	const each = 4
	release := w.hold()
	for i := range each {
		w.start(each, &gen.SyncInput{Limit: int64(1 + i), Cursor: cursor})
	}
	if _, err := s.Sync(t.Context(), servertest.As(alice), &gen.SyncInput{Limit: 1}); err != nil || count.since("SyncConvos") != 1 {
		t.Errorf("another account is held up: %v", err)
	}
	release()
	servertest.SendMessages(t, s, convo, alice, 1)
	w.answers(each*each, "0:[1]/1 ", convo)
	if got := count.since("SyncConvos"); got > 2*each {
		t.Errorf("the database was asked %d times, want once for each of %d questions and once more", got, each)
	}
	if got := count.most["SyncConvos"]; got != 1 {
		t.Errorf("%d reads were under way at once", got)
	}
}

// TestWaitsSleep: an event that is not news for sync wakes no long poll and runs no
// statement.
func TestWaitsSleep(t *testing.T) {
	t.Parallel()
	s, count := newCountedServer(t)
	alice, bob := servertest.DID("alice"), servertest.DID("bob")
	convo, other := servertest.AddConvo(t, s.Pool, 1, alice, bob), servertest.AddConvo(t, s.Pool, 1, alice, bob)
	w, watcher := newWaits(t, s, bob), servertest.Listen(t, s.Pool, s.config.Hub, bob)
	cursor := syncCursor(t, s, bob)
	release := w.hold()
	w.start(4, &gen.SyncInput{Limit: 10, Cursor: cursor, Positions: []gen.SyncPosition{{ConvoID: convo, Seq: 5}}})
	release()
	w.hold()() // their first read is over
	count.since("SyncConvos")
	servertest.SendMessages(t, s, convo, alice, 5) // the client has these already
	if _, err := s.UpdateCursor(t.Context(), servertest.As(bob), &gen.UpdateCursorInput{ConvoID: convo, Seq: 5}); err != nil {
		t.Fatal(err)
	}
	roster := dbtest.Value[int64](t, s.Pool, "SELECT roster_version FROM conversations WHERE convo_id = $1", convo)
	if err := s.hub.Signal(t.Context(), bus.Signal{ConvoID: string(convo), RosterVersion: roster, Ciphertext: []byte("typing")}); err != nil {
		t.Fatal(err)
	}
	servertest.Eventually(t, func() bool { return watcher.Len() >= 6 })
	if got := count.since("SyncConvos"); got != 0 {
		t.Errorf("the database was asked %d times for what is no news", got)
	}
	servertest.SendMessages(t, s, other, alice, 1)
	w.answers(4, "1:[1]/1 ", convo, other)
	if got := count.since("SyncConvos"); got != 1 {
		t.Errorf("the database was asked %d times for one message", got)
	}
}

// TestWaitsHearOfMembership: an account that is added or removed is woken.
func TestWaitsHearOfMembership(t *testing.T) {
	t.Parallel()
	r, err := newSyncRequest(servertest.DID("bob"), &gen.SyncInput{Positions: []gen.SyncPosition{{ConvoID: "00aa", Seq: 7}}})
	if err != nil {
		t.Fatal(err)
	}
	message := func(convo xrpc.ConvoID, seq int64) gen.ConvoEvent {
		return &gen.MessageEvent{Message: gen.MessageView{ConvoID: convo, Seq: seq}}
	}
	for _, c := range []struct {
		ev    gen.ConvoEvent
		tells bool
	}{
		{message("00aa", 7), false},
		{message("00aa", 8), true},
		{message("00bb", 1), true},
		{&gen.MembershipChangeEvent{ConvoID: "00bb", DID: servertest.DID("bob"), Action: eventlog.ActionJoined}, true},
		{&gen.MembershipChangeEvent{ConvoID: "00aa", DID: servertest.DID("bob"), Action: eventlog.ActionRemoved}, true},
		{&gen.MembershipChangeEvent{ConvoID: "00aa", DID: servertest.DID("alice"), Action: eventlog.ActionRemoved}, false},
		{&gen.WelcomeEvent{ConvoID: "00bb"}, false},
		{&gen.ReadEvent{ConvoID: "00aa", Seq: 9}, false},
		{&gen.EphemeralEvent{ConvoID: "00bb"}, false},
	} {
		if got := r.isNews(c.ev); got != c.tells {
			t.Errorf("%+v wakes: %t", c.ev, got)
		}
	}
}

// TestSharedReadOutlivesItsFirstCall: a cancelled call does not cancel the read for
// others; the last one does.
func TestSharedReadOutlivesItsFirstCall(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	bob := servertest.DID("bob")
	w := newWaits(t, s, bob)
	r, err := newSyncRequest(bob, &gen.SyncInput{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	release := w.hold()
	call := func(ctx context.Context) <-chan error {
		done := make(chan error, 1)
		go func() {
			out, err := s.Sync(ctx, servertest.As(bob), &gen.SyncInput{Limit: 1})
			if err == nil && out.Cursor == "" {
				err = fmt.Errorf("answer is %+v", out)
			}
			done <- err
		}()
		return done
	}
	first, cancel := context.WithCancel(t.Context())
	one := call(first)
	w.joined(r.question, 1)
	two := call(t.Context())
	w.joined(r.question, 2)
	cancel()
	if err := <-one; err == nil {
		t.Error("a call that left has an answer")
	}
	release()
	if err := <-two; err != nil {
		t.Error(err)
	}
	release = w.hold()
	last, cancel := context.WithCancel(t.Context())
	three := call(last)
	w.joined(r.question, 1)
	cancel()
	if err := <-three; err == nil {
		t.Error("a call that left has an answer")
	}
	four := call(t.Context())
	w.joined(r.question, 1)
	release()
	if err := <-four; err != nil {
		t.Errorf("a call gets what a read found that was given up: %v", err)
	}
}

// TestSyncCallsAtTheirLimit: the calls of an account that are under way are bounded,
// whatever they ask. Other accounts are not affected.
func TestSyncCallsAtTheirLimit(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice, bob := servertest.DID("alice"), servertest.DID("bob")
	w := newWaits(t, s, bob)
	release := w.hold()
	most := int(limit.SyncCalls.Amount) - 1 // one is that of newWaits
	done := make(chan error, most)
	for i := range most {
		go func() {
			_, err := s.Sync(t.Context(), servertest.As(bob), &gen.SyncInput{Limit: int64(1 + i)})
			done <- err
		}()
	}
	servertest.Eventually(t, func() bool {
		s.syncs.mu.Lock()
		defer s.syncs.mu.Unlock()
		return w.a.calls == most+1
	})
	_, err := s.Sync(t.Context(), servertest.As(bob), &gen.SyncInput{Limit: 1000})
	if e := servertest.WantError(t, err, xrpc.RateLimitExceeded); e.RetryAfter != time.Second {
		t.Errorf("to come back after %v", e.RetryAfter)
	}
	if _, err := s.Sync(t.Context(), servertest.As(alice), &gen.SyncInput{Limit: 1}); err != nil {
		t.Errorf("another account: %v", err)
	}
	release()
	for range most {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Sync(t.Context(), servertest.As(bob), &gen.SyncInput{Limit: 1000}); err != nil {
		t.Errorf("after the others: %v", err)
	}
}

// TestWaitsAtTheirLimit: one wait too many ends the oldest one, whose answer has no
// news and a valid cursor.
func TestWaitsAtTheirLimit(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice, bob := servertest.DID("alice"), servertest.DID("bob")
	convo, w := servertest.AddConvo(t, s.Pool, 1, alice, bob), newWaits(t, s, bob)
	cursor, most := syncCursor(t, s, bob), int(limit.WaitsAndStreams.Amount)
	release := w.hold()
	w.start(most, &gen.SyncInput{Limit: 10, Cursor: cursor})
	release()
	release = w.hold()
	w.start(1, &gen.SyncInput{Limit: 20, Cursor: cursor})
	select {
	case out := <-w.out:
		if got := servertest.SyncText(out, convo); got != "" || out.Cursor == "" {
			t.Errorf("the oldest wait got %q, cursor %q", got, out.Cursor)
		}
	case <-time.After(time.Minute):
		t.Fatal("no wait has ended")
	}
	release()
	servertest.SendMessages(t, s, convo, alice, 1)
	w.answers(most, "0:[1]/1 ", convo)
}

// TestWaitsEndWithTheirGeneration: when a new generation begins, long polls answer,
// and later ones are woken as before.
func TestWaitsEndWithTheirGeneration(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice, bob := servertest.DID("alice"), servertest.DID("bob")
	convo, w := servertest.AddConvo(t, s.Pool, 1, alice, bob), newWaits(t, s, bob)
	in := &gen.SyncInput{Limit: 10, Cursor: syncCursor(t, s, bob), Positions: []gen.SyncPosition{{ConvoID: convo, Seq: 0}}}
	release := w.hold()
	w.start(3, in)
	release()
	if err := eventlog.BeginGeneration(t.Context(), s.Pool); err != nil {
		t.Fatal(err)
	}
	s.config.Hub.Notify()
	w.answers(3, "", convo)
	in.Cursor = syncCursor(t, s, bob)
	release = w.hold()
	w.start(3, in)
	release()
	servertest.SendMessages(t, s, convo, alice, 1)
	for range 3 {
		if out := <-w.out; len(out.Convos) != 1 || len(out.Convos[0].Messages) != 1 {
			t.Errorf("answer is %q, want one message", servertest.SyncText(out, convo))
		}
	}
}

// TestReadsAreDelayed: long polls that begin or are woken soon after others were
// answered with news read later, all at once. Otherwise they read at once.
func TestReadsAreDelayed(t *testing.T) {
	t.Parallel()
	a := &accountSyncs{}
	woken := func() time.Time {
		t.Helper()
		w := &syncWait{wakes: make(chan wakeUp, 1)}
		a.mu.Lock()
		defer a.mu.Unlock()
		a.wakeLocked(w)
		return (<-w.wakes).due
	}
	start := time.Now()
	if due := woken(); due.After(start) {
		t.Errorf("the first look is after %v", due.Sub(start))
	}
	for range 3 {
		a.delayNextRead(start)
	}
	a.delayNextRead(start.Add(readDelay)) // of the same read, by a slow goroutine
	for range 2 {
		if due := woken(); due.Sub(start) != 4*readDelay {
			t.Errorf("after four answers the next look is after %v", due.Sub(start))
		}
	}
	a.delayNextRead(start.Add(time.Hour))
	if due := woken(); due.Sub(start) != time.Hour+readDelay {
		t.Errorf("an hour later the next look is after %v", due.Sub(start))
	}
}
