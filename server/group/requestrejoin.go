package group

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// Why a member asks to be added again.
const (
	reasonStateLost     = "state-lost"
	reasonCommitFailed  = "commit-failed"
	reasonWelcomeFailed = "welcome-failed"
	// detailExternalPub: the reporter applied the commit, and found that the
	// external_pub of its GroupInfo is not the group's.
	detailExternalPub = "external-pub"
)

// RequestRejoin records that the caller cannot follow the group and asks to be
// added again. Asking again replaces what was asked before.
func (s *Service) RequestRejoin(ctx context.Context, caller xrpc.Caller, in *gen.RequestRejoinInput) (*gen.RequestRejoinOutput, error) {
	reason, epoch, err := rejoinReason(in)
	if err != nil {
		return nil, err
	}
	if in.Detail != nil && (epoch == nil || *in.Detail != detailExternalPub) {
		return nil, xrpc.Invalid("detail", "want %s, with reason %s", detailExternalPub, reasonCommitFailed)
	}
	damaged := false
	err = s.InTx(ctx, func(tx pgx.Tx) (err error) {
		h := &handshakeTx{q: db.New(tx), convoID: in.ConvoID, caller: caller.DID, now: s.Timestamp()}
		if _, err := h.begin(ctx, nil, nil); err != nil {
			return err
		}
		if err := s.MayWrite(ctx, caller); err != nil {
			return err
		}
		damaged, err = h.requestRejoin(ctx, reason, epoch, in.Detail)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.Hint(string(in.ConvoID))
	if damaged {
		slog.WarnContext(ctx, "most members of a conversation cannot apply a commit")
	}
	return &gen.RequestRejoinOutput{}, nil
}

// rejoinReason gives the reason, and the epoch of the commit that failed where
// that is the reason.
func rejoinReason(in *gen.RequestRejoinInput) (string, *int64, error) {
	if in.Reason == nil {
		return reasonStateLost, nil, nil
	}
	if !slices.Contains([]string{reasonStateLost, reasonCommitFailed, reasonWelcomeFailed}, *in.Reason) {
		return "", nil, xrpc.Invalid("reason", "want %s, %s or %s", reasonStateLost, reasonCommitFailed, reasonWelcomeFailed)
	}
	if *in.Reason != reasonCommitFailed {
		return *in.Reason, nil, nil
	}
	if in.Epoch == nil {
		return "", nil, xrpc.Invalid("epoch", "is needed with %s: the framing epoch of the commit that failed", reasonCommitFailed)
	}
	return *in.Reason, in.Epoch, nil
}

// requestRejoin stores the request. damaged tells that most members cannot
// apply the commit that it names. A report with a detail asks for nothing else:
// its sender is still in the group.
func (h *handshakeTx) requestRejoin(ctx context.Context, reason string, epoch *int64, detail *string) (damaged bool, err error) {
	if epoch != nil {
		sees, err := h.q.SeesCommit(ctx, h.caller, h.convoID, *epoch)
		if err != nil {
			return false, fmt.Errorf("look for commit: %w", err)
		}
		if !sees {
			return false, gen.Errorf(gen.ErrEpochMismatch, "the caller was sent no commit of epoch %d; the current epoch is %d", *epoch, h.convo.Epoch)
		}
	}
	var events convo.Events
	if detail == nil {
		if err := h.askRejoin(ctx, &events, reason, epoch); err != nil {
			return false, err
		}
	}
	if epoch != nil {
		if damaged, err = h.reportCommit(ctx, *epoch, detail); err != nil {
			return false, err
		}
	}
	if damaged {
		events.Add(eventlog.KindConvoDamaged, "", convo.NoEdge, eventlog.Body{Epoch: *epoch})
	}
	if len(events.Kinds) == 0 {
		return false, nil
	}
	_, err = events.Store(ctx, h.q, h.convoID, h.now)
	return damaged, err
}

// askRejoin stores that the caller wants to be added again, and tells the others.
func (h *handshakeTx) askRejoin(ctx context.Context, events *convo.Events, reason string, epoch *int64) error {
	if err := h.q.PutRejoinRequest(ctx, db.PutRejoinRequestParams{
		ConvoID: h.convoID, Did: h.caller, Reason: reason, Epoch: epoch, At: h.now,
	}); err != nil {
		return fmt.Errorf("store rejoin request: %w", err)
	}
	events.Add(eventlog.KindRejoinRequested, "", convo.NoEdge, eventlog.Body{DID: h.caller, Reason: reason})
	return nil
}

// reportCommit notes that the caller cannot apply the commit of an epoch.
// damaged tells, for a report that is new, that more than half of the votes on
// the commit say so; see CommitDamage for what a vote is.
func (h *handshakeTx) reportCommit(ctx context.Context, epoch int64, detail *string) (damaged bool, err error) {
	added, err := h.q.PutCommitFailure(ctx, db.PutCommitFailureParams{ConvoID: h.convoID, Epoch: epoch, Did: h.caller, At: h.now, Detail: detail})
	if err != nil {
		return false, fmt.Errorf("store report of a commit: %w", err)
	}
	if added == 0 {
		return false, nil
	}
	d, err := h.q.CommitDamage(ctx, h.now, h.convoID, epoch)
	if err != nil {
		return false, fmt.Errorf("count reports of a commit: %w", err)
	}
	return 2*d.Failed > float64(d.Votes), nil
}

// endReports takes the reports of who leaves back: it has no say any more.
func (h *handshakeTx) endReports(ctx context.Context, dids []string) error {
	if len(dids) == 0 {
		return nil
	}
	if err := h.q.EndCommitFailures(ctx, h.convoID, dids); err != nil {
		return fmt.Errorf("end reports of commits: %w", err)
	}
	return nil
}
