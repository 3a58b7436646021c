package group

import (
	"context"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// AddMembers adds members, or devices of members, by a commit and its Welcome.
func (s *Service) AddMembers(ctx context.Context, caller xrpc.Caller, in *gen.AddMembersInput) (*gen.AddMembersOutput, error) {
	out, err := s.commit(ctx, caller, &commitRequest{
		method: gen.MethodAddMembers, key: in.IdempotencyKey, content: in, conversation: in.ConvoID,
		commit: in.Commit, welcome: in.WelcomeMessage, groupInfo: in.GroupInfo, ratchetTree: in.RatchetTree,
		commitField: "commit", welcomeField: "welcomeMessage",
		added: in.DIDList,
	})
	return (*gen.AddMembersOutput)(out), err
}
