package group

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/consent"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// AcceptConvo accepts the request to take part in a conversation. A repeated call gets
// the same answer.
func (s *Service) AcceptConvo(ctx context.Context, caller xrpc.Caller, in *gen.AcceptConvoInput) (*gen.AcceptConvoOutput, error) {
	if err := s.MayWrite(ctx, caller); err != nil {
		return nil, err
	}
	var out gen.AcceptConvoOutput
	err := s.InTx(ctx, func(tx pgx.Tx) error {
		h := &handshakeTx{q: db.New(tx), convoID: in.ConvoID, caller: caller.DID, now: s.Timestamp()}
		if _, err := h.beginAs(ctx, nil, nil, h.requireOrAccept); err != nil {
			return err
		}
		row, err := h.q.AcceptConvo(ctx, h.now, h.convoID, h.caller)
		if err != nil {
			return fmt.Errorf("accept the conversation: %w", err)
		}
		out = gen.AcceptConvoOutput{ConvoID: in.ConvoID, JoinedSeq: row.JoinedSeq, LastSeq: row.ToldSeq}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.Notify(string(in.ConvoID))
	return &out, nil
}

// DeclineConvo declines the request to take part in a conversation. To the members it
// is the same as leaving.
func (s *Service) DeclineConvo(ctx context.Context, caller xrpc.Caller, in *gen.DeclineConvoInput) (*gen.DeclineConvoOutput, error) {
	err := s.InTx(ctx, func(tx pgx.Tx) error {
		h := &handshakeTx{q: db.New(tx), convoID: in.ConvoID, caller: caller.DID, now: s.Timestamp()}
		known, err := h.lock(ctx)
		if err != nil {
			return err
		}
		if !known {
			return convo.NotFound()
		}
		return h.decline(ctx, in.BlockConvo != nil && *in.BlockConvo)
	})
	if err != nil {
		return nil, err
	}
	s.Notify(string(in.ConvoID))
	return &gen.DeclineConvoOutput{}, nil
}

// decline ends the caller's request. One that ended before stays as it is.
func (h *handshakeTx) decline(ctx context.Context, blockConvo bool) error {
	m, err := h.q.NewestMembership(ctx, h.convoID, h.caller)
	switch {
	case err != nil:
		return fmt.Errorf("read membership: %w", err)
	case m.Consent == consent.Accepted && m.Active:
		return gen.Errorf(gen.ErrNotAllowed, "the conversation is accepted already: leave it with leaveConvo")
	case m.Consent == consent.Accepted:
		return convo.NotMember()
	}
	if blockConvo {
		if err := h.q.PutConvoBlock(ctx, h.caller, h.convoID); err != nil {
			return fmt.Errorf("block additions: %w", err)
		}
	}
	if !m.Active {
		return nil
	}
	if m.AddedBy != "" {
		if err := h.q.CountDecline(ctx, h.caller, m.AddedBy); err != nil {
			return fmt.Errorf("count declined requests: %w", err)
		}
	}
	return h.endMembership(ctx, h.caller, eventlog.ActionLeft, false)
}

// EndRequest ends an open request that its account has not answered. To the members it
// is the same as leaving. It does nothing where the request is not open any more.
func (s *Service) EndRequest(ctx context.Context, did string, convoID xrpc.ConvoID) error {
	ended := false
	err := s.InTx(ctx, func(tx pgx.Tx) error {
		h := &handshakeTx{q: db.New(tx), convoID: convoID, caller: did, now: s.Timestamp()}
		ended = false
		known, err := h.lock(ctx)
		if err != nil || !known {
			return err
		}
		if err := h.requireReader(ctx); err != nil || !h.request {
			return err
		}
		ended = true
		return h.endMembership(ctx, did, eventlog.ActionLeft, false)
	})
	if e := (*xrpc.Error)(nil); errors.As(err, &e) && e.Name == gen.ErrNotMember {
		return nil
	}
	if err == nil && ended {
		s.Notify(string(convoID))
	}
	return err
}

// excessTimeout bounds the time for ending the requests that are too many.
const excessTimeout = 30 * time.Second

// EndExcess ends open requests of accounts that have more of them than limit.OpenRequests
// since they were added a moment ago. The commit that added them is not undone if this
// fails: the next one tries again. It goes on when the caller of the commit has gone,
// otherwise one that hangs up in time would leave its target with any number of requests.
func (s *Service) EndExcess(ctx context.Context, dids []string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), excessTimeout)
	defer cancel()
	for _, did := range dids {
		for {
			excess, err := db.New(s.Pool).ExcessRequest(ctx, limit.OpenRequests.Amount, did)
			if err == nil && len(excess) == 1 {
				err = s.EndRequest(ctx, did, excess[0])
			}
			if err != nil {
				slog.WarnContext(ctx, "ending the oldest request of an account failed", "error", err)
			}
			if err != nil || len(excess) == 0 {
				break
			}
		}
	}
}
