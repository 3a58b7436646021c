package convo

import (
	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
)

// Roles of a membership, and the other values that a rule of a policy has.
const (
	RoleAdmin  = "admin"
	RoleMember = "member"
	// ByMembers and ByAdmins: every member may do it, or admins alone.
	ByMembers = "members"
	ByAdmins  = "admins"
	// ByMembersUpTo50: members may add accounts as long as the conversation has
	// SmallGroup members at most afterwards.
	ByMembersUpTo50 = "membersUpTo50"
)

// SmallGroup is the number of members up to which the rule ByMembersUpTo50 lets
// every member add accounts.
const SmallGroup = 50

// Policy says which members may do what. Admins may do all of it.
type Policy struct {
	AddBy                                                       string
	AdminsRemove, AdminsChangeInfo, AdminsMakeLinks, AdminsSend bool
}

// PolicyOf returns the policy of a conversation whose row is locked.
func PolicyOf(c *db.LockConvoRow) Policy {
	return Policy{c.AddBy, c.AdminsRemove, c.AdminsChangeInfo, c.AdminsMakeLinks, c.AdminsSend}
}

// View returns the policy as clients get it.
func (p Policy) View() gen.ConvoPolicy {
	return gen.ConvoPolicy{
		AddMembers: p.AddBy, RemoveMembers: rule(p.AdminsRemove), ChangeInfo: rule(p.AdminsChangeInfo),
		MakeLinks: rule(p.AdminsMakeLinks), SendMessages: rule(p.AdminsSend),
	}
}

func rule(admins bool) string {
	if admins {
		return ByAdmins
	}
	return ByMembers
}

// MayAdd reports whether a member may make a commit after which the conversation
// has so many members, and which begins memberships.
func (p Policy) MayAdd(admin bool, members int64) bool {
	switch {
	case admin:
		return true
	case p.AddBy == ByMembersUpTo50:
		return members <= SmallGroup
	}
	return p.AddBy == ByMembers
}

// MayRemove reports whether a member may end the membership of another one, or
// remove one of its leaves. Admins are removed by admins alone.
func (p Policy) MayRemove(admin, targetIsAdmin bool) bool {
	return admin || !p.AdminsRemove && !targetIsAdmin
}

// Values of lockStatus.
const (
	lockOpen       = "unlocked"
	lockByAdmin    = "locked"
	lockByOperator = "locked-by-operator"
)

// LockStatus names the state of a conversation. The operator's lock hides that of
// the admins, since the conversation stays locked without theirs.
func LockStatus(byAdmin, byOperator bool) string {
	switch {
	case byOperator:
		return lockByOperator
	case byAdmin:
		return lockByAdmin
	}
	return lockOpen
}
