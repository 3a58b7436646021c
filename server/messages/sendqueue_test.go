package messages

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// alwaysBatched makes the queue store every message in a batch, even a batch of one.
func alwaysBatched(s *Server) *Server {
	s.sends.maxSingles, s.sends.minBatch = 0, 1
	return s
}

// queued makes queued messages.
func queued(t *testing.T, s *Server, sends ...queuedMessage) []*queuedSend {
	t.Helper()
	var jobs []*queuedSend
	for _, q := range sends {
		m, _, err := s.readMessage(servertest.As(q.who), q.in)
		if err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, &queuedSend{outgoing: m, ctx: t.Context(), done: make(chan struct{})})
	}
	return jobs
}

type queuedMessage struct {
	who string
	in  *gen.SendMessageInput
}

// Many senders, several conversations, two instances: sequence numbers have no gap,
// each answer has the number that is stored, and fewer transactions than messages
// stored them.
func TestSendsInBatches(t *testing.T) {
	const senders, each, convos = 64, 10, 3
	a := newTestServer(t)
	instances := []*Server{a, secondInstance(t, a)}
	dids := make([]string, senders)
	for i := range dids {
		dids[i] = servertest.DID(fmt.Sprint("sender", i))
	}
	var ids []xrpc.ConvoID
	for range convos {
		ids = append(ids, servertest.AddConvo(t, a.Pool, 1, dids...))
	}
	var wg sync.WaitGroup
	for i, who := range dids {
		wg.Go(func() {
			for n := range each {
				convo, id := ids[(i+n)%convos], fmt.Sprintf("%d-%d", i, n)
				out, err := instances[i%2].SendMessage(context.Background(), servertest.As(who), servertest.WithID(convo, 1, id))
				if err != nil {
					t.Error(err)
					return
				}
				if stored := dbtest.Value[int64](t, a.Pool, `SELECT seq FROM messages WHERE convo_id = $1 AND message_id = $2`, convo, xrpc.MessageID(id)); stored != *out.Seq {
					t.Errorf("number %d was told, %d is stored", *out.Seq, stored)
				}
			}
		})
	}
	wg.Wait()
	if n := dbtest.Value[int64](t, a.Pool, `SELECT count(*) FROM messages`); n != senders*each {
		t.Errorf("%d messages are stored, %d were sent", n, senders*each)
	}
	if n := dbtest.Value[int64](t, a.Pool, `SELECT count(*) FROM conversations c WHERE last_seq <>
			(SELECT count(*) FROM messages m WHERE m.convo_id = c.convo_id AND m.seq BETWEEN 1 AND c.last_seq)`); n != 0 {
		t.Errorf("%d conversations have gaps", n)
	}
	if n := dbtest.Value[int64](t, a.Pool, `SELECT count(DISTINCT xmin::text) FROM messages`); n == senders*each {
		t.Error("no two messages were stored together")
	}
}

