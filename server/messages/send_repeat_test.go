package messages

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/servertest"
)

func TestSendMessageRepeatedByID(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := newTestServer(t, func(c *Config) { c.Clock = func() time.Time { return now } })
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"), servertest.DID("bob"))
	in := servertest.Message(convo, 1)
	in.MsgID = new("once")
	first, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), in)
	if err != nil {
		t.Fatal(err)
	}
	if first.MessageID != "once" {
		t.Fatalf("message id is %q", first.MessageID)
	}
	say(t, s, convo, servertest.DID("bob"), 1)
	now = now.Add(time.Hour)
	// The epoch has moved on since: a repetition is still one.
	dbtest.Exec(t, s.Pool, `UPDATE conversations SET epoch = 2 WHERE convo_id = $1`, convo)
	again, err := secondInstance(t, s).SendMessage(t.Context(), servertest.As(servertest.DID("alice")), in)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(first, again) {
		t.Fatalf("first answer %+v, repeated %+v", first, again)
	}
	other := servertest.Message(convo, 2)
	other.MsgID = in.MsgID
	for _, who := range []string{"alice", "bob"} {
		_, err = s.SendMessage(t.Context(), servertest.As(servertest.DID(who)), other)
		servertest.WantError(t, err, gen.ErrIdempotencyConflict)
	}
	withKey := *other
	withKey.IdempotencyKey = new("key")
	_, err = s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), &withKey)
	servertest.WantError(t, err, gen.ErrIdempotencyConflict)
	if n := dbtest.Value[int64](t, s.Pool, `SELECT last_seq FROM conversations WHERE convo_id = $1`, convo); n != 2 {
		t.Fatalf("repetitions burnt numbers: last_seq is %d", n)
	}
	// The same id means nothing in another conversation.
	elsewhere := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	there := servertest.Message(elsewhere, 1)
	there.MsgID = in.MsgID
	if _, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), there); err != nil {
		t.Fatal(err)
	}
}

// A commit's id is taken too, and taking it never leads to an answer about it.
func TestSendMessageIDOfCommit(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	in := servertest.Message(convo, 1)
	in.MsgID = new("commit")
	dbtest.Exec(t, s.Pool, `INSERT INTO messages (convo_id, seq, message_id, kind, epoch, sender_did, ciphertext, created_at, gen, pos)
		VALUES ($1, 1, 'commit', 'commit', 1, $2, $3, now(), 0, 0)`, convo, servertest.DID("alice"), []byte(in.Ciphertext))
	dbtest.Exec(t, s.Pool, `UPDATE conversations SET last_seq = 1 WHERE convo_id = $1`, convo)
	_, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), in)
	servertest.WantError(t, err, gen.ErrIdempotencyConflict)
}

func TestSendMessageRepeatedByKey(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"), servertest.DID("bob"))
	in := servertest.Message(convo, 1)
	in.IdempotencyKey = new("key")
	first, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), in)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Exec(t, s.Pool, `UPDATE conversations SET epoch = 2 WHERE convo_id = $1`, convo)
	again, err := secondInstance(t, s).SendMessage(t.Context(), servertest.As(servertest.DID("alice")), in)
	if err != nil || !reflect.DeepEqual(first, again) {
		t.Fatalf("first answer %+v, repeated %+v, %v", first, again, err)
	}
	changed := servertest.Message(convo, 2)
	changed.IdempotencyKey = in.IdempotencyKey
	_, err = s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), changed)
	servertest.WantError(t, err, gen.ErrIdempotencyConflict)
	// Another account's key is another key.
	if out, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("bob")), changed); err != nil || *out.Seq != 2 {
		t.Fatalf("bob's message: %+v, %v", out, err)
	}
	// A refusal is not kept under the key: once it is fine it goes through.
	late := servertest.Message(convo, 3)
	late.IdempotencyKey = new("late")
	_, err = s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), late)
	servertest.WantError(t, err, gen.ErrEpochMismatch)
	dbtest.Exec(t, s.Pool, `UPDATE conversations SET epoch = 3 WHERE convo_id = $1`, convo)
	if out, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), late); err != nil || *out.Seq != 3 {
		t.Fatalf("after the epoch came: %+v, %v", out, err)
	}
}

// The same call on two instances at once, many times over, is one message.
func TestSendMessageRepeatedConcurrently(t *testing.T) {
	a := newTestServer(t)
	instances := []*Server{a, secondInstance(t, a)}
	for name, mark := range map[string]func(*gen.SendMessageInput, string){
		"msgId": func(in *gen.SendMessageInput, v string) { in.MsgID = &v },
		"key":   func(in *gen.SendMessageInput, v string) { in.IdempotencyKey = &v },
		"both":  func(in *gen.SendMessageInput, v string) { in.IdempotencyKey, in.MsgID = &v, &v },
	} {
		t.Run(name, func(t *testing.T) {
			const rounds, calls = 10, 12
			convo := servertest.AddConvo(t, a.Pool, 1, servertest.DID("alice"))
			for round := range rounds {
				in := servertest.Message(convo, 1)
				mark(in, fmt.Sprint(name, round))
				answers := make([]*gen.SendMessageOutput, calls)
				var wg sync.WaitGroup
				for i := range calls {
					wg.Go(func() {
						out, err := instances[i%2].SendMessage(context.Background(), servertest.As(servertest.DID("alice")), in)
						if err != nil {
							t.Error(err)
						}
						answers[i] = out
					})
				}
				wg.Wait()
				for _, out := range answers {
					if !reflect.DeepEqual(out, answers[0]) {
						t.Fatalf("answers differ: %+v and %+v", out, answers[0])
					}
				}
				if want := int64(round + 1); *answers[0].Seq != want {
					t.Fatalf("number %d, want %d", *answers[0].Seq, want)
				}
			}
		})
	}
}

// One key for two conversations at once: each locks its own row, and still one
// of the two is told of the conflict.
func TestSendMessageKeyAcrossConversations(t *testing.T) {
	s := newTestServer(t)
	for round := range 10 {
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
			in := servertest.Message(convo, 1)
			in.IdempotencyKey = new(fmt.Sprint("key", round))
			wg.Go(func() { _, errs[i] = s.SendMessage(context.Background(), servertest.As(servertest.DID("alice")), in) })
		}
		wg.Wait()
		lost := errs[0]
		if lost == nil {
			lost = errs[1]
		} else if errs[1] != nil {
			t.Fatalf("both failed: %v, %v", errs[0], errs[1])
		}
		servertest.WantError(t, lost, gen.ErrIdempotencyConflict)
	}
}
