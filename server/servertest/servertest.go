package servertest

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/consent"
	"catbird.blue/mls/server/convo"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// As returns the caller with this DID.
func As(did string) xrpc.Caller { return xrpc.Caller{DID: did} }

// DID makes a well-formed DID from a word.
func DID(word string) string { return "did:web:" + word + ".example" }

// WantError returns err, and fails the test if it is not the named error of a lexicon
// or of the protocol.
func WantError(t testing.TB, err error, name string) *xrpc.Error {
	t.Helper()
	var e *xrpc.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %v, want %s", err, name)
	}
	if e.Name != name {
		t.Fatalf("error is %q (%s), want %s", e.Name, e.Message, name)
	}
	return e
}

// WantSameError fails the test if the responses for two errors differ.
func WantSameError(t testing.TB, a, b error) {
	t.Helper()
	var x, y *xrpc.Error
	if !errors.As(a, &x) || !errors.As(b, &y) {
		t.Fatalf("errors are %v and %v, want two answers", a, b)
	}
	if x.Status != y.Status || x.Name != y.Name || x.Message != y.Message {
		t.Fatalf("answers differ: %d %s %q and %d %s %q", x.Status, x.Name, x.Message, y.Status, y.Name, y.Message)
	}
}

// NewConvoID makes a random conversation id.
func NewConvoID() xrpc.ConvoID {
	b := make([]byte, 16)
	rand.Read(b)
	return xrpc.ConvoID(hex.EncodeToString(b))
}

// Decoded encodes an input and decodes it again, as a request does.
func Decoded[T any, P interface {
	*T
	xrpc.Encodable
	Parse(body []byte) error
}](t testing.TB, in P) P {
	t.Helper()
	out := P(new(T))
	if err := out.Parse(xrpc.Marshal(in)); err != nil {
		t.Fatal(err)
	}
	return out
}

// IDOf returns the id of the conversation of a group.
func IDOf(g *mlstest.Group) xrpc.ConvoID { return xrpc.ConvoID(g.ID()) }

// AddConvo inserts a conversation at an epoch into the database. The first of dids is
// its creator, and all of them are members from its first message.
func AddConvo(t testing.TB, pool *pgxpool.Pool, epoch int64, dids ...string) xrpc.ConvoID {
	t.Helper()
	id := NewConvoID()
	dbtest.Exec(t, pool, `INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, created_at, last_activity_at)
		VALUES ($1, $2, 1, $3, now(), now())`, id, dids[0], epoch)
	for _, d := range dids {
		AddMember(t, pool, id, d, 0)
	}
	dbtest.Exec(t, pool, `UPDATE memberships SET role = 'admin' WHERE convo_id = $1 AND did = $2`, id, dids[0])
	return id
}

// AcceptAll makes accounts accept additions by anybody at once, as their preferences can
// say. Tests that are not about consent begin with such accounts.
func AcceptAll(t testing.TB, pool *pgxpool.Pool, dids ...string) {
	t.Helper()
	dbtest.Exec(t, pool, `INSERT INTO contact_preferences (did, accept_from, accept_group_invites_from)
		SELECT unnest($1::text[]), 'all', 'all' ON CONFLICT DO NOTHING`, dids)
}

// AddMember begins a membership whose window begins after a sequence number.
func AddMember(t testing.TB, pool *pgxpool.Pool, convoID xrpc.ConvoID, did string, joinedSeq int64) {
	t.Helper()
	inTx(t, pool, func(q *db.Queries) error {
		var l convo.Events
		l.Joined(&convo.Joining{ConvoID: convoID, Actor: did, DIDs: []string{did}, Consents: []string{consent.Accepted}, Members: true})
		row, err := l.Store(t.Context(), q, convoID, time.Now())
		if err != nil {
			return err
		}
		return q.BeginMemberships(t.Context(), db.BeginMembershipsParams{
			ConvoID: convoID, Dids: []string{did}, Consents: []string{consent.Accepted}, Seq: joinedSeq, At: time.Now(),
			N: row.Base + int64(len(l.Kinds)), Gen: row.Gen, Pos: row.LastPos,
		})
	})
	dbtest.Exec(t, pool, `UPDATE conversations SET roster_version = roster_version + 1 WHERE convo_id = $1`, convoID)
}

// inTx runs do in a transaction.
func inTx(t testing.TB, pool *pgxpool.Pool, do func(q *db.Queries) error) {
	t.Helper()
	if err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return do(db.New(tx)) }); err != nil {
		t.Fatal(err)
	}
}

// EndMember ends a membership at the newest sequence number, as a removal does.
func EndMember(t testing.TB, pool *pgxpool.Pool, convoID xrpc.ConvoID, did string) {
	t.Helper()
	inTx(t, pool, func(q *db.Queries) error {
		var l convo.Events
		l.Ends(eventlog.ActionRemoved, did, 0, []string{did})
		row, err := l.Store(t.Context(), q, convoID, time.Now())
		if err != nil {
			return err
		}
		return q.EndMemberships(t.Context(), db.EndMembershipsParams{
			Seq: row.LastSeq, At: time.Now(), ConvoID: convoID, Dids: []string{did}, N: row.Base + 1, Gen: row.Gen, Pos: row.LastPos,
		})
	})
	dbtest.Exec(t, pool, `UPDATE conversations SET roster_version = roster_version + 1 WHERE convo_id = $1`, convoID)
}

// PrivateMessage makes an MLSMessage with a PrivateMessage (RFC 9420, section 6.3.1) of
// the conversation. Its ciphertext is size random bytes, but at least the minimum of
// cipher suite 1.
func PrivateMessage(convoID xrpc.ConvoID, epoch int64, content mls.ContentType, size int) []byte {
	group, err := hex.DecodeString(string(convoID))
	if err != nil {
		panic(fmt.Sprintf("conversation id: %v", err))
	}
	body := make([]byte, max(size, mls.SuiteX25519AES128.LeastCiphertext(content)))
	rand.Read(body)
	b := []byte{0, 1, 0, byte(mls.WireFormatPrivateMessage)}
	b = appendOpaque(b, group)
	b = binary.BigEndian.AppendUint64(b, uint64(epoch))
	b = append(b, byte(content))
	b = appendOpaque(b, nil)
	b = appendOpaque(b, body[:28])
	return appendOpaque(b, body)
}

// Application makes an application message; see PrivateMessage.
func Application(convoID xrpc.ConvoID, epoch int64, size int) []byte {
	return PrivateMessage(convoID, epoch, mls.ContentTypeApplication, size)
}

// appendOpaque appends opaque<V> with the shortest length (RFC 9420, section 2.1.2).
func appendOpaque(b, v []byte) []byte {
	switch n := len(v); {
	case n < 1<<6:
		b = append(b, byte(n))
	case n < 1<<14:
		b = binary.BigEndian.AppendUint16(b, uint16(n)|1<<14)
	default:
		b = binary.BigEndian.AppendUint32(b, uint32(n)|2<<30)
	}
	return append(b, v...)
}

// Settled waits until all rows of the log are below the visibility horizon, so that
// tailers can read them.
func Settled(t testing.TB, pool *pgxpool.Pool) {
	t.Helper()
	for start := time.Now(); ; time.Sleep(2 * time.Millisecond) {
		if !dbtest.Value[bool](t, pool, `SELECT EXISTS (SELECT FROM messages WHERE pos >= log_horizon())
			OR EXISTS (SELECT FROM events WHERE pos >= log_horizon())`) {
			return
		}
		if time.Since(start) > 5*time.Minute {
			t.Fatal("the horizon does not move")
		}
	}
}