// In a batch, each message has the same outcome as a single message.
func TestOutcomesInBatch(t *testing.T) {
	s := newTestServer(t)
	convo, other, missing := servertest.AddConvo(t, s.Pool, 3, servertest.DID("alice"), servertest.DID("bob")), servertest.AddConvo(t, s.Pool, 3, servertest.DID("alice")), servertest.NewConvoID()
	servertest.EndMember(t, s.Pool, convo, servertest.DID("bob"))
	before, again := servertest.WithID(convo, 3, "before"), servertest.WithID(convo, 3, "before")
	duplicate := servertest.WithID(convo, 3, "duplicate")
	if _, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), before); err != nil {
		t.Fatal(err)
	}
	sends := []queuedMessage{
		{servertest.DID("alice"), servertest.WithID(convo, 3, "one")},
		{servertest.DID("eve"), servertest.WithID(convo, 3, "non-member")},
		{servertest.DID("bob"), servertest.WithID(convo, 3, "removed")},
		{servertest.DID("alice"), servertest.WithID(convo, 2, "old")},
		{servertest.DID("alice"), servertest.WithID(missing, 3, "nowhere")},
		{servertest.DID("eve"), servertest.WithID(other, 3, "non-member alone")},
		{servertest.DID("alice"), before}, // a duplicate
		{servertest.DID("alice"), again},  // other content with that id
		{servertest.DID("alice"), duplicate},
		{servertest.DID("alice"), duplicate}, // in the same batch
		{servertest.DID("alice"), servertest.WithID(convo, 3, "two")},
	}
	jobs := queued(t, s, sends...)
	singles, locked := s.sends.sendBatch(jobs)
	if len(locked) > 0 {
		t.Errorf("%d messages wait for conversations that nobody has locked", len(locked))
	}
	errs := make([]error, len(jobs))
	for i, j := range jobs {
		repeated := i == 7 || i == 9
		if slices.Contains(singles, j) != repeated {
			t.Errorf("%s: by itself: %t", j.MessageID, !repeated)
		}
		out, err := j.out, j.err
		if repeated {
			out, err = s.sends.sendSingle(t.Context(), j.outgoing)
		}
		errs[i] = err
		want, wantErr := s.sends.sendSingle(t.Context(), j.outgoing) // a duplicate, which changes nothing
		switch {
		case wantErr != nil:
			servertest.WantSameError(t, err, wantErr)
		case err != nil:
			t.Errorf("%s: %v", j.MessageID, err)
		case *out.Seq != *want.Seq || out.MessageID != *sends[i].in.MsgID || out.ReceivedAt != want.ReceivedAt:
			t.Errorf("%s: %+v, and again %+v", j.MessageID, out, want)
		}
	}
	servertest.WantError(t, errs[1], gen.ErrConvoNotFound)
	servertest.WantError(t, errs[2], gen.ErrNotMember)
	servertest.WantError(t, errs[3], gen.ErrEpochMismatch)
	servertest.WantError(t, errs[7], gen.ErrIdempotencyConflict)
	if n := dbtest.Value[int64](t, s.Pool, `SELECT last_seq FROM conversations WHERE convo_id = $1`, convo); n != 4 {
		t.Errorf("the newest number is %d, want 4: before, one, duplicate, two", n)
	}
}

// A locked conversation does not delay others, and a member that is removed meanwhile
// cannot send.
func TestLockedConversationInBatch(t *testing.T) {
	s := alwaysBatched(newTestServer(t))
	locked, free := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"), servertest.DID("bob")), servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	ctx := context.Background()
	tx, err := s.Pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(ctx) }()
	remove(t, tx, locked, servertest.DID("bob"))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, err := s.SendMessage(ctx, servertest.As(servertest.DID("bob")), servertest.Message(locked, 1))
			servertest.WantError(t, err, gen.ErrNotMember)
		})
	}
	for range 8 {
		say(t, s, free, servertest.DID("alice"), 1)
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT last_seq FROM conversations WHERE convo_id = $1`, locked); n != 0 {
		t.Errorf("%d messages passed the transaction that holds the conversation", n)
	}
	if err := tx.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM messages WHERE convo_id = $1`, locked); n != 0 {
		t.Errorf("%d messages of a removed member are in", n)
	}
}

