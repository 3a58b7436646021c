package messages

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/xrpc"
)

// errStale says that the conversation changed while a send waited for it.
var errStale = errors.New("conversation changed meanwhile")

// SendMessage stores an application message under the conversation's next
// number. Without blobs and idempotency key it is one statement.
func (s *Service) SendMessage(ctx context.Context, caller xrpc.Caller, in *gen.SendMessageInput) (*gen.SendMessageOutput, error) {
	m, private, err := s.readMessage(caller, in)
	if err != nil {
		return nil, err
	}
	return convo.WithinRate(s.Base, m.ConvoID, gen.MethodSendMessage, func(full bool) (*gen.SendMessageOutput, bool, error) {
		m.ConvoFull = full
		if err := s.fitsSuite(ctx, m, private); err != nil {
			return nil, false, err
		}
		out, err := s.payMessage(ctx, caller, in, m)
		if err != nil {
			return nil, false, err
		}
		return out.SendMessageOutput, out.fresh, nil
	})
}

// payMessage counts the message before it is stored. A repetition costs nothing.
func (s *Service) payMessage(ctx context.Context, caller xrpc.Caller, in *gen.SendMessageInput, m *outgoing) (*sentMessage, error) {
	bill := s.Storage.Bill(caller.DID)
	if err := bill.Pay(ctx, storage.Amount{Bytes: int64(len(m.Ciphertext))}); err != nil {
		return nil, err
	}
	out, err := s.sendMessage(ctx, caller, in, m)
	if err != nil {
		convo.SettleBill(ctx, bill, false, err)
		return nil, err
	}
	bill.Settle(ctx, out.fresh, nil)
	return out, nil
}

