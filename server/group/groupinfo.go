package group

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/xrpc"
)

// GetGroupInfo returns the GroupInfo of the current epoch, which an external
// commit needs. That of a past epoch is of no use and is not kept.
func (s *Service) GetGroupInfo(ctx context.Context, caller xrpc.Caller, p *gen.GetGroupInfoParams) (*gen.GetGroupInfoOutput, error) {
	q := db.New(s.Pool)
	if p.Code != nil {
		link, err := s.links.Enter(ctx, caller, p.ConvoID, *p.Code)
		if err != nil {
			return nil, err
		}
		if link != nil {
			return s.groupInfoOfLink(ctx, caller, link)
		}
	}
	if err := convo.RequireReader(ctx, q, p.ConvoID, caller.DID); err != nil {
		return nil, err
	}
	g, err := q.CurrentGroupInfo(ctx, p.ConvoID, caller.DID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, convo.NotMember() // its membership ended between the two queries
	}
	if err != nil {
		return nil, fmt.Errorf("read GroupInfo: %w", err)
	}
	return groupInfoOutput(g)
}

// UpdateGroupInfo replaces the GroupInfo of the current epoch by another one that
// states the same group.
func (s *Service) UpdateGroupInfo(ctx context.Context, caller xrpc.Caller, in *gen.UpdateGroupInfoInput) (*gen.UpdateGroupInfoOutput, error) {
	g, err := parseGroupInfoAndTree(in.ConvoID, in.GroupInfo, in.RatchetTree, "it is what is to be stored")
	if err != nil {
		return nil, err
	}
	bill := s.Storage.Bill(caller.DID)
	err = retryIfGroupChanged(func() error {
		current, err := s.groupInEpoch(ctx, in.ConvoID, caller.DID, g.epoch())
		if err != nil {
			return err
		}
		var refused error
		if current != nil {
			refused = g.checkStates(current.Group, "as the service knows it", s.VerifierFor(ctx, caller.DID))
		}
		return s.InTx(ctx, func(tx pgx.Tx) error {
			h := &handshakeTx{q: db.New(tx), convoID: in.ConvoID, caller: caller.DID, now: s.Timestamp(), bill: bill}
			if _, err := h.begin(ctx, nil, nil); err != nil {
				return err
			}
			switch {
			case h.convo.LockedAt != nil:
				return convo.Locked()
			case g.epoch() != h.convo.Epoch:
				return gen.Errorf(gen.ErrEpochMismatch, "the current epoch is %d, the GroupInfo is of epoch %d", h.convo.Epoch, g.epoch())
			case current == nil:
				return errGroupChanged
			case refused != nil:
				return refused
			}
			tree := current.Tree.Bytes()
			if err := checkExternalPub(ctx, h, g, tree); err != nil {
				return err
			}
			if err := h.bill.Pay(ctx, storage.Amount{Bytes: g.bytes(tree) - current.bytes}); err != nil {
				return err
			}
			return g.replace(ctx, h.q, in.ConvoID, h.now)
		})
	})
	settleBill(ctx, bill, true, err)
	if err != nil {
		return nil, err
	}
	return &gen.UpdateGroupInfoOutput{Epoch: g.epoch()}, nil
}

// checkExternalPub refuses a GroupInfo whose external_pub is not the one that
// came with the commit of the epoch, unless the caller is an admin.
// Nobody outside the group can tell which one is right, and with a wrong one the
// next external commit leads to an epoch that no member can follow (RFC 9420
// §8.3). tree is the tree of the epoch.
func checkExternalPub(ctx context.Context, h *handshakeTx, g *groupInfoAndTree, tree []byte) error {
	row, err := h.q.GroupInfoWithoutTree(ctx, h.convoID)
	if err != nil {
		return fmt.Errorf("read GroupInfo: %w", err)
	}
	stored, err := mls.ParseGroupInfo(withTree(row.GroupInfo, row.TreeAt, tree))
	if err != nil {
		return fmt.Errorf("stored GroupInfo does not parse: %w", err)
	}
	was, _ := stored.Extensions.Find(mls.ExtensionExternalPub)
	is, _ := g.info.Extensions.Find(mls.ExtensionExternalPub)
	if bytes.Equal(was, is) {
		return nil
	}
	if h.admin {
		return nil
	}
	return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: external_pub: is not the one that came with the commit of the epoch; only admins may replace it")
}
