package server

import (
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// Strangers cannot tell a conversation that is not theirs from one that does
// not exist; former members hear that they are no members now.
func TestCommitStrangers(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, mallory := commitClient("alice"), commitClient("bob"), commitClient("mallory")
	g := commitGroup(t, s, alice, bob, commitClient("carol"))
	leaveNow(t, s, g, bob)
	// The stranger has the group's objects, and a group of its own by the same
	// members that is stored nowhere.
	nowhere := mlstest.NewGroupWith(alice, mlstest.Random(16), bob).Next
	kp := commitPackage(t, s, mallory)
	// Past, present and coming epochs: none of them shows.
	group := func(g *mlstest.Group) []*mlstest.Group {
		next := g.Commit(alice, mlstest.Plan{}).Next
		return []*mlstest.Group{g, next}
	}
	calls := map[string]func(g *mlstest.Group, as xrpc.Caller) error{
		"addMembers": func(g *mlstest.Group, as xrpc.Caller) error {
			return second(s.AddMembers(t.Context(), as, addInput(g, g.Commit(alice, mlstest.Plan{Add: []*mls.KeyPackage{kp}}), mallory)))
		},
		"leaveConvo": func(g *mlstest.Group, as xrpc.Caller) error {
			return second(s.LeaveConvo(t.Context(), as, &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g)}))
		},
		"leaveConvo with proposal": func(g *mlstest.Group, as xrpc.Caller) error {
			return second(s.LeaveConvo(t.Context(), as, &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g), Proposal: g.ProposeUpdate(alice, true).Message}))
		},
		"leaveConvo of another": func(g *mlstest.Group, as xrpc.Caller) error {
			in := removal(g, alice, bob.DID)
			in.TargetDID = &alice.DID
			return second(s.LeaveConvo(t.Context(), as, in))
		},
		"sendCommit": func(g *mlstest.Group, as xrpc.Caller) error {
			return second(s.SendCommit(t.Context(), as, commitInput(g, g.Commit(alice, mlstest.Plan{}))))
		},
		"sendProposal": func(g *mlstest.Group, as xrpc.Caller) error {
			return second(s.SendProposal(t.Context(), as, &gen.SendProposalInput{ConvoID: servertest.IDOf(g), Proposal: g.ProposeUpdate(alice, true).Message}))
		},
		"joinConvo": func(g *mlstest.Group, as xrpc.Caller) error {
			return second(s.JoinConvo(t.Context(), as, joinInput(g, g.ExternalCommit(mlstest.NewClient(as.DID)))))
		},
		"getGroupInfo": func(g *mlstest.Group, as xrpc.Caller) error {
			return second(s.GetGroupInfo(t.Context(), as, &gen.GetGroupInfoParams{ConvoID: servertest.IDOf(g)}))
		},
		"updateGroupInfo": func(g *mlstest.Group, as xrpc.Caller) error {
			return second(s.UpdateGroupInfo(t.Context(), as, &gen.UpdateGroupInfoInput{ConvoID: servertest.IDOf(g), GroupInfo: g.SignGroupInfo(alice, true)}))
		},
		"requestRejoin": func(g *mlstest.Group, as xrpc.Caller) error {
			return second(s.RequestRejoin(t.Context(), as, &gen.RequestRejoinInput{ConvoID: servertest.IDOf(g), Reason: new("commit-failed"), Epoch: new(int64(0))}))
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			unchanged(t, s, servertest.IDOf(g), func() {
				unknown := call(nowhere, by(mallory))
				servertest.WantError(t, unknown, gen.ErrConvoNotFound)
				for _, g := range group(g) {
					servertest.WantSameError(t, unknown, call(g, by(mallory)))
					servertest.WantError(t, call(g, by(bob)), gen.ErrNotMember)
				}
			})
		})
	}
}
