package group

import (
	"context"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// JoinConvo lets a member join by an external commit: a device that is new, or
// one that has lost its state.
func (s *Service) JoinConvo(ctx context.Context, caller xrpc.Caller, in *gen.JoinConvoInput) (*gen.JoinConvoOutput, error) {
	out, err := s.commit(ctx, caller, &commitRequest{
		method: gen.MethodJoinConvo, key: in.IdempotencyKey, content: in, conversation: in.ConvoID,
		commit: in.ExternalCommit, groupInfo: in.GroupInfo, ratchetTree: in.RatchetTree,
		commitField: "externalCommit", external: true,
	})
	return (*gen.JoinConvoOutput)(out), err
}
