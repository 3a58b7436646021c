package reports

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/xrpc"
)

// Service implements createReport.
type Service struct {
	*convo.Base
	// recipient is for whom evidence is encrypted, as an age recipient; "" if the
	// service accepts no evidence.
	recipient string
	// forwards says that reports about accounts are forwarded.
	forwards bool
}

// New returns a Service. Evidence is encrypted for the recipient, if there is one;
// forwards says that an instance runs a Forwarder.
func New(b *convo.Base, recipient string, forwards bool) *Service {
	return &Service{Base: b, recipient: recipient, forwards: forwards}
}

// CreateReport stores a report to the operator.
func (s *Service) CreateReport(ctx context.Context, caller xrpc.Caller, in *gen.CreateReportInput) (*gen.CreateReportOutput, error) {
	if err := s.check(in); err != nil {
		return nil, err
	}
	paid, err := s.Pay(ctx, caller, limit.Reports, 1)
	if err != nil {
		return nil, err
	}
	bill := s.Storage.Bill(caller.DID)
	r := report{in: in, caller: caller, now: s.Timestamp(), bill: bill, forward: s.forwards && in.Subject.DID != nil}
	if r.record, err = s.Idempotency.NewRecord(caller, gen.NSIDCreateReport, in.IdempotencyKey, in, r.now); err != nil {
		paid.GiveBack(ctx)
		return nil, err
	}
	err = s.InTx(ctx, func(tx pgx.Tx) error { return r.store(ctx, db.New(tx)) })
	bill.Settle(ctx, r.stored, err)
	if !r.stored {
		paid.GiveBack(ctx)
	}
	if err != nil {
		return nil, err
	}
	return &gen.CreateReportOutput{
		ID: r.answer.ID, CreatedAt: r.answer.CreatedAt, ReasonType: in.ReasonType, Reason: in.Reason, Subject: in.Subject, ReportedBy: caller.DID,
	}, nil
}

func (s *Service) check(in *gen.CreateReportInput) error {
	switch {
	case in.Subject.ConvoID == nil && in.Subject.DID == nil:
		return xrpc.Invalid("subject", "names neither a conversation (convoId) nor an account (did)")
	case in.Subject.MessageID != nil && in.Subject.ConvoID == nil:
		return xrpc.Invalid("subject.messageId", "needs the conversation of the message (subject.convoId)")
	case in.Evidence == nil:
		return nil
	case s.recipient == "":
		return gen.Errorf(gen.ErrInvalidEvidence, "evidence: this service accepts none; describeService has no reportRecipient")
	}
	return checkEvidence(in.Evidence)
}

// report is a report that is about to be stored.
type report struct {
	in     *gen.CreateReportInput
	caller xrpc.Caller
	now    time.Time
	bill   *storage.Bill
	record *convo.Record
	// forward says that the report waits to be forwarded.
	forward bool

	// answer is what an idempotency record keeps: nothing that names anybody.
	answer struct {
		ID        int64
		CreatedAt string
	}
	// stored is false for a repeated call, and where nothing was stored.
	stored bool
}

func (r *report) store(ctx context.Context, q *db.Queries) error {
	r.stored = false
	if found, err := r.record.Find(ctx, q, &r.answer); found || err != nil {
		return err
	}
	subject := r.in.Subject
	if subject.ConvoID != nil {
		was, err := q.WasMember(ctx, *subject.ConvoID, r.caller.DID)
		if err != nil {
			return fmt.Errorf("read membership: %w", err)
		}
		if !was {
			return convo.NotFound()
		}
	}
	if err := r.bill.Pay(ctx, storage.Amount{Bytes: r.size()}); err != nil {
		return err
	}
	id, err := q.InsertReport(ctx, db.InsertReportParams{
		ReporterDid: r.caller.DID, ReasonType: r.in.ReasonType, Reason: r.in.Reason, ConvoID: subject.ConvoID, SubjectDid: subject.DID,
		MessageID: storedID(subject.MessageID), Evidence: r.in.Evidence, Now: r.now, Forward: r.forward,
	})
	if err != nil {
		return fmt.Errorf("store report: %w", err)
	}
	r.answer.ID, r.answer.CreatedAt = id, xrpc.FormatTime(r.now)
	if err := r.record.Keep(ctx, q, r.answer); err != nil {
		return err
	}
	r.stored = true
	return nil
}

// size returns how many bytes the report stores.
func (r *report) size() int64 {
	n := len(r.in.Evidence) + len(r.in.ReasonType)
	if r.in.Reason != nil {
		n += len(*r.in.Reason)
	}
	return int64(n)
}

func storedID(id *string) *xrpc.MessageID {
	if id == nil {
		return nil
	}
	return (*xrpc.MessageID)(id)
}
