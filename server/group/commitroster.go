package group

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/xrpc"
)

// planRoster holds what the commit leads to against the roster: the old one
// less what it removes, with what it adds, leaf by leaf.
func (c *commitTx) planRoster(ctx context.Context, ch *change) error {
	after, err := c.membersAfter(ctx, ch)
	if err != nil {
		return err
	}
	r := &removals{commitTx: c, after: after, readded: make(map[convo.Device]bool)}
	if err := r.load(ctx, ch); err != nil {
		return err
	}
	if ch.leaves, err = c.compare(r, ch.gone()); err != nil {
		return err
	}
	c.settleLeavers(ch, after)
	if why := after.mismatch(c.verified.members); why != "" {
		return c.refuse(c.commitRequest, errors.New(why))
	}
	return nil
}

// membersAfter reads who will be in the conversation once the commit is
// accepted, as what.
func (c *commitTx) membersAfter(ctx context.Context, ch *change) (memberSet, error) {
	all, err := readMembers(ctx, c.q, c.convoID)
	if err != nil {
		return nil, err
	}
	for _, did := range slices.Concat(ch.ends, ch.settled) {
		delete(all, did)
	}
	for _, did := range ch.joins {
		all[did] = convo.Member
	}
	return all, nil
}

// compare applies the roster rule, and gives the leaves that change.
func (c *commitTx) compare(r *removals, gone []string) ([]mls.LeafChange, error) {
	claim := mls.RosterChange{
		Signer: c.verified.signer, Committer: c.caller, Added: c.verified.packages, MayRemove: r.may, Gone: gone,
	}
	if c.joiner != nil {
		claim.Joiner = c.joiner.Joiner
	}
	changes, err := c.verified.base.CompareRoster(c.verified.next, claim)
	if r.denied != nil {
		return nil, r.denied
	}
	if err != nil {
		return nil, c.refuse(c.commitRequest, err)
	}
	return changes, nil
}

// gone are the DIDs that a commit is said to leave without leaf.
func (ch *change) gone() []string {
	back := convo.SetOf(ch.joins)
	out := slices.Clone(ch.ends)
	for _, did := range ch.settled {
		if !back[did] {
			out = append(out, did)
		}
	}
	return out
}

// settleLeavers ends the pending removal of who has no leaf any more, though
// the commit was not said to remove it.
func (c *commitTx) settleLeavers(ch *change, after memberSet) {
	left := make(map[string]bool)
	for _, m := range c.verified.members {
		left[m.DID] = true
	}
	for did, s := range after {
		if s == convo.PendingRemoval && !left[did] {
			ch.settled = append(ch.settled, did)
			delete(after, did)
		}
	}
	slices.Sort(ch.settled)
}

// memberSet says of each DID how it belongs to a conversation.
type memberSet map[string]convo.Membership

func readMembers(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID) (memberSet, error) {
	rows, err := q.Roster(ctx, convoID)
	if err != nil {
		return nil, fmt.Errorf("read roster: %w", err)
	}
	out := make(memberSet, len(rows))
	for _, r := range rows {
		if r.Active {
			out[r.Did] = convo.Member
		} else if out[r.Did] == convo.NonMember {
			out[r.Did] = convo.PendingRemoval
		}
	}
	return out, nil
}

// mismatch says where a tree and the members of the conversation differ, ""
// where they agree: every leaf belongs to a member or a pending leaver, and
// every member has one.
func (all memberSet) mismatch(leaves []mls.Member) string {
	has := make(map[string]bool, len(all))
	for _, l := range leaves {
		if all[l.DID] == convo.NonMember {
			return fmt.Sprintf("leaf[%d]: found a leaf of %s, who is not a member of the conversation", l.Index, l.DID)
		}
		has[l.DID] = true
	}
	var without []string
	for did, s := range all {
		if s == convo.Member && !has[did] {
			without = append(without, did)
		}
	}
	if len(without) == 0 {
		return ""
	}
	return fmt.Sprintf("found no leaf of %s, who is a member of the conversation and not said to be removed", slices.Min(without))
}

// removals decides which leaves a commit may take away.
type removals struct {
	*commitTx
	after memberSet
	// ends are DIDs whose removal the caller declares and may decide.
	ends map[string]bool
	// readded are devices that the commit adds anew; rejoins are added DIDs
	// that have asked for it.
	readded    map[convo.Device]bool
	rejoins    map[string]bool
	deleted    map[convo.Device]bool
	privileged bool
	denied     error
}

// load reads all that may matters for; may itself only looks.
func (r *removals) load(ctx context.Context, ch *change) error {
	r.ends = convo.SetOf(slices.Concat(ch.ends, ch.settled))
	for _, p := range ch.packages {
		r.readded[convo.Device{DID: p.Did, ID: p.DeviceID}] = true
	}
	if added := owners(ch.packages); len(added) > 0 {
		asked, err := r.q.RejoinRequested(ctx, r.convoID, added)
		if err != nil {
			return fmt.Errorf("read rejoin requests: %w", err)
		}
		r.rejoins = convo.SetOf(asked)
	}
	dids, ids := replacedLeaves(r.verified.base.Tree, r.verified.next.Tree)
	if len(dids) == 0 {
		return nil
	}
	var err error
	if r.deleted, err = convo.DeletedDevices(ctx, r.q, dids, ids); err != nil {
		return err
	}
	r.privileged, err = convo.MayRemove(ctx, r.q, r.convoID, r.caller)
	return err
}

// replacedLeaves lists the owners and devices of leaves that are no longer
// where they were.
func replacedLeaves(old, next *mls.RatchetTree) (dids, ids []string) {
	for i := range uint32(old.Width()) {
		was, is := old.Leaf(i), next.Leaf(i)
		if was == nil || is != nil && bytes.Equal(was.Raw, is.Raw) {
			continue
		}
		if id, err := was.Identity(); err == nil {
			dids, ids = append(dids, id.DID), append(ids, was.DeviceID())
		}
	}
	return dids, ids
}

// may is nil where the leaf may go: one's own, that of a pending leaver, of a
// deleted device, of a device that comes back by this commit, or of a member
// that the caller may remove.
func (r *removals) may(m mls.Member) error {
	d := convo.Device{DID: m.DID, ID: m.DeviceID}
	switch {
	case m.DID == r.caller:
		return nil
	case r.joiner != nil:
		return errors.New("an external commit removes nothing but the joiner's own old leaf")
	case r.ends[m.DID], r.after[m.DID] != convo.Member, r.deleted[d], r.readded[d], r.rejoins[m.DID], r.privileged:
		return nil
	}
	const why = "only the creator, or once the creator has left the longest-standing member, may remove other members' leaves"
	name := gen.ErrInvalidCommit
	if r.method == gen.MethodSendCommit || r.method == gen.MethodLeaveConvo {
		name = gen.ErrNotAllowed
	}
	r.denied = gen.Errorf(name, "%s: leaf[%d]: is removed; %s", r.commitField, m.Index, why)
	return errors.New(why)
}