// A message that the database refuses does not fail the others of its batch.
func TestOneFailsInBatch(t *testing.T) {
	s := alwaysBatched(newTestServer(t))
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	dbtest.Exec(t, s.Pool, `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''refused''; END'`)
	dbtest.Exec(t, s.Pool, `CREATE TRIGGER refuse BEFORE INSERT ON messages FOR EACH ROW WHEN (NEW.message_id = 'bad') EXECUTE FUNCTION refuse()`)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			id := fmt.Sprint("good", i)
			if i == 20 {
				id = "bad"
			}
			out, err := s.SendMessage(context.Background(), servertest.As(servertest.DID("alice")), servertest.WithID(convo, 1, id))
			if (err != nil) != (id == "bad") {
				t.Errorf("%s: %v, %v", id, out, err)
			}
		})
	}
	wg.Wait()
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM messages`); n != 39 {
		t.Errorf("%d messages are stored, want 39", n)
	}
}

// If COMMIT fails, every caller gets an error, nothing is stored, and calling again
// is safe.
func TestCommitFailsInBatch(t *testing.T) {
	s := alwaysBatched(newTestServer(t))
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	dbtest.Exec(t, s.Pool, `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''refused''; END'`)
	dbtest.Exec(t, s.Pool, `CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON messages INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()`)
	sendAll := func(fails bool) {
		var wg sync.WaitGroup
		for i := range 20 {
			in := servertest.WithID(convo, 1, fmt.Sprint("m", i))
			in.Ciphertext = servertest.Application(convo, 1, 100)
			wg.Go(func() {
				if _, err := s.SendMessage(context.Background(), servertest.As(servertest.DID("alice")), in); (err != nil) != fails {
					t.Errorf("%s: %v", *in.MsgID, err)
				}
			})
		}
		wg.Wait()
	}
	sendAll(true)
	if n := dbtest.Value[int64](t, s.Pool, `SELECT last_seq FROM conversations WHERE convo_id = $1`, convo); n != 0 {
		t.Errorf("the newest number is %d, nothing was stored", n)
	}
	dbtest.Exec(t, s.Pool, `DROP TRIGGER refuse ON messages`)
	sendAll(false)
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM messages`); n != 20 {
		t.Errorf("%d messages are stored, want 20", n)
	}
}

// A cancelled caller gets its error at once, and its message is not stored later.
func TestQueuedMessageIsCancelled(t *testing.T) {
	s := alwaysBatched(newTestServer(t))
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	s.sends.working = true // it is busy
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if out, err := s.SendMessage(ctx, servertest.As(servertest.DID("alice")), servertest.Message(convo, 1)); err == nil {
		t.Errorf("sent %+v", out)
	}
	s.sends.work()
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM messages`); n != 0 {
		t.Errorf("%d messages are stored", n)
	}
}

// While no worker runs, up to maxSingles messages are sent single; all others are
// queued.
func TestSinglesAndQueued(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	tx, err := s.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.Background()) }()
	if _, err := tx.Exec(t.Context(), `SELECT 1 FROM conversations WHERE convo_id = $1 FOR UPDATE`, convo); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	sent := 0
	send := func(n, wantAlone, wantWaiting int) {
		t.Helper()
		sent += n
		for range n {
			wg.Go(func() {
				if _, err := s.SendMessage(context.Background(), servertest.As(servertest.DID("alice")), servertest.Message(convo, 1)); err != nil {
					t.Error(err)
				}
			})
		}
		for start := time.Now(); ; time.Sleep(time.Millisecond) {
			s.sends.mu.Lock()
			single, waiting := s.sends.singles, len(s.sends.queued)
			s.sends.mu.Unlock()
			if single == wantAlone && waiting == wantWaiting {
				return
			}
			if time.Since(start) > 20*time.Second {
				t.Fatalf("%d go by themselves and %d wait, want %d and %d", single, waiting, wantAlone, wantWaiting)
			}
		}
	}
	send(maxSingles-1, maxSingles-1, 0)
	s.sends.mu.Lock()
	s.sends.working = true // it is busy
	s.sends.mu.Unlock()
	send(3, maxSingles-1, 3)
	s.sends.mu.Lock()
	s.sends.working = false
	s.sends.mu.Unlock()
	send(1, maxSingles, 3)
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.sends.mu.Lock()
	s.sends.working = true
	s.sends.mu.Unlock()
	s.sends.work()
	wg.Wait()
	if n := dbtest.Value[int64](t, s.Pool, `SELECT last_seq FROM conversations`); int(n) != sent {
		t.Errorf("%d messages are stored, %d were sent", n, sent)
	}
}

// A transaction stores maxBatch messages, and the next one the rest.
func TestLargestBatch(t *testing.T) {
	for n, want := range map[int]int64{maxBatch: 1, maxBatch + 1: 2} {
		s := alwaysBatched(newTestServer(t))
		convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
		sends := make([]queuedMessage, n)
		for i := range sends {
			sends[i] = queuedMessage{servertest.DID("alice"), servertest.Message(convo, 1)}
		}
		s.sends.queued, s.sends.working = queued(t, s, sends...), true
		s.sends.work()
		if got := dbtest.Value[int64](t, s.Pool, `SELECT count(DISTINCT xmin::text) FROM messages`); got != want {
			t.Errorf("%d transactions stored %d messages, want %d", got, n, want)
		}
		if got := dbtest.Value[int64](t, s.Pool, `SELECT last_seq FROM conversations`); got != int64(n) {
			t.Errorf("%d messages are stored, want %d", got, n)
		}
	}
}
