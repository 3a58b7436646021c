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

// Reasons for which a member asks to be added again.
const (
	reasonStateLost     = "state-lost"
	reasonCommitFailed  = "commit-failed"
	reasonWelcomeFailed = "welcome-failed"
	// detailExternalPub: the reporter applied the commit, and found that the
	// external_pub of its GroupInfo is not the group's.
	detailExternalPub = "external-pub"
)

// RequestRejoin records that the caller cannot follow the group and asks to be
// added again. A new request replaces an earlier one.
func (s *Service) RequestRejoin(ctx context.Context, caller xrpc.Caller, in *gen.RequestRejoinInput) (*gen.RequestRejoinOutput, error) {
	r, err := newRejoinRequest(in)
	if err != nil {
		return nil, err
	}
	damaged := false
	err = s.InTx(ctx, func(tx pgx.Tx) (err error) {
		h := &handshakeTx{q: db.New(tx), convoID: in.ConvoID, caller: caller.DID, now: s.Timestamp()}
		if _, err := h.begin(ctx, nil, nil); err != nil {
			return err
		}
		if h.convo.LockedAt != nil {
			return convo.Locked()
		}
		if err := s.MayWrite(ctx, caller); err != nil {
			return err
		}
		damaged, err = r.store(ctx, h)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.Notify(string(in.ConvoID))
	if damaged {
		slog.WarnContext(ctx, "most members of a conversation cannot apply a commit")
	}
	return &gen.RequestRejoinOutput{}, nil
}

// rejoinRequest is a member's request to be added again, or its report of a
// commit, or both.
type rejoinRequest struct {
	reason string
	// epoch is the framing epoch of the commit that failed; nil with any other
	// reason.
	epoch *int64
	// detail makes the request a report and nothing else: its sender has applied
	// the commit and is still in the group.
	detail *string
}

// newRejoinRequest checks which fields of the input go together.
func newRejoinRequest(in *gen.RequestRejoinInput) (*rejoinRequest, error) {
	r := &rejoinRequest{reason: reasonStateLost, detail: in.Detail}
	if in.Reason != nil {
		r.reason = *in.Reason
	}
	if !slices.Contains([]string{reasonStateLost, reasonCommitFailed, reasonWelcomeFailed}, r.reason) {
		return nil, xrpc.Invalid("reason", "want %s, %s or %s", reasonStateLost, reasonCommitFailed, reasonWelcomeFailed)
	}
	if r.reason == reasonCommitFailed {
		if r.epoch = in.Epoch; r.epoch == nil {
			return nil, xrpc.Invalid("epoch", "is needed with %s: the framing epoch of the commit that failed", reasonCommitFailed)
		}
	}
	if r.detail != nil && (r.epoch == nil || *r.detail != detailExternalPub) {
		return nil, xrpc.Invalid("detail", "want %s, with reason %s", detailExternalPub, reasonCommitFailed)
	}
	return r, nil
}

// store stores the request and the report, and logs the events that announce
// them. damaged is true if, with this report, most members cannot apply the
// commit.
func (r *rejoinRequest) store(ctx context.Context, h *handshakeTx) (damaged bool, err error) {
	if err := r.checkEpoch(ctx, h); err != nil {
		return false, err
	}
	var events convo.Events
	if r.detail == nil {
		if err := h.q.PutRejoinRequest(ctx, db.PutRejoinRequestParams{
			ConvoID: h.convoID, Did: h.caller, Reason: r.reason, Epoch: r.epoch, At: h.now,
		}); err != nil {
			return false, fmt.Errorf("store rejoin request: %w", err)
		}
		events.Add(eventlog.KindRejoinRequested, "", convo.NoEdge, eventlog.Body{DID: h.caller, Reason: r.reason})
	}
	if r.epoch != nil {
		if damaged, err = r.storeReport(ctx, h); err != nil {
			return false, err
		}
	}
	if damaged {
		events.Add(eventlog.KindConvoDamaged, "", convo.NoEdge, eventlog.Body{Epoch: *r.epoch})
	}
	if len(events.Kinds) == 0 {
		return false, nil
	}
	_, err = events.Store(ctx, h.q, h.convoID, h.now)
	return damaged, err
}

// checkEpoch refuses a report of a commit that the caller was never sent.
func (r *rejoinRequest) checkEpoch(ctx context.Context, h *handshakeTx) error {
	if r.epoch == nil {
		return nil
	}
	sees, err := h.q.SeesCommit(ctx, h.caller, h.convoID, *r.epoch)
	if err != nil {
		return fmt.Errorf("look for commit: %w", err)
	}
	if !sees {
		return gen.Errorf(gen.ErrEpochMismatch, "the caller was sent no commit of epoch %d; the current epoch is %d", *r.epoch, h.convo.Epoch)
	}
	return nil
}

// storeReport records that the caller cannot apply the commit of an epoch.
// damaged is true if the report is new and more than half of the votes on the
// commit say the same; the query CommitDamage defines a vote.
func (r *rejoinRequest) storeReport(ctx context.Context, h *handshakeTx) (damaged bool, err error) {
	added, err := h.q.PutCommitFailure(ctx, db.PutCommitFailureParams{
		ConvoID: h.convoID, Epoch: *r.epoch, Did: h.caller, At: h.now, Detail: r.detail,
	})
	if err != nil {
		return false, fmt.Errorf("store report of a commit: %w", err)
	}
	if added == 0 {
		return false, nil
	}
	d, err := h.q.CommitDamage(ctx, h.now, h.convoID, *r.epoch)
	if err != nil {
		return false, fmt.Errorf("count reports of a commit: %w", err)
	}
	return 2*d.Failed > float64(d.Votes), nil
}
