package server

import (
	"context"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// JoinConvo lets a member join by an external commit: a device that is new, or
// one that has lost its state.
func (s *groupService) JoinConvo(ctx context.Context, caller xrpc.Caller, in *gen.JoinConvoInput) (*gen.JoinConvoOutput, error) {
	convoID, err := parseConvoID("convoId", in.ConvoID)
	if err != nil {
		return nil, err
	}
	content := *in
	content.ConvoID = convoID
	out, err := s.commit(ctx, caller, &commitRequest{
		method: gen.MethodJoinConvo, key: in.IdempotencyKey, content: &content, conversation: convoID,
		commit: in.ExternalCommit, groupInfo: in.GroupInfo, ratchetTree: in.RatchetTree,
		commitField: "externalCommit", external: true,
	})
	return (*gen.JoinConvoOutput)(out), err
}
