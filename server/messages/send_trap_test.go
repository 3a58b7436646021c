package messages

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// naiveSend is how not to do it: the members are read in the snapshot of the
// statement's beginning, which the wait for the conversation's row does not
// renew.
const naiveSend = `WITH member AS (
		SELECT 1 FROM memberships WHERE convo_id = $1 AND did = $2 AND left_seq IS NULL
	), numbered AS (
		UPDATE conversations SET last_seq = last_seq + 1 WHERE convo_id = $1 AND EXISTS (SELECT FROM member) RETURNING last_seq
	) INSERT INTO messages (convo_id, seq, message_id, kind, epoch, ciphertext, created_at, gen, pos)
	SELECT $1, last_seq, 'naive', 'app', 1, 'x', now(), 0, 0 FROM numbered`

// remove is what a removal does to the conversation and the membership.
func remove(t *testing.T, tx pgx.Tx, convo xrpc.ConvoID, who string) {
	t.Helper()
	for _, sql := range []string{
		`UPDATE conversations SET roster_version = roster_version + 1, last_seq = last_seq WHERE convo_id = $1 AND $2 <> ''`,
		`UPDATE memberships SET left_seq = (SELECT last_seq FROM conversations WHERE convo_id = $1), left_at = now()
			WHERE convo_id = $1 AND did = $2 AND left_seq IS NULL`,
	} {
		if _, err := tx.Exec(context.Background(), sql, convo, who); err != nil {
			t.Fatal(err)
		}
	}
}

// A removal is held open while the removed member sends: the message is not in.
// The naive statement lets it in, which shows that the test can tell.
func TestSendMessageTrap(t *testing.T) {
	s := newTestServer(t)
	stored := func(convo xrpc.ConvoID) int64 {
		return dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM messages WHERE convo_id = $1`, convo)
	}
	t.Run("naive", func(t *testing.T) {
		convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"), servertest.DID("bob"))
		err := servertest.WhileHeld(t, s.Pool, func(tx pgx.Tx) { remove(t, tx, convo, servertest.DID("bob")) }, func() error {
			_, err := s.Pool.Exec(context.Background(), naiveSend, convo, servertest.DID("bob"))
			return err
		})
		if err != nil || stored(convo) != 1 {
			t.Fatalf("the naive statement did not fall into the trap: %d stored, %v", stored(convo), err)
		}
	})
	for name, with := range map[string]func(*gen.SendMessageInput){
		"plain":  func(*gen.SendMessageInput) {},
		"msgId":  func(in *gen.SendMessageInput) { in.MsgID = new("m") },
		"locked": func(in *gen.SendMessageInput) { in.IdempotencyKey = new("k") },
	} {
		t.Run(name, func(t *testing.T) {
			convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"), servertest.DID("bob"))
			in := servertest.Message(convo, 1)
			with(in)
			err := servertest.WhileHeld(t, s.Pool, func(tx pgx.Tx) { remove(t, tx, convo, servertest.DID("bob")) }, func() error {
				_, err := s.SendMessage(context.Background(), servertest.As(servertest.DID("bob")), in)
				return err
			})
			servertest.WantError(t, err, gen.ErrNotMember)
			if n := stored(convo); n != 0 {
				t.Fatalf("%d messages of a removed member are in", n)
			}
		})
	}
}

// A change of membership that leaves the sender in does not cost it its
// message, and the number follows what was stored meanwhile.
func TestSendMessageDuringOtherChange(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"), servertest.DID("bob"))
	err := servertest.WhileHeld(t, s.Pool, func(tx pgx.Tx) {
		remove(t, tx, convo, servertest.DID("bob"))
		if _, err := tx.Exec(context.Background(), `UPDATE conversations SET last_seq = 7 WHERE convo_id = $1`, convo); err != nil {
			t.Fatal(err)
		}
	}, func() error {
		out, err := s.SendMessage(context.Background(), servertest.As(servertest.DID("alice")), servertest.Message(convo, 1))
		if err == nil && *out.Seq != 8 {
			t.Errorf("number is %d, want 8", *out.Seq)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A commit is held open while a message of the epoch it ends is sent: the
// message is refused with the new epoch, whatever its statement read before.
func TestSendMessageDuringCommit(t *testing.T) {
	s := newTestServer(t)
	for _, key := range []*string{nil, new("key")} {
		convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
		in := servertest.Message(convo, 1)
		in.IdempotencyKey = key
		err := servertest.WhileHeld(t, s.Pool, func(tx pgx.Tx) {
			if _, err := tx.Exec(context.Background(), `UPDATE conversations SET epoch = 2 WHERE convo_id = $1`, convo); err != nil {
				t.Fatal(err)
			}
		}, func() error {
			_, err := s.SendMessage(context.Background(), servertest.As(servertest.DID("alice")), in)
			return err
		})
		if e := servertest.WantError(t, err, gen.ErrEpochMismatch); e.Message == "" {
			t.Fatal("no message")
		}
		if n := dbtest.Value[int64](t, s.Pool, `SELECT last_seq FROM conversations WHERE convo_id = $1`, convo); n != 0 {
			t.Fatalf("last_seq is %d", n)
		}
	}
}
