package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/stream"
	"catbird.blue/mls/xrpc"
)

// GetGroupInfo gives the GroupInfo of the current epoch, which an external
// commit needs; one of a past epoch is of no use to anybody.
func (s *Server) GetGroupInfo(ctx context.Context, caller xrpc.Caller, p *gen.GetGroupInfoParams) (*gen.GetGroupInfoOutput, error) {
	convoID, err := parseConvoID("convoId", p.ConvoID)
	if err != nil {
		return nil, err
	}
	q := db.New(s.pool)
	if err := requireMember(ctx, q, convoID, caller.DID); err != nil {
		return nil, err
	}
	g, err := q.CurrentGroupInfo(ctx, convoID, caller.DID)
	if errors.Is(err, pgx.ErrNoRows) {
		if err := s.requestGroupInfo(ctx, convoID, caller.DID); err != nil {
			return nil, err
		}
		return nil, gen.Errorf(gen.ErrGroupInfoUnavailable, "no member has stored a GroupInfo of the current epoch")
	}
	if err != nil {
		return nil, fmt.Errorf("read GroupInfo: %w", err)
	}
	return &gen.GetGroupInfoOutput{
		GroupInfo: g.GroupInfo, RatchetTree: g.RatchetTree, Epoch: g.Epoch, UpdatedAt: xrpc.FormatTime(g.UpdatedAt),
	}, nil
}

// groupInfoPause is how long the members are not asked again for a GroupInfo.
const groupInfoPause = time.Minute

// requestGroupInfo asks the members for a GroupInfo of the current epoch.
func (s *Server) requestGroupInfo(ctx context.Context, convoID, did string) error {
	lately, err := db.New(s.pool).GroupInfoRequestedLately(ctx, convoID, s.now().Add(-groupInfoPause))
	if err != nil || lately {
		return err
	}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		h := &handshakeTx{q: db.New(tx), convoID: convoID, caller: did, now: s.timestamp()}
		if _, err := h.begin(ctx, nil, nil); err != nil {
			return err
		}
		// Again, now that the row is locked.
		lately, err := h.q.GroupInfoRequestedLately(ctx, convoID, h.now.Add(-groupInfoPause))
		if err != nil || lately {
			return err
		}
		var events eventList
		events.add(stream.KindGroupInfoRequested, "", noEdge, stream.Body{})
		_, err = events.store(ctx, h.q, convoID, h.now)
		return err
	})
	if err != nil {
		return err
	}
	s.hint(convoID)
	return nil
}

// UpdateGroupInfo stores a GroupInfo of the current epoch. The creator's first
// one settles an epoch that createConvo left open.
func (s *Server) UpdateGroupInfo(ctx context.Context, caller xrpc.Caller, in *gen.UpdateGroupInfoInput) (*gen.UpdateGroupInfoOutput, error) {
	convoID, err := parseConvoID("convoId", in.ConvoID)
	if err != nil {
		return nil, err
	}
	if in.GroupInfo == nil {
		return nil, gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: missing")
	}
	e, err := checkEvidence(convoID, -1, in.GroupInfo, in.RatchetTree)
	if err != nil {
		return nil, err
	}
	err = untilCurrent(func() error {
		v, err := s.verifyInfo(ctx, convoID, caller.DID, e)
		if err != nil {
			return err
		}
		return s.inTx(ctx, func(tx pgx.Tx) error {
			h := &handshakeTx{q: db.New(tx), convoID: convoID, caller: caller.DID, now: s.timestamp()}
			if _, err := h.begin(ctx, nil, nil); err != nil {
				return err
			}
			return h.updateGroupInfo(ctx, e, v)
		})
	})
	if err != nil {
		return nil, err
	}
	return &gen.UpdateGroupInfoOutput{Epoch: e.epoch()}, nil
}

func (h *handshakeTx) updateGroupInfo(ctx context.Context, e *evidence, v *verifiedInfo) error {
	if !h.settles() && e.epoch() != h.convo.Epoch {
		return gen.Errorf(gen.ErrEpochMismatch, "the current epoch is %d, the GroupInfo is of epoch %d", h.convo.Epoch, e.epoch())
	}
	if err := e.fits(h.suite()); err != nil {
		return err
	}
	if !v.current(h.convo) {
		return errGroupMoved
	}
	if v.err != nil {
		return v.err
	}
	if h.settles() {
		if err := h.settle(ctx, e.epoch()); err != nil {
			return err
		}
	}
	if err := h.takeInfo(ctx, v); err != nil {
		return err
	}
	return e.store(ctx, h.q, h.convoID, h.now)
}
