package server

import (
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
)

// No commit is taken, by whatever method and however it is framed, without the
// GroupInfo of the epoch it leads to; the refusal says what to send.
func TestEveryCommitNeedsGroupInfo(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob).With(carol)
	for _, public := range []bool{false, true} {
		adds := g.Commit(alice, mlstest.Plan{Add: commitPackages(t, s, carol), Public: public})
		removes := g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{bob.DID}, Public: public})
		updates := g.Commit(alice, mlstest.Plan{Public: public})
		for name, send := range map[string]func(info, tree []byte) error{
			"addMembers": func(info, tree []byte) error {
				in := addInput(g, adds, carol)
				in.GroupInfo, in.RatchetTree = info, tree
				return second(s.AddMembers(t.Context(), by(alice), in))
			},
			"leaveConvo": func(info, tree []byte) error {
				return second(s.LeaveConvo(t.Context(), by(alice), &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g), TargetDID: &bob.DID, Commit: removes.Message,
					GroupInfo: info, RatchetTree: tree}))
			},
			"sendCommit": func(info, tree []byte) error {
				in := commitInput(g, updates)
				in.GroupInfo, in.RatchetTree = info, tree
				return second(s.SendCommit(t.Context(), by(alice), in))
			},
		} {
			t.Run(name, func(t *testing.T) {
				made := map[string]*mlstest.Commit{"addMembers": adds, "leaveConvo": removes, "sendCommit": updates}[name]
				unchanged(t, s, servertest.IDOf(g), func() {
					for _, tree := range [][]byte{nil, made.RatchetTree} {
						wantRefused(t, send(nil, tree), gen.ErrInvalidGroupInfo, "missing; every commit comes with the GroupInfo of the epoch it leads to")
					}
					wantRefused(t, send(g.SignGroupInfo(alice, true), nil), gen.ErrInvalidGroupInfo, "is of epoch 1, want 2")
					if !public {
						wantRefused(t, send(made.GroupInfoNoTree, nil), gen.ErrInvalidGroupInfo, "no ratchet_tree, and none came beside it")
					}
				})
			})
		}
	}
}

// leaveConvo takes the tree beside the GroupInfo too.
func TestLeaveConvoTreeBeside(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	c := g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{bob.DID}})
	out, err := s.LeaveConvo(t.Context(), by(alice), &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g), TargetDID: &bob.DID, Commit: c.Message,
		GroupInfo: c.GroupInfoNoTree, RatchetTree: c.RatchetTree})
	accepted(t, (*gen.SendCommitOutput)(out), err)
	sameRoster(t, s, c.Next)
}

// A member and a second account of its own cannot replace the roster: there is no
// commit after which the service knows less than before.
func TestRosterStaysVerified(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, mallory, puppet := commitClient("alice"), commitClient("bob"), commitClient("mallory"), commitClient("puppet")
	g := commitGroup(t, s, alice, bob, mallory).With(puppet)
	// A commit that nobody outside can read adds the puppet, and states nothing.
	c := g.Commit(mallory, mlstest.Plan{Add: commitPackages(t, s, puppet)})
	in := addInput(g, c, puppet)
	in.GroupInfo = nil
	unchanged(t, s, servertest.IDOf(g), func() {
		_, err := s.AddMembers(t.Context(), by(mallory), in)
		servertest.WantError(t, err, gen.ErrInvalidGroupInfo)
	})
	out, err := s.AddMembers(t.Context(), by(mallory), addInput(g, c, puppet))
	accepted(t, (*gen.SendCommitOutput)(out), err)
	g = c.Next
	// A tree of another group with the same id, in which every leaf has a key of
	// mallory's: by a commit, and as the GroupInfo of the epoch.
	forged := mlstest.NewGroupWith(mallory, g.Context.GroupID, commitClient("alice"), commitClient("bob"), puppet).Next
	for forged.Epoch() < g.Epoch() {
		forged = forged.Commit(mallory, mlstest.Plan{}).Next
	}
	for _, who := range []*mlstest.Client{mallory, puppet} {
		unchanged(t, s, servertest.IDOf(g), func() {
			_, err := s.UpdateGroupInfo(t.Context(), by(who), &gen.UpdateGroupInfoInput{ConvoID: servertest.IDOf(g), GroupInfo: forged.SignGroupInfo(who, true)})
			wantRefused(t, err, gen.ErrInvalidGroupInfo, "tree_hash")
			fc := forged.Commit(who, mlstest.Plan{})
			_, err = s.SendCommit(t.Context(), by(who), commitInput(g, fc))
			servertest.WantError(t, err, gen.ErrInvalidGroupInfo)
			fc = forged.Commit(who, mlstest.Plan{Public: true})
			_, err = s.SendCommit(t.Context(), by(who), commitInput(g, fc))
			servertest.WantError(t, err, gen.ErrInvalidCommit)
		})
	}
	sameRoster(t, s, advance(t, s, g, alice, 1))
}

