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

// errRequest is the outcome of a send by an account that has not accepted the
// conversation: it accepts by sending, which takes a transaction.
var errRequest = errors.New("the conversation is not accepted yet")

// errStale is the outcome of a send during which the conversation changed. The send
// can be tried again.
var errStale = errors.New("conversation changed meanwhile")

// SendMessage stores an application message under the next sequence number of the
// conversation. A message without blobs and idempotency key needs one statement.
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

// payMessage pays for the storage of the message and sends it. A duplicate costs
// nothing.
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
			s.Notify(string(m.ConvoID))
		}
		if !errors.Is(err, errStale) && !errors.Is(err, errRequest) {
			return out, err
		}
	}
	record, err := s.Idempotency.NewRecord(caller, gen.NSIDSendMessage, in.IdempotencyKey, in, m.Now)
	if err != nil {
		return nil, err
	}
	if record != nil && in.MsgID == nil {
		m.MessageID = s.Idempotency.MessageID(record)
	}
	var out *sentMessage
	err = s.InTx(ctx, func(tx pgx.Tx) (err error) {
		out, err = m.sendLocked(ctx, db.New(tx), record)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.Notify(string(m.ConvoID))
	return out, nil
}

// sentMessage is the answer to a message. fresh is true if this call stored it, and
// false for a duplicate.
type sentMessage struct {
	*gen.SendMessageOutput
	fresh bool
}

// outgoing is a message that has passed all checks that need no database.
type outgoing db.SendMessageParams

// readMessage makes all checks of a message that do not depend on the state of the
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

// fitsSuite checks the message against the cipher suite of its conversation. It
// reads the suite only if the result depends on it.
func (s *Service) fitsSuite(ctx context.Context, m *outgoing, private *mls.PrivateMessage) error {
	if !private.NeedsSuite() {
		return nil
	}
	suite, err := db.New(s.Pool).MemberSuite(ctx, m.ConvoID, m.Did)
	switch {
	case errors.Is(err, pgx.ErrNoRows): // not a member: sending returns the error
		return nil
	case err != nil:
		return fmt.Errorf("read cipher suite: %w", err)
	}
	if err := private.Verify(mls.CipherSuite(suite)); err != nil {
		return gen.Errorf(gen.ErrInvalidMessage, "ciphertext: %v", err)
	}
	return nil
}

// maxLexiconMessage is the bound of the lexicon for ciphertext, in bytes. It is
// above that of this service because older clients may send more.
const maxLexiconMessage = 10 << 20

// checkApplication parses the parts of an application message that are not
// encrypted, and compares them with convoId and epoch.
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

// send runs the statement that stores the message. It returns errStale if another
// attempt is needed.
func (m *outgoing) send(ctx context.Context, q *db.Queries) (*sentMessage, error) {
	return m.outcome(q.SendMessage(ctx, db.SendMessageParams(*m)))
}

// outcome turns the row or the error of the statement into the answer or the error
// of the lexicon.
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
	case row.Request:
		return nil, errRequest
	case !row.Active:
		return nil, convo.NotMember()
	case row.TwinSeq > 0 && row.TwinSame:
		return &sentMessage{m.answer(row.TwinSeq, row.TwinCreatedAt), false}, nil
	case row.TwinSeq > 0:
		return nil, gen.Errorf(gen.ErrIdempotencyConflict, "msgId: taken by another message of this conversation")
	case row.Locked:
		return nil, convo.Locked()
	case !row.MaySend:
		return nil, convo.AdminsSend()
	case m.ConvoFull:
		return nil, convo.ErrRateUsedUp
	case !row.InWindow:
		return nil, gen.Errorf(gen.ErrEpochMismatch, "the current epoch is %d, the message is of epoch %d (past epochs accepted: %d)",
			row.CurrentEpoch, m.Epoch, m.PastEpochs)
	}
	return nil, errStale
}

// answer returns the answer for the message that is stored under seq.
func (m *outgoing) answer(seq int64, at time.Time) *gen.SendMessageOutput {
	epoch := m.Epoch
	return &gen.SendMessageOutput{MessageID: string(m.MessageID), ReceivedAt: xrpc.FormatTime(at), Seq: &seq, Epoch: &epoch}
}

// sendLocked stores the message in a transaction that locks the conversation's row
// first, so that errStale cannot occur. It is used for a message with blobs or an
// idempotency record, and after errStale and errRequest.
func (m *outgoing) sendLocked(ctx context.Context, q *db.Queries, record *convo.Record) (*sentMessage, error) {
	locked, err := q.LockConvo(ctx, m.ConvoID, m.Did)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, convo.NotFound()
	}
	if err != nil {
		return nil, fmt.Errorf("lock conversation: %w", err)
	}
	var recorded sentRecord
	if found, err := record.Find(ctx, q, &recorded); err != nil || found {
		return &sentMessage{recorded.answer(m), false}, err
	}
	out, err := m.send(ctx, q)
	if errors.Is(err, errRequest) {
		if _, err = convo.AcceptRequest(ctx, q, &locked, m.Did, m.Now); err == nil {
			out, err = m.send(ctx, q)
		}
	}
	if err != nil {
		return nil, err
	}
	if out.fresh {
		if err := m.attach(ctx, q, *out.Seq); err != nil {
			return nil, err
		}
	}
	return out, record.Keep(ctx, q, sentRecord{*out.Seq, out.ReceivedAt})
}

// sentRecord is the recorded answer to a message. It lacks the message id, which the
// repeated call has or determines: with the id, a reader of the database could tell
// which message a record belongs to.
type sentRecord struct {
	Seq        int64  `json:"seq"`
	ReceivedAt string `json:"receivedAt"`
}

func (r *sentRecord) answer(m *outgoing) *gen.SendMessageOutput {
	epoch := m.Epoch
	return &gen.SendMessageOutput{MessageID: string(m.MessageID), ReceivedAt: r.ReceivedAt, Seq: &r.Seq, Epoch: &epoch}
}

// attach attaches the message's blobs to it. All of them must be blobs of the
// sender.
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
