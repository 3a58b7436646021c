package group

import (
	"context"
	"fmt"
	"slices"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
)

// change is what a commit does to the members and devices of a conversation.
type change struct {
	// joins and ends are memberships that begin and end.
	joins, ends []string
	// settled are DIDs whose pending removal is over: their leaf goes, or they
	// come back with another one.
	settled []string
	// packages are what the Welcome names.
	packages []db.LockPackagesRow
	// leaves are those in which the new tree differs from the old one.
	leaves []mls.LeafChange
}

// plan checks all that depends on the conversation's state, which is locked,
// and says what to change.
func (c *commitTx) plan(ctx context.Context) (*change, error) {
	added, removed := convo.Unique(c.added), convo.Unique(c.removed)
	standing, err := convo.Memberships(ctx, c.q, c.convoID, slices.Concat(added, removed))
	if err != nil {
		return nil, err
	}
	ch := &change{}
	if err := c.planRemovals(ctx, ch, standing, added, removed); err != nil {
		return nil, err
	}
	for _, did := range added {
		if standing[did] != convo.Member {
			ch.joins = append(ch.joins, did)
		}
		if standing[did] == convo.PendingRemoval {
			ch.settled = append(ch.settled, did)
		}
	}
	if err := c.checkReturns(ctx, ch); err != nil {
		return nil, err
	}
	if err := c.checkMembers(ctx, ch); err != nil {
		return nil, err
	}
	w := &welcomeCheck{
		q: c.q, claims: c.claims, convoID: c.convoID, caller: c.caller, now: c.now, suite: c.suite(), field: c.welcomeField, invite: c.invite,
		added: added, removed: removed, standing: standing,
	}
	if ch.packages, err = w.check(ctx); err != nil {
		return nil, err
	}
	return ch, c.planRoster(ctx, ch)
}

// planRemovals sorts the removed DIDs into memberships that end and pending
// leavers, and asks whether the caller may. Who is removed and added at once
// stays a member: its devices are replaced.
func (c *commitTx) planRemovals(ctx context.Context, ch *change, standing map[string]convo.Membership, added, removed []string) error {
	isAdded := convo.SetOf(added)
	for i, did := range removed {
		switch {
		case did == c.caller:
			return gen.Errorf(gen.ErrInvalidCommit, "%s: nobody can commit its own removal (RFC 9420 §12.2); leave by leaveConvo, with a proposal for the others to commit",
				c.removedAt(i))
		case standing[did] == convo.NonMember:
			return gen.Errorf(gen.ErrInvalidCommit, "%s: is not a member and has no leaf that awaits removal", c.removedAt(i))
		case isAdded[did]:
			// A pending leaver comes back: settled as it joins.
		case standing[did] == convo.PendingRemoval:
			ch.settled = append(ch.settled, did)
		default:
			ch.ends = append(ch.ends, did)
		}
	}
	if len(ch.ends) == 0 {
		return nil
	}
	may, err := convo.MayRemove(ctx, c.q, c.convoID, c.caller)
	if err != nil || may {
		return err
	}
	return gen.Errorf(gen.ErrNotAllowed, "only the creator, or once the creator has left the longest-standing member, may remove members")
}

// checkReturns refuses to bring back who was suspended or removed, unless the
// caller may remove members.
func (c *commitTx) checkReturns(ctx context.Context, ch *change) error {
	if len(ch.joins) == 0 {
		return nil
	}
	ended, err := c.q.EndedByOthers(ctx, ch.joins, c.convoID)
	if err != nil {
		return fmt.Errorf("read how memberships ended: %w", err)
	}
	if len(ended) == 0 {
		return nil
	}
	may, err := convo.MayRemove(ctx, c.q, c.convoID, c.caller)
	if err != nil || may {
		return err
	}
	name := gen.ErrInvalidCommit
	if c.method == gen.MethodSendCommit {
		name = gen.ErrNotAllowed
	}
	return gen.Errorf(name, "%s was removed or suspended by another member: only who may remove members may add it again", ended[0])
}

// checkMembers bounds the members of the conversation.
func (c *commitTx) checkMembers(ctx context.Context, ch *change) error {
	if len(ch.joins) == 0 {
		return nil
	}
	n, err := c.q.CountMembers(ctx, c.convoID)
	if err != nil {
		return fmt.Errorf("count members: %w", err)
	}
	if n += int64(len(ch.joins) - len(ch.ends)); n > limit.MaxMembers {
		return tooManyMembers(n)
	}
	return nil
}

func tooManyMembers(n int64) error {
	return gen.Errorf(gen.ErrTooManyMembers, "the conversation would have %d members; this service allows %d", n, limit.MaxMembers)
}

// removedAt names the i-th DID to remove.
func (c *commitTx) removedAt(i int) string {
	if c.removedField == fieldTargetDID {
		return c.removedField
	}
	return fmt.Sprintf("%s[%d]", c.removedField, i)
}
