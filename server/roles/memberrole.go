package roles

import (
	"context"
	"fmt"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// UpdateMemberRole changes the role of a member. A repeated call succeeds, also that
// of an admin who gave up its own role.
func (s *Service) UpdateMemberRole(ctx context.Context, caller xrpc.Caller, in *gen.UpdateMemberRoleInput) (*gen.UpdateMemberRoleOutput, error) {
	if in.Role != convo.RoleAdmin && in.Role != convo.RoleMember {
		return nil, xrpc.Invalid("role", "want %s or %s", convo.RoleAdmin, convo.RoleMember)
	}
	err := s.change(ctx, caller, in.ConvoID, func(c *changeTx) error { return c.setRole(ctx, in.DID, in.Role) })
	if err != nil {
		return nil, err
	}
	return &gen.UpdateMemberRoleOutput{DID: in.DID, Role: in.Role}, nil
}

func (c *changeTx) setRole(ctx context.Context, did, role string) error {
	m, err := c.q.MembershipState(ctx, c.convoID, did)
	switch {
	case err != nil:
		return fmt.Errorf("read membership: %w", err)
	case m.Active && m.Admin == (role == convo.RoleAdmin):
		return nil
	}
	if err := c.requireAdmin("change roles"); err != nil {
		return err
	}
	if !m.Active {
		return gen.Errorf(gen.ErrTargetNotMember, "did: is not a member of the conversation")
	}
	if err := c.keepAnAdmin(ctx, did, role); err != nil {
		return err
	}
	if _, err := c.q.SetRole(ctx, role, c.convoID, did); err != nil {
		return fmt.Errorf("set role: %w", err)
	}
	if err := c.q.RaiseRosterVersion(ctx, c.convoID); err != nil {
		return fmt.Errorf("set role: %w", err)
	}
	var events convo.Events
	events.Add(eventlog.KindRole, "", convo.NoEdge, eventlog.Body{DID: did, Role: role, Actor: c.caller})
	return c.tell(ctx, &events)
}

// keepAnAdmin refuses to make the last admin an ordinary member: nobody could make
// another one.
func (c *changeTx) keepAnAdmin(ctx context.Context, did, role string) error {
	if role == convo.RoleAdmin {
		return nil
	}
	admins, err := c.q.Admins(ctx, c.convoID)
	if err != nil {
		return fmt.Errorf("read admins: %w", err)
	}
	if len(admins) == 1 && admins[0] == did {
		return gen.Errorf(gen.ErrNotAllowed, "did: is the last admin: make another member an admin first")
	}
	return nil
}
