package messages

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// The accounts of equalConvos. The name says what the account is there.
var kindsOfSenders = []string{"admin", "member", "second", "request", "hidden", "left", "back", "stranger"}

// equalConvos makes two conversations that differ in their id only.
func equalConvos(t *testing.T, s *Server, r *rand.Rand) [2]xrpc.ConvoID {
	t.Helper()
	two := [2]xrpc.ConvoID{servertest.NewConvoID(), servertest.NewConvoID()}
	locked, adminsSend, active := r.IntN(6) == 0, r.IntN(4) == 0, time.Date(2026, 3, 1, 12, r.IntN(60), 0, 0, time.UTC)
	for _, id := range two {
		dbtest.Exec(t, s.Pool, `INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, last_seq, locked_at, locked_by_admin, admins_send,
				created_at, last_message_at, last_activity_at)
			VALUES ($1, $2, 1, 3, 4, CASE WHEN $3::boolean THEN now() END, $3, $4, $5, $5, $5)`, id, servertest.DID("admin"), locked, adminsSend, active)
		for _, who := range kindsOfSenders[:len(kindsOfSenders)-1] {
			consent, windows := "accepted", 1
			switch who {
			case "request", "hidden":
				consent = who
			case "back":
				windows = 2
			}
			for w := range windows {
				dbtest.Exec(t, s.Pool, `INSERT INTO memberships (convo_id, did, joined_seq, joined_at, joined_n, joined_gen, joined_pos, role, consent, added_by,
						left_seq, left_at, left_n, left_gen, left_pos)
					SELECT $1, $2, $3, now(), $3, 1, 0, CASE WHEN $4 = 'admin' THEN 'admin' ELSE 'member' END, $5, CASE WHEN $5 <> 'accepted' THEN 'did:web:adder.example' END,
						CASE WHEN l.has THEN 1 END, CASE WHEN l.has THEN now() END, CASE WHEN l.has THEN 1 END, CASE WHEN l.has THEN 1 END, CASE WHEN l.has THEN 0 END
					FROM (SELECT $6::boolean AS has) l`, id, servertest.DID(who), w, who, consent, who == "left" || w < windows-1)
			}
		}
		dbtest.Exec(t, s.Pool, `INSERT INTO messages (convo_id, seq, message_id, kind, epoch, sender_did, ciphertext, blobs, created_at, gen, pos) VALUES
			($1, 1, 'app', 'app', 3, NULL, 'a', NULL, '2026-03-01', 1, 0), ($1, 2, 'blobs', 'app', 3, NULL, 'a', '{x}', '2026-03-01', 1, 0),
			($1, 3, 'commit', 'commit', 2, 'did:web:admin.example', 'a', NULL, '2026-03-01', 1, 0), ($1, 4, 'old', 'app', 1, NULL, 'a', NULL, '2026-03-01', 1, 0)`, id)
	}
	return two
}

// randomMessage makes a message for each of two equal conversations. Its id is taken
// now and then, by a stored message or by one that was made before.
func randomMessage(r *rand.Rand, n int, two [2]xrpc.ConvoID) (out [2]*outgoing) {
	id := fmt.Sprint("new", n)
	if r.IntN(3) == 0 {
		id = []string{"app", "blobs", "commit", "old", "new0", fmt.Sprint("new", max(0, n-1-r.IntN(8)))}[r.IntN(6)]
	}
	who := kindsOfSenders[r.IntN(len(kindsOfSenders))]
	if r.IntN(2) == 0 {
		who = []string{"admin", "member"}[r.IntN(2)]
	}
	epoch := int64(3)
	if r.IntN(4) == 0 {
		epoch = int64(r.IntN(5))
	}
	now := time.Date(2026, 3, 1, 12, r.IntN(60), 0, 0, time.UTC)
	content, full := []byte{"aab"[r.IntN(3)]}, r.IntN(12) == 0
	for i, convo := range two {
		out[i] = &outgoing{
			ConvoID: convo, Did: servertest.DID(who), Epoch: epoch, PastEpochs: 1, MessageID: xrpc.MessageID(id), Ciphertext: content, ConvoFull: full, Now: now,
		}
	}
	return out
}