// The first commit of a group whose clients start the transcript with an empty
// interim hash: its GroupInfo tells, and what follows is held against that.
func TestRosterFollowsEitherTranscript(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice := commitClient("alice")
	for name, empty := range map[string]bool{"§11": false, "§8.2": true} {
		for _, public := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				g := commitGroup(t, s, alice)
				if empty {
					g.Interim = nil
				}
				for range 2 {
					c := g.Commit(alice, mlstest.Plan{Public: public})
					in := commitInput(g, c)
					if public {
						in.GroupInfo = c.GroupInfoNoTree
					}
					out, err := s.SendCommit(t.Context(), by(alice), in)
					accepted(t, out, err)
					g, public = c.Next, true
					sameRoster(t, s, g)
				}
			})
		}
	}
}

// A Welcome names no package of a member that the same commit removes for good.
func TestWelcomeForRemovedMember(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	phone := commitClient("bob")
	g := commitGroup(t, s, alice, bob).With(phone)
	kp := commitPackage(t, s, phone)
	c := g.Commit(alice, mlstest.Plan{Add: []*mls.KeyPackage{kp}, Remove: g.LeavesOf(bob.DID)})
	in := commitInput(g, c)
	in.RemovedDIDs = []string{bob.DID}
	unchanged(t, s, servertest.IDOf(g), func() {
		_, err := s.SendCommit(t.Context(), by(alice), in)
		servertest.WantError(t, err, gen.ErrKeyPackageNotFound)
	})
	if spent(t, s, kp) {
		t.Error("the package is spent")
	}
}

// A GroupInfo that is given in place of another says what is known.
func TestRosterUpdateAgrees(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	other := commitGroup(t, s, alice, bob)
	for name, c := range map[string]struct {
		info []byte
		tree []byte
		why  string
	}{
		"another transcript":         {g.SignGroupInfo(alice, true, func(gi *mls.GroupInfo) { gi.Context.ConfirmedTranscriptHash = mlstest.Random(32) }), nil, "confirmed_transcript_hash"},
		"another tag":                {g.SignGroupInfo(alice, true, func(gi *mls.GroupInfo) { gi.ConfirmationTag = mlstest.Random(32) }), nil, "confirmation_tag"},
		"another tree":               {g.SignGroupInfo(alice, false), other.Tree.Bytes(), "tree_hash"},
		"another member's signature": {g.SignGroupInfo(alice, false, func(gi *mls.GroupInfo) { gi.Signer = 1 }), nil, "signature"},
	} {
		t.Run(name, func(t *testing.T) {
			unchanged(t, s, servertest.IDOf(g), func() {
				_, err := s.UpdateGroupInfo(t.Context(), by(alice), &gen.UpdateGroupInfoInput{ConvoID: servertest.IDOf(g), GroupInfo: c.info, RatchetTree: c.tree})
				wantRefused(t, err, gen.ErrInvalidGroupInfo, c.why)
			})
		})
	}
	sameRoster(t, s, g)
}
