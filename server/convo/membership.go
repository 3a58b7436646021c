package convo

import (
	"context"
	"fmt"

	"catbird.blue/mls/db"
	"catbird.blue/mls/xrpc"
)

// RequireMember returns nil for a member that has accepted the conversation, NotAccepted
// for one that has not, NotMember for a former member and NotFound for a non-member.
func RequireMember(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, did string) error {
	_, err := MemberRole(ctx, q, convoID, did)
	return err
}

// RequireReader is RequireMember, and returns nil for a member that has not accepted
// too.
func RequireReader(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, did string) error {
	m, err := q.MembershipState(ctx, convoID, did)
	switch {
	case err != nil:
		return fmt.Errorf("read membership: %w", err)
	case m.Active, m.Request:
		return nil
	case m.Ever:
		return NotMember()
	}
	return NotFound()
}

// MemberRole is RequireMember, and reports whether the member is an admin.
func MemberRole(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, did string) (admin bool, err error) {
	m, err := q.MembershipState(ctx, convoID, did)
	switch {
	case err != nil:
		return false, fmt.Errorf("read membership: %w", err)
	case m.Active:
		return m.Admin, nil
	case m.Request:
		return false, NotAccepted()
	case m.Ever:
		return false, NotMember()
	}
	return false, NotFound()
}

// IsAdmin reports whether an account is a member and an admin.
func IsAdmin(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, did string) (bool, error) {
	m, err := q.MembershipState(ctx, convoID, did)
	if err != nil {
		return false, fmt.Errorf("read membership: %w", err)
	}
	return m.Admin, nil
}

// Membership is the membership state of an account in a conversation.
type Membership int

const (
	// NonMember is an account without a membership and without a leaf.
	NonMember Membership = iota
	// PendingRemoval is a former member whose leaf no commit has removed yet.
	PendingRemoval
	// Member is an account with a membership that has not ended.
	Member
)

// Memberships reads the membership states of dids. Non-members have no entry.
func Memberships(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, dids []string) (map[string]Membership, error) {
	rows, err := q.MembershipStates(ctx, convoID, dids)
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	out := make(map[string]Membership, len(rows))
	for _, r := range rows {
		if r.Active {
			out[r.Did] = Member
		} else if out[r.Did] == NonMember {
			out[r.Did] = PendingRemoval
		}
	}
	return out, nil
}

// Device identifies a device by its account and by the id of its leaf signature
// key.
type Device struct{ DID, ID string }

// DeletedDevices reads which devices of the accounts dids, with one of ids, are
// deleted.
func DeletedDevices(ctx context.Context, q *db.Queries, dids, ids []string) (map[Device]bool, error) {
	rows, err := q.DeletedDevices(ctx, Unique(dids), Unique(ids))
	if err != nil {
		return nil, fmt.Errorf("read deleted devices: %w", err)
	}
	out := make(map[Device]bool, len(rows))
	for _, d := range rows {
		out[Device{d.Did, d.DeviceID}] = true
	}
	return out, nil
}

// Unique returns s without repetitions. Each value keeps its first place.
func Unique(s []string) []string {
	out := make([]string, 0, len(s))
	seen := make(map[string]bool, len(s))
	for _, v := range s {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// SetOf returns the values of s as a set.
func SetOf(s []string) map[string]bool {
	out := make(map[string]bool, len(s))
	for _, v := range s {
		out[v] = true
	}
	return out
}
