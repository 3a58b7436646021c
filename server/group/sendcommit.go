package group

import (
	"context"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// SendCommit sends any commit: what addMembers and leaveConvo do, and updates,
// additions and removals together.
func (s *Service) SendCommit(ctx context.Context, caller xrpc.Caller, in *gen.SendCommitInput) (*gen.SendCommitOutput, error) {
	return s.commit(ctx, caller, &commitRequest{
		method: gen.MethodSendCommit, key: in.IdempotencyKey, content: in, conversation: in.ConvoID,
		commit: in.Commit, welcome: in.Welcome, groupInfo: in.GroupInfo, ratchetTree: in.RatchetTree,
		commitField: "commit", welcomeField: "welcome", removedField: "removedDids",
		added: in.AddedDIDs, removed: in.RemovedDIDs,
	})
}
