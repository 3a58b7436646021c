package roles

import (
	"context"
	"fmt"
	"slices"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// UpdateConvoPolicy changes which members may do what.
func (s *Service) UpdateConvoPolicy(ctx context.Context, caller xrpc.Caller, in *gen.UpdateConvoPolicyInput) (*gen.ConvoPolicy, error) {
	if err := checkPolicy(in); err != nil {
		return nil, err
	}
	var out gen.ConvoPolicy
	err := s.change(ctx, caller, in.ConvoID, func(c *changeTx) error {
		was := convo.PolicyOf(&c.convo)
		is := changedPolicy(was, in)
		out = is.View()
		if is == was {
			return nil
		}
		if err := c.requireAdmin("change the policy"); err != nil {
			return err
		}
		return c.setPolicy(ctx, is)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// checkPolicy refuses rules that do not exist, and a call without any.
func checkPolicy(in *gen.UpdateConvoPolicyInput) error {
	named := false
	for _, r := range []struct {
		field  string
		rule   *string
		values []string
	}{
		{"addMembers", in.AddMembers, []string{convo.ByMembersUpTo50, convo.ByMembers, convo.ByAdmins}},
		{"removeMembers", in.RemoveMembers, []string{convo.ByMembers, convo.ByAdmins}},
		{"changeInfo", in.ChangeInfo, []string{convo.ByMembers, convo.ByAdmins}},
		{"makeLinks", in.MakeLinks, []string{convo.ByMembers, convo.ByAdmins}},
		{"sendMessages", in.SendMessages, []string{convo.ByMembers, convo.ByAdmins}},
	} {
		if r.rule == nil {
			continue
		}
		if named = true; !slices.Contains(r.values, *r.rule) {
			return xrpc.Invalid(r.field, "want one of %v", r.values)
		}
	}
	if !named {
		return xrpc.Invalid("addMembers", "missing, and every other rule too: one of them is needed")
	}
	return nil
}

// changedPolicy returns a policy with the rules that the input names.
func changedPolicy(p convo.Policy, in *gen.UpdateConvoPolicyInput) convo.Policy {
	if in.AddMembers != nil {
		p.AddBy = *in.AddMembers
	}
	set := func(admins *bool, rule *string) {
		if rule != nil {
			*admins = *rule == convo.ByAdmins
		}
	}
	set(&p.AdminsRemove, in.RemoveMembers)
	set(&p.AdminsChangeInfo, in.ChangeInfo)
	set(&p.AdminsMakeLinks, in.MakeLinks)
	set(&p.AdminsSend, in.SendMessages)
	return p
}

func (c *changeTx) setPolicy(ctx context.Context, p convo.Policy) error {
	if err := c.q.SetPolicy(ctx, db.SetPolicyParams{
		ConvoID: c.convoID, AddBy: p.AddBy, AdminsRemove: p.AdminsRemove, AdminsChangeInfo: p.AdminsChangeInfo,
		AdminsMakeLinks: p.AdminsMakeLinks, AdminsSend: p.AdminsSend,
	}); err != nil {
		return fmt.Errorf("set policy: %w", err)
	}
	view := p.View()
	var events convo.Events
	events.Add(eventlog.KindPolicy, "", convo.NoEdge, eventlog.Body{Policy: &view, Actor: c.caller})
	return c.tell(ctx, &events)
}