func (s *Service) sendMessage(ctx context.Context, caller xrpc.Caller, in *gen.SendMessageInput, m *outgoing) (*sentMessage, error) {
	if in.IdempotencyKey == nil && len(m.Blobs) == 0 {
		out, err := s.sends.send(ctx, m)
		if err == nil {
			s.Hint(string(m.ConvoID))
		}
		if !errors.Is(err, errStale) {
			return out, err
		}
	}
	first, err := s.Idempotency.NewRecord(caller, gen.NSIDSendMessage, in.IdempotencyKey, in, m.Now)
	if err != nil {
		return nil, err
	}
	if first != nil && in.MsgID == nil {
		m.MessageID = s.Idempotency.MessageID(first)
	}
	var out *sentMessage
	err = s.InTx(ctx, func(tx pgx.Tx) (err error) {
		out, err = m.sendLocked(ctx, db.New(tx), first)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.Hint(string(m.ConvoID))
	return out, nil
}

// sentMessage is the answer to a message. fresh: this call stored it, else it was
// stored before.
type sentMessage struct {
	*gen.SendMessageOutput
	fresh bool
}

// outgoing is a message that needs nothing but the database to say yes.
type outgoing db.SendMessageParams

// readMessage checks everything about a message that does not depend on the
// conversation.
func (s *Service) readMessage(caller xrpc.Caller, in *gen.SendMessageInput) (*outgoing, *mls.PrivateMessage, error) {
	if in.SenderDID != nil && *in.SenderDID != caller.DID {
		return nil, nil, xrpc.Invalid("senderDid", "must be the account that calls")
	}
	if n := len(in.Ciphertext); n > limit.MaxApplicationMessage {
		return nil, nil, gen.Errorf(gen.ErrMessageTooLarge,
			"ciphertext: %d bytes; this service accepts %d (the lexicon's bound is %d); upload larger content with uploadBlob and name it in blobs",
			n, limit.MaxApplicationMessage, maxLexiconMessage)
	}
	private, err := checkApplication(in.Ciphertext, in.ConvoID, in.Epoch)
	if err != nil {
		return nil, nil, err
	}
	var id xrpc.MessageID
	if in.MsgID != nil {
		id = xrpc.MessageID(*in.MsgID)
	} else if id, err = convo.NewMessageID(); err != nil {
		return nil, nil, err
	}
	var blobs []string // nil is none
	if len(in.Blobs) > 0 {
		blobs = convo.Unique(in.Blobs)
	}
	return &outgoing{
		ConvoID: in.ConvoID, Did: caller.DID, Epoch: in.Epoch, PastEpochs: s.PastEpochs, MessageID: id,
		Ciphertext: in.Ciphertext, Blobs: blobs, Now: s.Now().UTC().Truncate(time.Microsecond),
	}, private, nil
}

// fitsSuite checks what a message has to be like in the suite of its
// conversation, which is looked up only where suites differ about it.
func (s *Service) fitsSuite(ctx context.Context, m *outgoing, private *mls.PrivateMessage) error {
	if !private.NeedsSuite() {
		return nil
	}
	suite, err := db.New(s.Pool).MemberSuite(ctx, m.ConvoID, m.Did)
	switch {
	case errors.Is(err, pgx.ErrNoRows): // sending says why
		return nil
	case err != nil:
		return fmt.Errorf("read cipher suite: %w", err)
	}
	if err := private.Verify(mls.CipherSuite(suite)); err != nil {
		return gen.Errorf(gen.ErrInvalidMessage, "ciphertext: %v", err)
	}
	return nil
}

// maxLexiconMessage is what the lexicon lets older clients send, in bytes.
const maxLexiconMessage = 10 << 20

// checkApplication parses an application message as far as anyone outside the
// group can.
func checkApplication(ciphertext []byte, convoID xrpc.ConvoID, epoch int64) (*mls.PrivateMessage, error) {
	m, err := mls.ParseMessage(ciphertext)
	if err != nil {
		return nil, gen.Errorf(gen.ErrInvalidMessage, "ciphertext: %v", err)
	}
	if m.Private == nil {
		return nil, gen.Errorf(gen.ErrInvalidMessage, "ciphertext: an application message is an MLSMessage with a PrivateMessage (RFC 9420 §6.3)")
	}
	f, _ := m.Framing()
	switch {
	case f.ContentType != mls.ContentTypeApplication:
		return nil, gen.Errorf(gen.ErrInvalidMessage, "ciphertext: content type is %s, want application", f.ContentType)
	case xrpc.ConvoIDOf(f.GroupID) != convoID:
		return nil, gen.Errorf(gen.ErrInvalidMessage, "ciphertext: group_id is not that of convoId")
	case f.Epoch != uint64(epoch):
		return nil, gen.Errorf(gen.ErrInvalidMessage, "epoch: %d, but the message's own epoch is %d", epoch, f.Epoch)
	}
	return m.Private, nil
}

// send runs the one statement and tells its outcomes apart. errStale asks for
// another attempt.
func (m *outgoing) send(ctx context.Context, q *db.Queries) (*sentMessage, error) {
	return m.outcome(q.SendMessage(ctx, db.SendMessageParams(*m)))
}

// outcome is what the statement's row, or its failure, means.
func (m *outgoing) outcome(row db.SendMessageRow, err error) (*sentMessage, error) {
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, convo.NotFound()
	case convo.ConstraintOf(err) == convo.MessagesMessageID:
		return nil, errStale
	case err != nil:
		return nil, fmt.Errorf("send message: %w", err)
	case row.Seq > 0:
		return &sentMessage{m.answer(row.Seq, m.Now), true}, nil
	case !row.Active:
		return nil, convo.NotMember()
	case row.TwinSeq > 0 && row.TwinSame:
		return &sentMessage{m.answer(row.TwinSeq, row.TwinCreatedAt), false}, nil
	case row.TwinSeq > 0:
		return nil, gen.Errorf(gen.ErrIdempotencyConflict, "msgId: taken by another message of this conversation")
	case m.ConvoFull:
		return nil, convo.ErrRateUsedUp
	case !row.InWindow:
		return nil, gen.Errorf(gen.ErrEpochMismatch, "the current epoch is %d, the message is of epoch %d (past epochs accepted: %d)",
			row.CurrentEpoch, m.Epoch, m.PastEpochs)
	}
	return nil, errStale
}

// answer is the answer to the message stored under seq, sent now or before.
func (m *outgoing) answer(seq int64, at time.Time) *gen.SendMessageOutput {
	epoch := m.Epoch
	return &gen.SendMessageOutput{MessageID: string(m.MessageID), ReceivedAt: xrpc.FormatTime(at), Seq: &seq, Epoch: &epoch}
}

// sendLocked sends inside a transaction that holds the conversation's row, so
// that nothing is stale: where blobs or a record belong to the message, or
// where others were faster twice.
func (m *outgoing) sendLocked(ctx context.Context, q *db.Queries, first *convo.Record) (*sentMessage, error) {
	_, err := q.LockConvo(ctx, m.ConvoID, m.Did)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, convo.NotFound()
	}
	if err != nil {
		return nil, fmt.Errorf("lock conversation: %w", err)
	}
	var recorded sentRecord
	if found, err := first.Find(ctx, q, &recorded); err != nil || found {
		return &sentMessage{recorded.answer(m), false}, err
	}
	out, err := m.send(ctx, q)
	if err != nil {
		return nil, err
	}
	if out.fresh {
		if err := m.attach(ctx, q, *out.Seq); err != nil {
			return nil, err
		}
	}
	return out, first.Keep(ctx, q, sentRecord{*out.Seq, out.ReceivedAt})
}

// sentRecord is what is kept of the answer to a message. The id is in the
// repeated call, or follows from it; a record that held it could be tied to the
// message by its content alone.
type sentRecord struct {
	Seq        int64  `json:"seq"`
	ReceivedAt string `json:"receivedAt"`
}

func (r *sentRecord) answer(m *outgoing) *gen.SendMessageOutput {
	epoch := m.Epoch
	return &gen.SendMessageOutput{MessageID: string(m.MessageID), ReceivedAt: r.ReceivedAt, Seq: &r.Seq, Epoch: &epoch}
}

// attach ties the message's blobs to it. All of them have to be the sender's.
func (m *outgoing) attach(ctx context.Context, q *db.Queries, seq int64) error {
	if len(m.Blobs) == 0 {
		return nil
	}
	found, err := q.AttachBlobs(ctx, db.AttachBlobsParams{ConvoID: m.ConvoID, Seq: seq, OwnerDid: m.Did, Cids: m.Blobs})
	if err != nil {
		return fmt.Errorf("attach blobs: %w", err)
	}
	for _, c := range m.Blobs {
		if !slices.Contains(found, c) {
			return gen.Errorf(gen.ErrInvalidAsset, "blobs: %s was not uploaded by the caller, or was not named by a message in time", c)
		}
	}
	return nil
}