// stateOf returns the stored row of a conversation and its messages, as a text.
func stateOf(t *testing.T, s *Server, convo xrpc.ConvoID) string {
	t.Helper()
	return dbtest.Value[string](t, s.Pool, `SELECT concat_ws(' ', last_seq, epoch, roster_version, last_message_at, last_activity_at, last_n, gen, E'\n') || (
			SELECT string_agg(concat_ws(' ', m.seq, m.message_id, m.kind, m.epoch, m.sender_did, m.ciphertext, m.blobs, m.created_at, m.gen), E'\n' ORDER BY m.seq)
			FROM messages m WHERE m.convo_id = c.convo_id)
		FROM conversations c WHERE c.convo_id = $1`, convo)
}

// told describes an outcome, and what it is for a count of outcomes.
func told(out *sentMessage, err error) (text, kind string) {
	switch {
	case err != nil:
		kind, _, _ = strings.Cut(err.Error(), ":")
		return err.Error(), strings.TrimRight(kind, " 0123456789,()")
	case out.fresh:
		kind = "stored"
	default:
		kind = "repeated"
	}
	return fmt.Sprint(kind, *out.Seq, out.ReceivedAt, out.MessageID, *out.Epoch), kind
}

// The statement of a batch and the statement of one message have the same outcomes and
// store the same rows, in the same order.
func TestBatchIsLikeSingles(t *testing.T) {
	s := newTestServer(t)
	outcomes := map[string]int{}
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 0))
		var convos [][2]xrpc.ConvoID
		for range 3 {
			convos = append(convos, equalConvos(t, s, r))
		}
		var singles, batch []*queuedSend
		for n := range 1 + r.IntN(30) {
			two := convos[r.IntN(len(convos))]
			if r.IntN(20) == 0 {
				two = [2]xrpc.ConvoID{servertest.NewConvoID(), servertest.NewConvoID()}
			}
			m := randomMessage(r, n, two)
			singles = append(singles, &queuedSend{outgoing: m[0], done: make(chan struct{})})
			batch = append(batch, &queuedSend{outgoing: m[1], done: make(chan struct{})})
		}
		first, again := splitRepeated(singles)
		for _, m := range append(first, again...) {
			m.finish(s.sends.sendSingle(t.Context(), m.outgoing))
		}
		left, locked := s.sends.sendBatch(batch)
		if len(locked) > 0 || len(left) != len(again) {
			t.Fatalf("seed %d: %d messages are left and %d are locked, want %d and none", seed, len(left), len(locked), len(again))
		}
		for _, m := range left {
			m.finish(s.sends.sendSingle(t.Context(), m.outgoing))
		}
		for i, m := range batch {
			want, kind := told(singles[i].out, singles[i].err)
			if got, _ := told(m.out, m.err); got != want {
				t.Errorf("seed %d: message %d (%s of %s): %s, and by itself %s", seed, i, m.MessageID, m.Did, got, want)
			}
			outcomes[kind]++
		}
		for i, two := range convos {
			if a, b := stateOf(t, s, two[0]), stateOf(t, s, two[1]); a != b {
				t.Errorf("seed %d: conversation %d is\n%s\nand by single messages\n%s", seed, i, b, a)
			}
		}
	}
	// Positions do not go back in a conversation, and the last one is that of the row.
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM messages m JOIN conversations c USING (convo_id)
			WHERE m.pos > c.last_pos OR m.seq = c.last_seq AND m.pos < c.last_pos
				OR EXISTS (SELECT FROM messages p WHERE p.convo_id = m.convo_id AND p.seq = m.seq - 1 AND p.pos > m.pos)`); n != 0 {
		t.Errorf("%d messages have a wrong position", n)
	}
	t.Log(outcomes)
	if len(outcomes) != 10 || slices.Min(slices.Collect(maps.Values(outcomes))) < 3 {
		t.Errorf("want ten kinds of outcomes, each some times: %v", outcomes)
	}
}

// Of the messages of a batch that have one id in a conversation, the first is stored and
// the others find it.
func TestRepeatedIDsInBatch(t *testing.T) {
	s := newTestServer(t)
	alice := servertest.DID("alice")
	convo, other := servertest.AddConvo(t, s.Pool, 1, alice), servertest.AddConvo(t, s.Pool, 1, alice)
	same := servertest.WithID(convo, 1, "m")
	batch := queued(t, s, queuedMessage{alice, same}, queuedMessage{alice, servertest.WithID(other, 1, "m")}, queuedMessage{alice, same},
		queuedMessage{alice, servertest.WithID(convo, 1, "m")}, queuedMessage{alice, servertest.WithID(convo, 1, "last")})
	singles, locked := s.sends.sendBatch(batch)
	if len(locked) > 0 || !slices.Equal(singles, batch[2:4]) {
		t.Fatalf("%d singles, %d locked, want the third and the fourth message", len(singles), len(locked))
	}
	for _, m := range singles {
		m.finish(s.sends.sendSingle(t.Context(), m.outgoing))
	}
	var got []string
	for _, m := range batch {
		text, kind := told(m.out, m.err)
		if m.err == nil {
			text = fmt.Sprint(kind, " ", *m.out.Seq)
		}
		got = append(got, text)
	}
	want := []string{"stored 1", "stored 1", "repeated 1", "IdempotencyConflict: msgId: taken by another message of this conversation", "stored 2"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A batch ends before a message with which its ciphertexts would be too large together.
func TestBytesOfBatch(t *testing.T) {
	q := newSendQueue(nil)
	for _, size := range []int{10, maxBatchBytes - 10, 1, maxBatchBytes + 1, 1} {
		q.queued = append(q.queued, &queuedSend{outgoing: &outgoing{Ciphertext: make([]byte, size)}})
	}
	var got []int
	for len(q.queued) > 0 {
		got = append(got, len(q.takeLocked()))
	}
	if want := []int{2, 1, 1, 1}; !slices.Equal(got, want) {
		t.Errorf("the batches have %d messages, want %d", got, want)
	}
}

// changes are what other transactions do in a conversation while the statement of a
// batch has read but not locked it.
var changes = map[string]string{
	"a member is removed":      `UPDATE conversations SET roster_version = roster_version + 1 WHERE convo_id = $1`,
	"an epoch ends":            `UPDATE conversations SET epoch = epoch + 1 WHERE convo_id = $1`,
	"the message id is stored": `UPDATE conversations SET last_seq = last_seq + 1 WHERE convo_id = $1`,
	"it is deleted":            `WITH gone AS (DELETE FROM all_memberships WHERE convo_id = $1) DELETE FROM conversations WHERE convo_id = $1`,
}

// If a conversation changes after the statement of a batch has read it, the statement
// stores nothing there, and the message is tried again. Another conversation of the
// batch is not affected.
func TestConversationChangesDuringBatch(t *testing.T) {
	s := newTestServer(t)
	const lock = 7
	// Reading memberships takes a lock that the test has, after the snapshot.
	dbtest.Exec(t, s.Pool, `ALTER TABLE memberships RENAME TO all_memberships`)
	dbtest.Exec(t, s.Pool, `CREATE FUNCTION wait_here() RETURNS boolean LANGUAGE plpgsql VOLATILE AS
		'BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN TRUE; END'`)
	dbtest.Exec(t, s.Pool, `CREATE VIEW memberships AS SELECT * FROM all_memberships WHERE wait_here()`)
	for name, change := range changes {
		var convos []xrpc.ConvoID
		for range 2 {
			id := servertest.NewConvoID()
			convos = append(convos, id)
			dbtest.Exec(t, s.Pool, `INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, created_at, last_activity_at)
				VALUES ($1, 'did:web:alice.example', 1, 1, now(), now())`, id)
			dbtest.Exec(t, s.Pool, `INSERT INTO all_memberships (convo_id, did, joined_seq, joined_at, joined_n, joined_gen, joined_pos)
				VALUES ($1, 'did:web:alice.example', 0, now(), 0, 1, 0)`, id)
		}
		batch := queued(t, s, queuedMessage{servertest.DID("alice"), servertest.Message(convos[0], 1)}, queuedMessage{servertest.DID("alice"), servertest.Message(convos[1], 1)})
		holder, err := s.Pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := holder.Exec(t.Context(), `SELECT pg_advisory_lock($1)`, lock); err != nil {
			t.Fatal(err)
		}
		done := make(chan [2][]*queuedSend, 1)
		go func() {
			singles, locked := s.sends.sendBatch(batch)
			done <- [2][]*queuedSend{singles, locked}
		}()
		servertest.Eventually(t, func() bool {
			return dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`) == 1
		})
		dbtest.Exec(t, s.Pool, change, convos[0])
		if _, err := holder.Exec(context.Background(), `SELECT pg_advisory_unlock($1)`, lock); err != nil {
			t.Fatal(err)
		}
		holder.Release()
		left := <-done
		if len(left[0]) > 0 || !slices.Equal(left[1], batch[:1]) {
			t.Errorf("%s: %d singles, %d locked, want the first message to be tried again", name, len(left[0]), len(left[1]))
		}
		if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM messages WHERE convo_id = $1`, convos[0]); n != 0 {
			t.Errorf("%s: the message is stored", name)
		}
		if m := batch[1]; m.out == nil || *m.out.Seq != 1 {
			t.Errorf("%s: the message of the other conversation: %+v, %v", name, m.out, m.err)
		}
	}
}

// cuttable is a connection that breaks when it reads while cut is set.
type cuttable struct {
	net.Conn
	cut *atomic.Bool
}

func (c cuttable) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.cut.Load() {
		_ = c.Close()
		return 0, io.ErrUnexpectedEOF
	}
	return n, err
}

// If the answer to a batch is lost, every caller gets an error although the messages may
// be stored. Calling again stores none of them twice.
func TestAnswerOfBatchIsLost(t *testing.T) {
	s := newTestServer(t)
	alice := servertest.DID("alice")
	convo := servertest.AddConvo(t, s.Pool, 1, alice)
	var cut atomic.Bool
	cfg := s.Pool.Config()
	cfg.MaxConns = 1
	cfg.ConnConfig.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		return cuttable{c, &cut}, err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	broken := onPool(s, pool)
	batch := func(from int) []*queuedSend {
		return queued(t, s, queuedMessage{alice, servertest.WithID(convo, 1, fmt.Sprint("m", from))}, queuedMessage{alice, servertest.WithID(convo, 1, fmt.Sprint("m", from+1))})
	}
	broken.sends.sendBatch(batch(1)) // the connection has prepared the statement
	lost := batch(3)
	cut.Store(true)
	if singles, locked := broken.sends.sendBatch(lost); len(singles)+len(locked) > 0 {
		t.Errorf("%d and %d messages are sent again, not knowing whether they are stored", len(singles), len(locked))
	}
	cut.Store(false)
	for i, m := range lost {
		if m.err == nil {
			t.Errorf("%s is told as stored", m.MessageID)
		}
		if out, err := s.sends.sendSingle(t.Context(), m.outgoing); err != nil || *out.Seq != int64(3+i) {
			t.Errorf("%s again: %+v, %v", m.MessageID, out, err)
		}
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT last_seq FROM conversations WHERE convo_id = $1`, convo); n != 4 {
		t.Errorf("%d messages are stored, want 4", n)
	}
}
