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

// sends and reads are the methods that fixtures call.
type (
	sends interface {
		SendMessage(context.Context, xrpc.Caller, *gen.SendMessageInput) (*gen.SendMessageOutput, error)
	}
	reads interface {
		GetMessages(context.Context, xrpc.Caller, *gen.GetMessagesParams) (*gen.GetMessagesOutput, error)
	}
)

// message is the input of an application message with random content.
func Message(convoID xrpc.ConvoID, epoch int64) *gen.SendMessageInput {
	return &gen.SendMessageInput{ConvoID: convoID, Epoch: epoch, Ciphertext: Application(convoID, epoch, 100)}
}

// withID is a message with an id and content of its own.
func WithID(convo xrpc.ConvoID, epoch int64, id string) *gen.SendMessageInput {
	in := Message(convo, epoch)
	in.MsgID = &id
	return in
}

// talk sends n messages.
func Talk(t testing.TB, s sends, convo xrpc.ConvoID, who string, n int) {
	t.Helper()
	for range n {
		in := &gen.SendMessageInput{ConvoID: convo, Ciphertext: Application(convo, 1, 40), Epoch: 1}
		if _, err := s.SendMessage(t.Context(), As(who), in); err != nil {
			t.Fatal(err)
		}
	}
}

// shape is a sync answer as one text: conversations by their place in ids.
func Shape(out *gen.SyncOutput, ids ...xrpc.ConvoID) string {
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

func Eventually(t testing.TB, is func() bool) {
	t.Helper()
	for start := time.Now(); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Since(start) > 5*time.Minute {
			t.Fatal("waited in vain")
		}
	}
}

// fill stores messages with the next numbers, one for each letter: a for an
// application message, c for a commit, p for a proposal. Their ids are m1, m2,
// and so on; a commit moves the epoch.
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

// seqs are the numbers of an answer.
func Seqs(out *gen.GetMessagesOutput) []int64 {
	list := []int64{}
	for _, m := range out.Messages {
		list = append(list, m.Seq)
	}
	return list
}

// page asks for messages and writes the answer as "numbers cursor lastSeq gap".
func Page(t testing.TB, s reads, who string, p gen.GetMessagesParams) string {
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

// whileHeld opens a transaction that has done change to the conversation,
// starts send, waits until it waits for the transaction, commits, and gives
// send's error.
func WhileHeld(t *testing.T, pool *pgxpool.Pool, change func(tx pgx.Tx), send func() error) error {
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

// listen opens a stream of an account that begins now.
func Listen(t testing.TB, pool *pgxpool.Pool, hub *eventlog.Hub, did string, cursor ...string) *streamtest.Client {
	t.Helper()
	codec, err := streamtest.Codec(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	c := streamtest.NewClient(t, codec, did)
	from := strings.Join(cursor, "")
	if from == "" { // now, and not where a hub that is behind stands
		Settled(t, pool)
		at, err := db.New(pool).ReadPlace(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		from = codec.Encode(eventlog.Cursor{Position: eventlog.Position{Pos: at.Pos, StreamKey: eventlog.StreamKey(at.Lane), Seq: at.Seq, N: at.N}})
	}
	c.MustConnect(hub, from)
	return c
}

// wantTold waits until the clients have all they should, and compares what the
// first of them was told since the last time.
func WantDelivered(t testing.TB, pool *pgxpool.Pool, c *streamtest.Client, want ...string) {
	t.Helper()
	if err := streamtest.Wait(t.Context(), pool, 20*time.Second, c.History); err != nil {
		t.Fatal(err)
	}
	got := c.Delivered()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s was told\n%s\nwant\n%s", c.DID, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
