package group

import (
	"context"
	"errors"
	"fmt"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/xrpc"
)

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

// amount is what a new conversation stores.
func (n *newConvo) amount() storage.Amount {
	a := storage.Amount{Bytes: n.evidence.bytes(n.group), Convos: 1, ByNew: n.byNew}
	if n.invite != nil {
		a.Bytes += int64(len(n.in.WelcomeMessage) + len(n.in.RatchetTree))
	}
	return a
}

// settle closes the bill of a call that ran in a transaction and ended with err. A
// lost race, and a group that has changed meanwhile, stored nothing.
func settle(ctx context.Context, bill *storage.Bill, stored bool, err error) {
	if lost := (*lostRace)(nil); errors.As(err, &lost) || errors.Is(err, errGroupMoved) {
		stored, err = false, nil
	}
	convo.SettleBill(ctx, bill, stored, err)
}

// payAdditions takes the accounts that a commit adds from what the caller may
// add in an hour. Where that is less, the request is overdrawn.
func (s *Service) payAdditions(ctx context.Context, caller xrpc.Caller, req *commitRequest) (*convo.Payment, error) {
	added := convo.Unique(req.added)
	if s.Limits == nil || len(added) == 0 {
		return nil, nil
	}
	may, err := convo.MayRemove(ctx, db.New(s.Pool), req.conversation, caller.DID)
	if err != nil {
		return nil, err
	}
	row := limit.MembersAdded
	if may {
		row = limit.MembersAddedByRemovers
	}
	var taken *convo.Payment
	taken, req.overdrawn = s.Pay(ctx, caller, row, int64(len(added)))
	return taken, nil
}
