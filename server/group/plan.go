package group

import (
	"context"
	"fmt"
	"slices"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/consent"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/keypackages"
	"catbird.blue/mls/server/limit"
)

// change is what a commit changes in a conversation's members and leaves.
type change struct {
	// joins and ends are the DIDs whose memberships begin and end, and consents the
	// consent of joins, in the same order.
	joins, ends, consents []string
	// settled are the DIDs whose pending removal ends: their leaves are removed, or
	// they rejoin with new leaves.
	settled []string
	// packages are the key packages that the Welcome names.
	packages []db.LockPackagesRow
	// leaves are the differences between the old tree and the new one.
	leaves []mls.LeafChange
}

// requests returns the DIDs that join as requests.
func (ch *change) requests() []string {
	var out []string
	for i, did := range ch.joins {
		if ch.consents[i] != consent.Accepted {
			out = append(out, did)
		}
	}
	return out
}

// withoutLeaf returns the DIDs that must have no leaf in the new tree.
func (ch *change) withoutLeaf() []string {
	rejoins := convo.SetOf(ch.joins)
	out := slices.Clone(ch.ends)
	for _, did := range ch.settled {
		if !rejoins[did] {
			out = append(out, did)
		}
	}
	return out
}

// planner makes all checks of a commit that depend on the conversation's state,
// which is locked, and determines what the commit changes.
type planner struct {
	handshake *handshakeTx
	req       *commitRequest
	parsed    *parsedCommit
	verified  *verifiedCommit
	claims    *keypackages.Claims

	// added and removed are those of the request, each DID once, and memberships
	// are their membership states.
	added, removed []string
	memberships    map[string]convo.Membership
	change         change
}

// plan makes the checks in this order: removals, additions, Welcome, roster. The
// first one that fails gives the error.
func (p *planner) plan(ctx context.Context) (_ *change, err error) {
	h := p.handshake
	r := &rosterCheck{handshake: h, req: p.req, parsed: p.parsed, verified: p.verified, change: &p.change}
	if p.req.link != nil {
		if err := p.planLinkJoin(ctx); err != nil {
			return nil, err
		}
		return &p.change, r.check(ctx)
	}
	p.added, p.removed = convo.Unique(p.req.added), convo.Unique(p.req.removed)
	p.memberships, err = h.memberships(ctx, slices.Concat(p.added, p.removed))
	if err != nil {
		return nil, err
	}
	if err := p.planRemovals(ctx); err != nil {
		return nil, err
	}
	if err := p.planAdditions(ctx); err != nil {
		return nil, err
	}
	var answers *consent.Answers
	if p.parsed.welcome != nil || len(p.added) > 0 {
		if answers, err = p.verified.question.Answer(ctx, h.q, h.convoID); err != nil {
			return nil, err
		}
	}
	for _, did := range p.change.joins {
		p.change.consents = append(p.change.consents, answers.Consent(did))
	}
	w := &welcomeCheck{
		q: h.q, claims: p.claims, answers: answers, convoID: h.convoID, caller: h.caller, now: h.now, suite: h.suite(),
		field: p.req.welcomeField, welcome: p.parsed.welcome,
		added: p.added, addedField: p.req.addedField, removed: p.removed, memberships: p.memberships,
	}
	if p.change.packages, err = w.check(ctx); err != nil {
		return nil, err
	}
	return &p.change, r.check(ctx)
}

// planRemovals sorts the removed DIDs into memberships that end and pending
// removals that are settled, and requires that the caller may end memberships. A
// member that is removed and added by one commit stays a member: its devices are
// replaced.
func (p *planner) planRemovals(ctx context.Context) error {
	isAdded := convo.SetOf(p.added)
	for i, did := range p.removed {
		switch {
		case did == p.handshake.caller:
			return gen.Errorf(gen.ErrInvalidCommit, "%s: nobody can commit its own removal (RFC 9420 §12.2); leave by leaveConvo, with a proposal for the others to commit",
				p.req.removedName(i))
		case p.memberships[did] == convo.NonMember:
			return gen.Errorf(gen.ErrInvalidCommit, "%s: is not a member and has no leaf that awaits removal", p.req.removedName(i))
		case isAdded[did]:
			// planAdditions settles the pending removal of an account that rejoins.
		case p.memberships[did] == convo.PendingRemoval:
			p.change.settled = append(p.change.settled, did)
		default:
			p.change.ends = append(p.change.ends, did)
		}
	}
	return p.checkRemovals(ctx)
}

// checkRemovals requires that the caller may end the memberships that the commit
// ends.
func (p *planner) checkRemovals(ctx context.Context) error {
	if len(p.change.ends) == 0 || p.handshake.admin {
		return nil
	}
	admins, err := p.handshake.admins(ctx)
	if err != nil {
		return err
	}
	for _, did := range p.change.ends {
		if !p.handshake.policy().MayRemove(false, admins[did]) {
			return convo.AdminsOnly("remove " + did)
		}
	}
	return nil
}

// planAdditions finds the memberships that begin.
func (p *planner) planAdditions(ctx context.Context) error {
	for _, did := range p.added {
		if p.memberships[did] != convo.Member {
			p.change.joins = append(p.change.joins, did)
		}
		if p.memberships[did] == convo.PendingRemoval {
			p.change.settled = append(p.change.settled, did)
		}
	}
	if len(p.change.joins) == 0 {
		return nil
	}
	if err := p.checkRejoins(ctx); err != nil {
		return err
	}
	return p.checkMemberCount(ctx)
}

// checkRejoins refuses to add an account that another member has removed or
// suspended, unless the caller is an admin.
func (p *planner) checkRejoins(ctx context.Context) error {
	if p.handshake.admin {
		return nil
	}
	ended, err := p.handshake.q.EndedByOthers(ctx, p.change.joins, p.handshake.convoID)
	if err != nil {
		return fmt.Errorf("read how memberships ended: %w", err)
	}
	if len(ended) == 0 {
		return nil
	}
	return gen.Errorf(gen.ErrNotAllowed, "%s was removed or suspended by another member: only admins may add it again", ended[0])
}

// checkMemberCount bounds the number of members of the conversation, and requires
// that the caller may add accounts until there are so many.
func (p *planner) checkMemberCount(ctx context.Context) error {
	n, err := p.handshake.q.CountMembers(ctx, p.handshake.convoID)
	if err != nil {
		return fmt.Errorf("count members: %w", err)
	}
	if n += int64(len(p.change.joins) - len(p.change.ends)); n > limit.MaxMembers {
		return tooManyMembers(n)
	}
	if policy := p.handshake.policy(); !policy.MayAdd(p.handshake.admin, n) {
		return convo.AdminsOnly(fmt.Sprintf("add members, so that there are %d (the policy says %s)", n, policy.AddBy))
	}
	return nil
}

func tooManyMembers(n int64) error {
	return gen.Errorf(gen.ErrTooManyMembers, "the conversation would have %d members; this service allows %d", n, limit.MaxMembers)
}
