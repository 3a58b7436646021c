package server

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/stream"
	"catbird.blue/mls/xrpc"
)

// Why a member asks to be added again.
const (
	reasonStateLost     = "state-lost"
	reasonCommitFailed  = "commit-failed"
	reasonWelcomeFailed = "welcome-failed"
)

// RequestRejoin records that the caller cannot follow the group and asks to be
// added again. Asking again replaces what was asked before.
func (s *Server) RequestRejoin(ctx context.Context, caller xrpc.Caller, in *gen.RequestRejoinInput) (*gen.RequestRejoinOutput, error) {
	convoID, err := parseConvoID("convoId", in.ConvoID)
	if err != nil {
		return nil, err
	}
	reason, epoch, err := rejoinReason(in)
	if err != nil {
		return nil, err
	}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		h := &handshakeTx{q: db.New(tx), convoID: convoID, caller: caller.DID, now: s.timestamp()}
		if _, err := h.begin(ctx, nil, nil); err != nil {
			return err
		}
		return h.requestRejoin(ctx, reason, epoch)
	})
	if err != nil {
		return nil, err
	}
	s.hint(convoID)
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

func (h *handshakeTx) requestRejoin(ctx context.Context, reason string, epoch *int64) error {
	if epoch != nil {
		sees, err := h.q.SeesCommit(ctx, h.caller, h.convoID, *epoch)
		if err != nil {
			return fmt.Errorf("look for commit: %w", err)
		}
		if !sees {
			return gen.Errorf(gen.ErrEpochMismatch, "the caller was sent no commit of epoch %d; the current epoch is %d", *epoch, h.convo.Epoch)
		}
	}
	if err := h.q.PutRejoinRequest(ctx, db.PutRejoinRequestParams{
		ConvoID: h.convoID, Did: h.caller, Reason: reason, Epoch: epoch, At: h.now,
	}); err != nil {
		return fmt.Errorf("store rejoin request: %w", err)
	}
	var events eventList
	events.add(stream.KindRejoinRequested, "", noEdge, stream.Body{DID: h.caller, Reason: reason})
	if epoch != nil {
		damaged, err := h.damaged(ctx, *epoch)
		if err != nil {
			return err
		}
		if damaged {
			events.add(stream.KindConvoDamaged, "", noEdge, stream.Body{Epoch: *epoch})
		}
	}
	_, err := events.store(ctx, h.q, h.convoID, h.now)
	return err
}

// damaged tells whether more than half of the members other than its committer
// cannot apply the commit of an epoch, which they are told once.
func (h *handshakeTx) damaged(ctx context.Context, epoch int64) (bool, error) {
	n, err := h.q.ReportsOfCommit(ctx, epoch, h.convoID)
	if err != nil {
		return false, fmt.Errorf("count reports: %w", err)
	}
	if 2*n.Reports <= n.Members {
		return false, nil
	}
	told, err := h.q.DamageTold(ctx, h.convoID, epoch)
	if err != nil {
		return false, fmt.Errorf("look for what was told: %w", err)
	}
	return !told, nil
}
