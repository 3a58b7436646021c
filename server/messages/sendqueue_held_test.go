package messages

import (
	"context"
	"sync"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/servertest"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// hold locks a conversation until the end of the test, or until it is released.
func hold(t *testing.T, s *Server, convo xrpc.ConvoID) (release func()) {
	t.Helper()
	tx, err := s.Pool.Begin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	release = sync.OnceFunc(func() { _ = tx.Rollback(context.Background()) })
	t.Cleanup(release)
	if _, err := tx.Exec(t.Context(), `SELECT 1 FROM conversations WHERE convo_id = $1 FOR UPDATE`, convo); err != nil {
		t.Fatal(err)
	}
	return release
}

// trySay sends a message of alice's, on any goroutine.
func trySay(t *testing.T, s *Server, convo xrpc.ConvoID) {
	if _, err := s.SendMessage(context.Background(), servertest.As(servertest.DID("alice")), servertest.Message(convo, 1)); err != nil {
		t.Error(err)
	}
}

// waitBehind waits until n messages wait behind one of the conversation.
func waitBehind(t *testing.T, s *Server, convo xrpc.ConvoID, n int) {
	t.Helper()
	for start := time.Now(); ; time.Sleep(time.Millisecond) {
		s.sends.mu.Lock()
		line, held := s.sends.behind[convo]
		waiting := len(s.sends.waiting)
		s.sends.mu.Unlock()
		if held && len(line) == n && waiting == 0 {
			return
		}
		if time.Since(start) > 20*time.Second {
			t.Fatalf("%d messages wait behind another, %d to be stored, want %d and none", len(line), waiting, n)
		}
	}
}

// Many messages of a conversation that is held up leave connections to others,
// and all of them are stored in the end. Who is no member is told at once.
func TestHeldConversationLeavesConnections(t *testing.T) {
	s := newTestServer(t)
	const senders = 200
	held, free := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice")), servertest.AddConvo(t, s.Pool, 1, servertest.DID("bob"))
	release := hold(t, s, held)
	var wg sync.WaitGroup
	for range senders {
		wg.Go(func() { trySay(t, s, held) })
	}
	waitBehind(t, s, held, senders-maxSingle-1)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for range 3 {
		if _, err := s.SendMessage(ctx, servertest.As(servertest.DID("bob")), servertest.Message(free, 1)); err != nil {
			t.Error(err)
		}
		_, err := s.SendMessage(ctx, servertest.As(servertest.DID("eve")), servertest.Message(held, 1))
		servertest.WantError(t, err, gen.ErrConvoNotFound)
	}
	if n := s.Pool.Stat().AcquiredConns(); n > maxSingle+2 {
		t.Errorf("%d connections wait for the conversation", n)
	}
	release()
	wg.Wait()
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM messages WHERE convo_id = $1`, held); n != senders {
		t.Errorf("%d messages are stored, %d were sent", n, senders)
	}
	s.sends.mu.Lock()
	defer s.sends.mu.Unlock()
	if len(s.sends.behind) > 0 || len(s.sends.waiting) > 0 {
		t.Errorf("left over: %v, %v", s.sends.behind, s.sends.waiting)
	}
}

// A caller that gives up, and that others wait behind, does not take them along.
func TestFirstInLineGivesUp(t *testing.T) {
	s := gathered(newTestServer(t))
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	release := hold(t, s, convo)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() {
		if out, err := s.SendMessage(ctx, servertest.As(servertest.DID("alice")), servertest.WithID(convo, 1, "first")); err == nil {
			t.Errorf("sent %+v", out)
		}
	})
	waitBehind(t, s, convo, 0)
	for range 10 {
		wg.Go(func() { trySay(t, s, convo) })
	}
	waitBehind(t, s, convo, 9+1)
	cancel()
	waitBehind(t, s, convo, 9)
	release()
	wg.Wait()
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM messages WHERE message_id <> 'first'`); n != 10 {
		t.Errorf("%d messages are stored, want 10", n)
	}
}

// Where a conversation cannot be had in time, everybody who waits hears that
// then, and not one after the other.
func TestLineHearsOfTimeout(t *testing.T) {
	s := newTestServer(t)
	id := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	other := onPool(s, dbtest.Open(t, s.Pool.Config().ConnString()+"&lock_timeout=1s"))
	hold(t, s, id)
	start := time.Now()
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			_, err := other.SendMessage(context.Background(), servertest.As(servertest.DID("alice")), servertest.Message(id, 1))
			if !convo.LockTimedOut(err) {
				t.Errorf("error is %v, want one of a database that is busy", err)
			}
		})
	}
	wg.Wait()
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("the last one heard after %v", d)
	}
}

// A new generation locks tables and then rows. It waits for messages that are
// being stored, and they for it, but not both.
func TestGenerationWhileSending(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	patient := onPool(s, dbtest.Open(t, s.Pool.Config().ConnString()+"&deadlock_timeout=1min"))
	gathered(patient)
	var wg sync.WaitGroup
	done := make(chan struct{})
	for range 16 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					trySay(t, patient, convo)
				}
			}
		})
	}
	for range 10 {
		ctx, cancel := context.WithTimeout(t.Context(), togetherTime*4/5)
		if err := eventlog.BeginGeneration(ctx, patient.Pool); err != nil {
			t.Error(err)
		}
		cancel()
	}
	close(done)
	wg.Wait()
}
