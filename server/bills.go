package server

import (
	"context"
	"errors"
	"fmt"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/xrpc"
)

// settle closes the bill of a call that ran in a transaction and ended with err.
func settle(ctx context.Context, bill *storage.Bill, stored bool, err error) {
	lost := (*lostRace)(nil)
	if errors.As(err, &lost) || errors.Is(err, errGroupMoved) || errors.Is(err, errConvoFull) {
		stored, err = false, nil
	}
	bill.Settle(ctx, stored, err)
}

// mayWrite refuses a call that stores next to nothing, while there is no room
// for anything.
func (s *base) mayWrite(ctx context.Context, caller xrpc.Caller) error {
	return s.storage.Bill(caller.DID).Pay(ctx, storage.Amount{})
}

// amount is what a planned commit stores.
func (c *commitTx) amount(ch *change) storage.Amount {
	a := storage.Amount{Kept: int64(len(c.commit)), Removes: c.onlyRemoves(ch)}
	a.Bytes = a.Kept + max(0, c.evidence.bytes(c.verified.next)-c.verified.base.bytes)
	if c.invite != nil {
		a.Bytes += int64(len(c.welcome) + len(c.ratchetTree))
	}
	return a
}

// onlyRemoves tells whether a commit takes leaves away and brings none.
func (c *commitTx) onlyRemoves(ch *change) bool {
	removes := false
	for _, l := range ch.leaves {
		switch l.Kind {
		case mls.LeafAdded:
			return false
		case mls.LeafRemoved:
			removes = true
		}
	}
	return removes && c.invite == nil
}

// payProposal counts a proposal of the current epoch. Those that were sent as
// PrivateMessage stay for as long as the conversation: nobody outside can tell
// which of them a commit named.
func (h *handshakeTx) payProposal(ctx context.Context, p *verifiedProposal, leaving bool) error {
	sent, err := h.q.EpochProposals(ctx, h.convoID, h.caller, p.epoch)
	if err != nil {
		return fmt.Errorf("count proposals: %w", err)
	}
	size := int64(len(p.message))
	for _, l := range []struct {
		row     *limit.Row
		now, by int64
	}{{limit.EpochProposals, sent.Proposals, 1}, {limit.EpochProposalBytes, sent.Bytes, size}} {
		if l.now+l.by > l.row.Amount {
			h.bill.Refused(l.row)
			return gen.Errorf(gen.ErrTooManyProposals, "%d proposals of this account, %d bytes together, are of epoch %d (%s: %s, together %s): the next epoch has room again",
				sent.Proposals, sent.Bytes, p.epoch, l.row.Name, limit.EpochProposals.Unit.Text(limit.EpochProposals.Amount), limit.Bytes.Text(limit.EpochProposalBytes.Amount))
		}
	}
	return h.bill.Pay(ctx, storage.Amount{Bytes: size, Kept: size, Removes: leaving})
}

// payPackages counts key packages that are about to be stored.
func payPackages(ctx context.Context, bill *storage.Bill, packages []*newKeyPackage) error {
	bytes := int64(0)
	for _, p := range packages {
		bytes += int64(len(p.published))
	}
	return bill.Pay(ctx, storage.Amount{Bytes: bytes})
}

// amount is what a new conversation stores.
func (n *newConvo) amount() storage.Amount {
	a := storage.Amount{Bytes: n.evidence.bytes(n.group), Convos: 1, ByNew: n.byNew}
	if n.invite != nil {
		a.Bytes += int64(len(n.in.WelcomeMessage) + len(n.in.RatchetTree))
	}
	return a
}
