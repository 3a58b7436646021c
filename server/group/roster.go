package group

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"catbird.blue/mls/db"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/xrpc"
)

// rosterCheck compares the tree that a commit leads to with the roster: the old
// members without those that the commit removes, with those that it adds, leaf by
// leaf.
type rosterCheck struct {
	handshake *handshakeTx
	req       *commitRequest
	parsed    *parsedCommit
	verified  *verifiedCommit
	// change gets the leaves that change, and more settled DIDs.
	change *change

	// after are the members once the commit is accepted.
	after memberSet
	// removed are the DIDs that the caller declares as removed and may remove.
	removed map[string]bool
	// readded are devices that the commit adds again, rejoins added DIDs that have
	// asked to be added again, and deleted devices that their accounts have
	// deleted.
	readded map[convo.Device]bool
	rejoins map[string]bool
	deleted map[convo.Device]bool
	// admins are the admins of the conversation, whom only admins remove.
	admins map[string]bool
	// denied is the error of a leaf that the caller may not remove.
	denied error
}

// check fills in change, and refuses a tree that does not match the roster.
func (r *rosterCheck) check(ctx context.Context) error {
	if err := r.loadMembersAfter(ctx); err != nil {
		return err
	}
	if err := r.loadReasons(ctx); err != nil {
		return err
	}
	if err := r.compareLeaves(); err != nil {
		return err
	}
	r.settleRemovals()
	if why := r.after.mismatch(r.verified.members); why != "" {
		return r.parsed.refuse(r.req, errors.New(why))
	}
	return nil
}

// loadMembersAfter reads the members and pending removals that the conversation
// has once the commit is accepted.
func (r *rosterCheck) loadMembersAfter(ctx context.Context) (err error) {
	r.after, err = readMembers(ctx, r.handshake.q, r.handshake.convoID)
	if err != nil {
		return err
	}
	if err := r.handshake.reveal(r.after, r.verified.base.Tree); err != nil {
		return err
	}
	for _, did := range slices.Concat(r.change.ends, r.change.settled) {
		delete(r.after, did)
		for real, pseudonym := range r.handshake.erased.found {
			if did == pseudonym {
				delete(r.after, real)
			}
		}
	}
	for _, did := range r.change.joins {
		r.after[did] = convo.Member
	}
	return nil
}

// loadReasons reads all that mayRemove decides by.
func (r *rosterCheck) loadReasons(ctx context.Context) error {
	h := r.handshake
	r.removed = convo.SetOf(slices.Concat(r.change.ends, r.change.settled))
	r.readded = make(map[convo.Device]bool)
	for _, p := range r.change.packages {
		r.readded[convo.Device{DID: p.Did, ID: p.DeviceID}] = true
	}
	if added := owners(r.change.packages); len(added) > 0 {
		asked, err := h.q.RejoinRequested(ctx, h.convoID, added)
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
	if r.deleted, err = convo.DeletedDevices(ctx, h.q, dids, ids); err != nil {
		return err
	}
	r.admins, err = h.admins(ctx)
	return err
}

// compareLeaves compares the two trees and finds the leaves that change.
func (r *rosterCheck) compareLeaves() (err error) {
	claim := mls.RosterChange{
		Signer: r.verified.signer, Committer: r.handshake.caller, Added: r.verified.packages,
		MayRemove: r.mayRemove, Gone: r.change.withoutLeaf(),
	}
	if r.parsed.external != nil {
		claim.Joiner = r.parsed.external.Joiner
	}
	r.change.leaves, err = r.verified.base.CompareRoster(r.verified.next, claim)
	if r.denied != nil {
		return r.denied
	}
	if err != nil {
		return r.parsed.refuse(r.req, err)
	}
	return nil
}

// mayRemove returns nil if the commit may remove the leaf of m: a leaf of the
// caller, of a pending removal, of a deleted device, of a device that the commit
// adds again, or of a member that the caller may remove.
func (r *rosterCheck) mayRemove(m mls.Member) error {
	d := convo.Device{DID: m.DID, ID: m.DeviceID}
	switch {
	case m.DID == r.handshake.caller:
		return nil
	case r.parsed.external != nil:
		return errors.New("an external commit removes nothing but the joiner's own old leaf")
	case r.removed[m.DID], r.after[m.DID] != convo.Member, r.deleted[d], r.readded[d], r.rejoins[m.DID],
		r.handshake.policy().MayRemove(r.handshake.admin, r.admins[m.DID]):
		return nil
	}
	r.denied = convo.AdminsOnly(fmt.Sprintf("%s: leaf[%d]: is removed", r.req.commitField, m.Index))
	return r.denied
}

// settleRemovals settles the pending removals of accounts that have no leaf any
// more, though the request did not declare them as removed.
func (r *rosterCheck) settleRemovals() {
	hasLeaf := make(map[string]bool)
	for _, m := range r.verified.members {
		hasLeaf[m.DID] = true
	}
	for did, membership := range r.after {
		if membership == convo.PendingRemoval && !hasLeaf[did] {
			r.change.settled = append(r.change.settled, did)
			delete(r.after, did)
		}
	}
	slices.Sort(r.change.settled)
}

// replacedLeaves returns the DIDs and devices of the leaves of old that next does
// not have at the same index.
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

// memberSet has the membership state of every DID that is a member of a
// conversation or has a pending removal.
type memberSet map[string]convo.Membership

// readMembers reads the members and pending removals of a conversation.
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

// mismatch says where the leaves of a tree and the members differ, and returns ""
// where they agree: every leaf belongs to a member or a pending removal, and
// every member has a leaf.
func (all memberSet) mismatch(leaves []mls.Member) string {
	hasLeaf := make(map[string]bool, len(all))
	for _, l := range leaves {
		if all[l.DID] == convo.NonMember {
			return fmt.Sprintf("leaf[%d]: found a leaf of %s, who is not a member of the conversation", l.Index, l.DID)
		}
		hasLeaf[l.DID] = true
	}
	var without []string
	for did, membership := range all {
		if membership == convo.Member && !hasLeaf[did] {
			without = append(without, did)
		}
	}
	if len(without) == 0 {
		return ""
	}
	return fmt.Sprintf("found no leaf of %s, who is a member of the conversation and not said to be removed", slices.Min(without))
}
