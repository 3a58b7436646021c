package messages

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// say sends an application message of 100 bytes and fails the test where it is
// refused.
func say(t testing.TB, s *Server, convoID xrpc.ConvoID, who string, epoch int64) *gen.SendMessageOutput {
	t.Helper()
	out, err := s.SendMessage(context.Background(), servertest.As(who), servertest.Message(convoID, epoch))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSendMessageStoresAndNumbers(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 987654321, time.UTC)
	s := newTestServer(t, func(c *Config) { c.Clock = func() time.Time { return now } })
	alice := mlstest.NewClient(servertest.DID("alice"))
	group := mlstest.NewGroup(alice, bytes.Repeat([]byte{0xab}, 16))
	convo := servertest.IDOf(group)
	dbtest.Exec(t, s.Pool, `INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, created_at, last_activity_at)
		VALUES ($1, $2, 1, 0, '2026-01-01', '2026-01-01')`, convo, alice.DID)
	servertest.AddMember(t, s.Pool, convo, alice.DID, 0)

	sent := group.Application(1000)
	out, err := s.SendMessage(t.Context(), servertest.As(alice.DID), servertest.Decoded(t, &gen.SendMessageInput{
		ConvoID: xrpc.ConvoID(strings.ToUpper(string(convo))), Epoch: 0, Ciphertext: sent, SenderDID: new(alice.DID),
		EmbedType: new("link"), EmbedURI: new("https://example.com/plain"), PaddedSize: new(int64(1024)),
	}))
	if err != nil {
		t.Fatal(err)
	}
	if *out.Seq != 1 || *out.Epoch != 0 || out.ReceivedAt != "2026-03-01T12:00:00.987Z" || len(out.MessageID) != 36 {
		t.Fatalf("answer is %+v", out)
	}
	if second := say(t, s, convo, alice.DID, 0); *second.Seq != 2 {
		t.Fatalf("second message has number %d", *second.Seq)
	}
	got := dbtest.Value[[]byte](t, s.Pool, `SELECT ciphertext FROM messages WHERE convo_id = $1 AND seq = 1 AND message_id = $2 AND kind = 'app'
		AND epoch = 0 AND sender_did IS NULL`, convo, xrpc.MessageID(out.MessageID))
	if !bytes.Equal(got, sent) {
		t.Fatal("other bytes are stored")
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT last_seq FROM conversations WHERE convo_id = $1 AND last_message_at = $2 AND last_activity_at = $2`,
		convo, now.Truncate(time.Microsecond)); n != 2 {
		t.Fatalf("last_seq is %d", n)
	}
}

func TestSendMessageRefuses(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 3, servertest.DID("alice"), servertest.DID("bob"))
	other := servertest.NewConvoID()
	big := servertest.Application(convo, 3, limit.MaxApplicationMessage)
	good := servertest.Application(convo, 3, 50)
	public := append([]byte{0, 1, 0, 1}, good[4:]...)
	for name, c := range map[string]struct {
		change func(in *gen.SendMessageInput)
		want   string
		says   []string
	}{
		"too large": {func(in *gen.SendMessageInput) { in.Ciphertext = big }, gen.ErrMessageTooLarge,
			[]string{"2097152", "10485760", "uploadBlob", fmt.Sprint(len(big))}},
		"no MLS":         {func(in *gen.SendMessageInput) { in.Ciphertext = []byte("hello") }, gen.ErrInvalidMessage, nil},
		"trailing byte":  {func(in *gen.SendMessageInput) { in.Ciphertext = append(bytes.Clone(good), 0) }, gen.ErrInvalidMessage, nil},
		"cut":            {func(in *gen.SendMessageInput) { in.Ciphertext = good[:len(good)-1] }, gen.ErrInvalidMessage, nil},
		"public message": {func(in *gen.SendMessageInput) { in.Ciphertext = public }, gen.ErrInvalidMessage, nil},
		"a Welcome":      {func(in *gen.SendMessageInput) { in.Ciphertext = mlstest.RandomWelcome(1, make([]byte, 32)) }, gen.ErrInvalidMessage, []string{"PrivateMessage"}},
		"a commit": {func(in *gen.SendMessageInput) {
			in.Ciphertext = servertest.PrivateMessage(convo, 3, mls.ContentTypeCommit, 50)
		}, gen.ErrInvalidMessage, []string{"commit"}},
		"a proposal": {func(in *gen.SendMessageInput) {
			in.Ciphertext = servertest.PrivateMessage(convo, 3, mls.ContentTypeProposal, 50)
		}, gen.ErrInvalidMessage, []string{"proposal"}},
		"other group":         {func(in *gen.SendMessageInput) { in.Ciphertext = servertest.Application(other, 3, 50) }, gen.ErrInvalidMessage, []string{"group_id"}},
		"other framing epoch": {func(in *gen.SendMessageInput) { in.Ciphertext = servertest.Application(convo, 2, 50) }, gen.ErrInvalidMessage, []string{"2", "3"}},
		"other sender":        {func(in *gen.SendMessageInput) { in.SenderDID = new(servertest.DID("bob")) }, xrpc.InvalidRequest, []string{"senderDid"}},
		"past epoch": {func(in *gen.SendMessageInput) { in.Epoch, in.Ciphertext = 2, servertest.Application(convo, 2, 50) }, gen.ErrEpochMismatch,
			[]string{"current epoch is 3"}},
		"future epoch": {func(in *gen.SendMessageInput) { in.Epoch, in.Ciphertext = 4, servertest.Application(convo, 4, 50) }, gen.ErrEpochMismatch,
			[]string{"current epoch is 3"}},
		"unknown blob": {func(in *gen.SendMessageInput) {
			in.Blobs = []string{"bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"}
		}, gen.ErrInvalidAsset, []string{"bafkreigh2"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := &gen.SendMessageInput{ConvoID: convo, Epoch: 3, Ciphertext: good}
			c.change(in)
			_, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), in)
			e := servertest.WantError(t, err, c.want)
			for _, part := range c.says {
				if !strings.Contains(e.Message, part) {
					t.Errorf("message %q does not say %q", e.Message, part)
				}
			}
		})
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT last_seq + (SELECT count(*) FROM messages) FROM conversations WHERE convo_id = $1`, convo); n != 0 {
		t.Fatal("a refused message left something behind")
	}
}

