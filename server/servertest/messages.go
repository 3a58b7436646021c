package servertest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/server/stream/streamtest"
	"catbird.blue/mls/xrpc"
)

// Methods of the service that fixtures call.
type (
	messageSender interface {
		SendMessage(context.Context, xrpc.Caller, *gen.SendMessageInput) (*gen.SendMessageOutput, error)
	}
	messageReader interface {
		GetMessages(context.Context, xrpc.Caller, *gen.GetMessagesParams) (*gen.GetMessagesOutput, error)
	}
)

// Message returns the input of an application message with random content.
func Message(convoID xrpc.ConvoID, epoch int64) *gen.SendMessageInput {
	return &gen.SendMessageInput{ConvoID: convoID, Epoch: epoch, Ciphertext: Application(convoID, epoch, 100)}
}

// WithID returns the input of an application message with an id and random content.
func WithID(convo xrpc.ConvoID, epoch int64, id string) *gen.SendMessageInput {
	in := Message(convo, epoch)
	in.MsgID = &id
	return in
}

// SendMessages sends n messages of an account.
func SendMessages(t testing.TB, s messageSender, convo xrpc.ConvoID, who string, n int) {
	t.Helper()
	for range n {
		in := &gen.SendMessageInput{ConvoID: convo, Ciphertext: Application(convo, 1, 40), Epoch: 1}
		if _, err := s.SendMessage(t.Context(), As(who), in); err != nil {
			t.Fatal(err)
		}
	}
}

// SyncText formats an answer of sync as one text, in which a conversation is the index
// of its id in ids.
func SyncText(out *gen.SyncOutput, ids ...xrpc.ConvoID) string {
	name := func(id xrpc.ConvoID) string {
		for i, v := range ids {
			if v == id {
				return fmt.Sprint(i)
			}
		}
		return "?"
	}
	text := ""
	for _, c := range out.Convos {
		var seqs []int64
		for _, m := range c.Messages {
			seqs = append(seqs, m.Seq)
		}
		text += fmt.Sprintf("%s:%v/%d", name(c.ConvoID), seqs, c.LastSeq)
		if c.More {
			text += "+"
		}
		text += " "
	}
	for _, c := range out.NewConvos {
		text += "new " + name(c.ID) + " "
	}
	for _, c := range out.Removed {
		text += "removed " + name(c) + " "
	}
	return text
}

// Eventually waits until is returns true, and fails the test after five minutes.
func Eventually(t testing.TB, is func() bool) {
	t.Helper()
	for start := time.Now(); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Since(start) > 5*time.Minute {
			t.Fatal("waited in vain")
		}
	}
}

// Fill inserts messages with the next sequence numbers, one for each letter: an
// application message for a, a commit for c, a proposal for p. Their ids are m1, m2 and
// so on. A commit increments the epoch.
func Fill(t testing.TB, pool *pgxpool.Pool, convo xrpc.ConvoID, letters string) {
	t.Helper()
	kinds := map[rune]string{'a': "app", 'c': "commit", 'p': "proposal"}
	for _, l := range letters {
		var sender *string
		if l != 'a' {
			sender = new(DID("committer"))
		}
		dbtest.Exec(t, pool, `WITH c AS (
				UPDATE conversations SET last_seq = last_seq + 1, last_pos = greatest(last_pos, log_own_xid()), epoch = epoch + CASE WHEN $2 = 'commit' THEN 1 ELSE 0 END
				WHERE convo_id = $1 RETURNING last_seq, gen, last_pos, epoch - CASE WHEN $2 = 'commit' THEN 1 ELSE 0 END AS epoch
			) INSERT INTO messages (convo_id, seq, message_id, kind, epoch, sender_did, ciphertext, created_at, gen, pos)
			SELECT $1, last_seq, ('m' || last_seq)::bytea, $2, epoch, $3, convert_to('body ' || last_seq, 'UTF8'), '2026-03-01', gen, last_pos FROM c`, convo, kinds[l], sender)
	}
}

// Seqs returns the sequence numbers of the messages in an answer.
func Seqs(out *gen.GetMessagesOutput) []int64 {
	list := []int64{}
	for _, m := range out.Messages {
		list = append(list, m.Seq)
	}
	return list
}

// PageText calls getMessages and formats the answer: the sequence numbers, then cursor,
// lastSeq and gap.
func PageText(t testing.TB, s messageReader, who string, p gen.GetMessagesParams) string {
	t.Helper()
	if p.Limit == 0 {
		p.Limit = 50
	}
	out, err := s.GetMessages(context.Background(), As(who), &p)
	if err != nil {
		t.Fatalf("%+v: %v", p, err)
	}
	text := fmt.Sprint(Seqs(out))
	if out.Cursor != nil {
		text += " " + *out.Cursor
	}
	text += fmt.Sprint(" of ", *out.LastSeq)
	if out.GapInfo != nil {
		text += fmt.Sprintf(" gap %d-%d", out.GapInfo.From, out.GapInfo.To)
	}
	return text
}

// WhileLocked makes change in a transaction, calls send, and waits until send waits for
// a lock of that transaction. It then commits, and returns the error of send.
func WhileLocked(t *testing.T, pool *pgxpool.Pool, change func(tx pgx.Tx), send func() error) error {
	t.Helper()
	ctx := context.Background()
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(ctx) }()
	change(tx)
	done := make(chan error, 1)
	go func() { done <- send() }()
	deadline := time.Now().Add(2 * time.Minute)
	for dbtest.Value[int64](t, pool, `SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database OR l.database IS NULL
			JOIN pg_stat_activity a ON a.pid = l.pid WHERE NOT l.granted AND d.datname = current_database() AND a.datname = current_database()`) == 0 {
		select {
		case err := <-done:
			t.Fatalf("did not wait for the open transaction: %v", err)
		case <-time.After(2 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatal("nothing waits for the open transaction")
		}
	}
	if err := tx.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	return <-done
}

// Listen opens a stream of an account. It begins at the cursor, or now if there is none.
func Listen(t testing.TB, pool *pgxpool.Pool, hub *eventlog.Hub, did string, cursor ...string) *streamtest.Client {
	t.Helper()
	codec, err := streamtest.Codec(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	c := streamtest.NewClient(t, codec, did)
	from := strings.Join(cursor, "")
	if from == "" { // the end of the log in the database; the hub may be behind it
		Settled(t, pool)
		at, err := db.New(pool).ReadPlace(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		from = codec.Encode(eventlog.Cursor{Position: eventlog.Position{Pos: at.Pos, StreamKey: eventlog.StreamKey(at.StreamKey), Seq: at.Seq, N: at.N}})
	}
	c.MustConnect(hub, from)
	return c
}

// WantDelivered waits until the client has every event that the database has for it,
// and compares the events since the last call with want.
func WantDelivered(t testing.TB, pool *pgxpool.Pool, c *streamtest.Client, want ...string) {
	t.Helper()
	if err := streamtest.Wait(t.Context(), pool, 10*time.Minute, c.History); err != nil {
		t.Fatal(err)
	}
	got := c.Delivered()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s got\n%s\nwant\n%s", c.DID, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
