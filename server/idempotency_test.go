package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/servertest"
)

// A thief of the database knows every id and every ciphertext, and can guess
// who called and with which key: many clients use one UUID for msgId and
// idempotencyKey. None of that leads from a message to a record.
func TestRecordsDoNotTellWhoSent(t *testing.T) {
	s := newTestServer(t)
	alice := servertest.DID("alice")
	convo := servertest.AddConvo(t, s.Pool, 0, alice, servertest.DID("bob"))
	in := servertest.Message(convo, 0)
	in.MsgID, in.IdempotencyKey = new("0199f0c1-0000-7000-8000-000000000001"), new("0199f0c1-0000-7000-8000-000000000001")
	if _, err := s.SendMessage(t.Context(), servertest.As(alice), in); err != nil {
		t.Fatal(err)
	}
	row := s.Pool.QueryRow(t.Context(), `SELECT record_id, content_hash, answer FROM idempotency_records`)
	var id, content, answer []byte
	if err := row.Scan(&id, &content, &answer); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(answer), *in.MsgID) || strings.Contains(string(answer), alice) {
		t.Errorf("the stored answer is %s", answer)
	}
	input, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	for name, guess := range map[string][]byte{
		"record id without key": guessed(nil, alice, gen.NSIDSendMessage, *in.IdempotencyKey),
		"record id":             guessed(nil, "record", alice, gen.NSIDSendMessage, *in.IdempotencyKey),
		"content":               guessed(input),
		"content with name":     guessed(nil, "content", string(input)),
	} {
		if bytes.Equal(guess, id) || bytes.Equal(guess, content) {
			t.Errorf("%s can be guessed", name)
		}
	}
}

// guessed is SHA-256 over raw bytes and over parts with their lengths.
func guessed(raw []byte, parts ...string) []byte {
	h := sha256.New()
	h.Write(raw)
	for _, p := range parts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}

// With another secret, calls of the last days count as new ones. What names
// itself is still refused twice.
func TestSecretLost(t *testing.T) {
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice)
	kp := commitPackage(t, s, bob)
	c := g.With(bob).Commit(alice, mlstest.Plan{Add: []*mls.KeyPackage{kp}})
	commit := commitInput(g, c)
	commit.AddedDIDs, commit.IdempotencyKey = []string{bob.DID}, new("commit")
	first, err := s.SendCommit(t.Context(), by(alice), commit)
	if err != nil || !first.Success {
		t.Fatalf("%+v, %v", first, err)
	}
	sent := servertest.Message(servertest.IDOf(g), first.NewEpoch)
	sent.MsgID, sent.IdempotencyKey = new("m"), new("m")
	message, err := s.SendMessage(t.Context(), by(alice), sent)
	if err != nil {
		t.Fatal(err)
	}

	other := secondInstance(t, s)
	other.Idempotency = convo.NewIdempotency(auth.NewSecret().Key("idempotency"))
	if again, err := other.SendMessage(t.Context(), by(alice), sent); err != nil || *again.Seq != *message.Seq {
		t.Errorf("the message again: %+v, %v", again, err)
	}
	if again, err := other.SendCommit(t.Context(), by(alice), commit); err != nil || !again.Success || again.NewEpoch != first.NewEpoch {
		t.Errorf("the commit again: %+v, %v", again, err)
	}
	create := &gen.CreateConvoInput{GroupID: servertest.IDOf(g)}
	if _, err := other.CreateConvo(t.Context(), by(alice), create); err == nil {
		t.Error("the group was created a second time")
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT last_seq FROM conversations WHERE convo_id = $1`, servertest.IDOf(g)); n != 2 {
		t.Errorf("%d messages are stored", n)
	}
}