// A message as large as is allowed goes through.
func TestSendMessageLargest(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	frame := len(servertest.Application(convo, 1, limit.MaxApplicationMessage)) - limit.MaxApplicationMessage
	in := servertest.Message(convo, 1)
	in.Ciphertext = servertest.Application(convo, 1, limit.MaxApplicationMessage-frame)
	if len(in.Ciphertext) != limit.MaxApplicationMessage {
		t.Fatalf("test message has %d bytes", len(in.Ciphertext))
	}
	if _, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), in); err != nil {
		t.Fatal(err)
	}
}

func TestSendMessagePastEpochs(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.PastEpochs = 2 })
	convo := servertest.AddConvo(t, s.Pool, 5, servertest.DID("alice"))
	for epoch, ok := range map[int64]bool{2: false, 3: true, 4: true, 5: true, 6: false} {
		_, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), servertest.Message(convo, epoch))
		if ok && err != nil {
			t.Errorf("epoch %d: %v", epoch, err)
		}
		if !ok {
			servertest.WantError(t, err, gen.ErrEpochMismatch)
		}
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT epoch FROM conversations WHERE convo_id = $1`, convo); n != 5 {
		t.Fatalf("messages moved the epoch to %d", n)
	}
}

// Strangers hear the same whether there is a conversation or not, whatever
// else is wrong or would be a repetition; who was removed hears just that.
func TestSendMessageOutsiders(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"), servertest.DID("bob"))
	first := servertest.Message(convo, 1)
	first.MsgID = new("m1")
	if _, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("bob")), first); err != nil {
		t.Fatal(err)
	}
	servertest.EndMember(t, s.Pool, convo, servertest.DID("bob"))
	missing := servertest.NewConvoID()
	_, none := s.SendMessage(t.Context(), servertest.As(servertest.DID("eve")), servertest.Message(missing, 1))
	servertest.WantError(t, none, gen.ErrConvoNotFound)
	for name, in := range map[string]*gen.SendMessageInput{
		"plain": servertest.Message(convo, 1), "wrong epoch": servertest.Message(convo, 9), "repetition": first,
		"with key": {ConvoID: convo, Epoch: 1, Ciphertext: first.Ciphertext, IdempotencyKey: new("k")},
		"with blob": {ConvoID: convo, Epoch: 1, Ciphertext: first.Ciphertext,
			Blobs: []string{"bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("eve")), in)
			servertest.WantSameError(t, err, none)
			_, err = s.SendMessage(t.Context(), servertest.As(servertest.DID("bob")), in)
			servertest.WantError(t, err, gen.ErrNotMember)
		})
	}
}

// Numbers have no gap and no repetition, whoever sends, on whichever instance,
// and every sender is told the number its message really has.
func TestSendMessageConcurrentNumbers(t *testing.T) {
	const senders, each = 64, 10
	a := newTestServer(t)
	instances := []*Server{a, secondInstance(t, a)}
	dids := make([]string, senders)
	for i := range dids {
		dids[i] = servertest.DID(fmt.Sprint("sender", i))
	}
	convo := servertest.AddConvo(t, a.Pool, 1, dids...)
	told := make([]map[int64]string, senders)
	var wg sync.WaitGroup
	for i, who := range dids {
		told[i] = map[int64]string{}
		wg.Go(func() {
			for range each {
				out, err := instances[i%2].SendMessage(context.Background(), servertest.As(who), servertest.Message(convo, 1))
				if err != nil {
					t.Error(err)
					return
				}
				told[i][*out.Seq] = out.MessageID
			}
		})
	}
	wg.Wait()
	all := map[int64]string{}
	for _, m := range told {
		for seq, id := range m {
			if all[seq] != "" {
				t.Fatalf("number %d was given twice", seq)
			}
			all[seq] = id
		}
	}
	for seq := int64(1); seq <= senders*each; seq++ {
		if all[seq] == "" {
			t.Fatalf("number %d is missing", seq)
		}
		if id := dbtest.Value[xrpc.MessageID](t, a.Pool, `SELECT message_id FROM messages WHERE convo_id = $1 AND seq = $2`, convo, seq); string(id) != all[seq] {
			t.Fatalf("number %d is message %s, its sender was told %s", seq, id, all[seq])
		}
	}
	if n := dbtest.Value[int64](t, a.Pool, `SELECT last_seq FROM conversations WHERE convo_id = $1`, convo); n != senders*each {
		t.Fatalf("last_seq is %d", n)
	}
}
