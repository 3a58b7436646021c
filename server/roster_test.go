package server

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
)

// rosterDiffers returns where the stored state of a verified group differs from the
// group, or "".
func rosterDiffers(t testing.TB, s *Server, g *mlstest.Group) string {
	t.Helper()
	if e := epochOf(t, s, servertest.IDOf(g)); e != int64(g.Epoch()) {
		return fmt.Sprintf("epoch is %d, want %d", e, g.Epoch())
	}
	member := dbtest.Value[string](t, s.Pool, `SELECT did FROM memberships 
		WHERE convo_id = $1 AND left_seq IS NULL AND consent = 'accepted' ORDER BY joined_seq, did LIMIT 1`, servertest.IDOf(g))
	out, err := s.GetGroupInfo(t.Context(), servertest.As(member), &gen.GetGroupInfoParams{ConvoID: servertest.IDOf(g)})
	if err != nil {
		return err.Error()
	}
	stored, err := groupOf(out.GroupInfo, out.RatchetTree)
	if err != nil {
		return err.Error()
	}
	if out.Epoch != int64(g.Epoch()) || !bytes.Equal(stored.Tree.Bytes(), g.Tree.Bytes()) || !bytes.Equal(stored.Context.Bytes(), g.Context.Bytes()) || !bytes.Equal(stored.Interim, g.Interim) {
		return "the stored group is another one"
	}
	members, err := g.Tree.Members()
	if err != nil {
		return err.Error()
	}
	var want []string
	for _, m := range members {
		want = append(want, fmt.Sprintf("%d %s %s %x %x", m.Index, m.DID, m.DeviceID, m.Leaf.SignatureKey, m.Leaf.Credential.Bytes()))
	}
	got := dbtest.Value[[]string](t, s.Pool, `SELECT array_agg(format('%s %s %s %s %s', leaf_index, did, device_id, encode(signature_key, 'hex'), encode(credential, 'hex'))
		ORDER BY leaf_index) FROM leaves WHERE convo_id = $1`, servertest.IDOf(g))
	if a, b := strings.Join(got, "\n"), strings.Join(want, "\n"); a != b {
		return "leaves are\n" + a + "\nwant\n" + b
	}
	return ""
}

// sameRoster fails the test unless the stored roster is the group's.
func sameRoster(t testing.TB, s *Server, g *mlstest.Group) {
	t.Helper()
	if why := rosterDiffers(t, s, g); why != "" {
		t.Fatal(why)
	}
}

// wantRefused fails the test unless err is the named error and its message has the
// reason.
func wantRefused(t testing.TB, err error, name, why string) {
	t.Helper()
	if e := servertest.WantError(t, err, name); !strings.Contains(e.Message, why) {
		t.Errorf("message is %q, want %q in it", e.Message, why)
	}
}

// Every form of group info and tree leads to the same roster.
func TestRosterEvidence(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol", mlstest.Device("phone"))
	for name, form := range map[string]func(c *mlstest.Commit, in *gen.SendCommitInput) (public bool){
		"private, tree inside": func(c *mlstest.Commit, in *gen.SendCommitInput) bool { in.GroupInfo = c.GroupInfo; return false },
		"private, tree beside": func(c *mlstest.Commit, in *gen.SendCommitInput) bool {
			in.GroupInfo, in.RatchetTree = mlstest.Bare(c.GroupInfoNoTree), c.RatchetTree
			return false
		},
		"private, tree in both": func(c *mlstest.Commit, in *gen.SendCommitInput) bool {
			in.GroupInfo, in.RatchetTree = c.GroupInfo, c.RatchetTree
			return false
		},
		"public, tree inside": func(c *mlstest.Commit, in *gen.SendCommitInput) bool { in.GroupInfo = c.GroupInfo; return true },
		"public, tree beside": func(c *mlstest.Commit, in *gen.SendCommitInput) bool {
			in.GroupInfo, in.RatchetTree = c.GroupInfoNoTree, c.RatchetTree
			return true
		},
		"public, no tree": func(c *mlstest.Commit, in *gen.SendCommitInput) bool { in.GroupInfo = c.GroupInfoNoTree; return true },
	} {
		t.Run(name, func(t *testing.T) {
			g := commitGroup(t, s, alice, bob).With(carol)
			sameRoster(t, s, g)
			public := form(&mlstest.Commit{GroupInfoNoTree: make([]byte, 4)}, &gen.SendCommitInput{})
			for _, plan := range []mlstest.Plan{
				{Add: commitPackages(t, s, carol)}, {}, {RemoveDIDs: []string{bob.DID}},
			} {
				plan.Public = public
				c := g.Commit(alice, plan)
				in := &gen.SendCommitInput{ConvoID: servertest.IDOf(g), Commit: c.Message, Welcome: c.Welcome, RemovedDIDs: plan.RemoveDIDs}
				if plan.Add != nil {
					in.AddedDIDs = []string{carol.DID}
				}
				form(c, in)
				out, err := s.SendCommit(t.Context(), by(alice), in)
				accepted(t, out, err)
				g = c.Next
				sameRoster(t, s, g)
			}
			view := viewOf(t, s, alice, servertest.IDOf(g))
			if len(view.Members) != 2 {
				t.Fatalf("view is %s", asJSON(t, view))
			}
			for _, m := range view.Members {
				if m.DID == carol.DID && (*m.LeafIndex != 2 || !strings.HasSuffix(string(m.Credential), carol.DID+"#phone") || *m.Devices[0].LeafIndex != 2) {
					t.Errorf("carol is %s", asJSON(t, m))
				}
			}
		})
	}
}

// A GroupInfo without a tree is served with the stored tree.
func TestRosterGivesTree(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	c := g.Commit(alice, mlstest.Plan{Public: true})
	for _, step := range []struct {
		name string
		give func() error
	}{
		{"with the commit", func() error {
			return second(s.SendCommit(t.Context(), by(alice), &gen.SendCommitInput{ConvoID: servertest.IDOf(g), Commit: c.Message, GroupInfo: c.GroupInfoNoTree}))
		}},
		{"after it", func() error {
			return second(s.UpdateGroupInfo(t.Context(), by(bob), &gen.UpdateGroupInfoInput{ConvoID: servertest.IDOf(g), GroupInfo: c.Next.SignGroupInfo(bob, false)}))
		}},
	} {
		name := step.name
		if err := step.give(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out, err := s.GetGroupInfo(t.Context(), by(bob), &gen.GetGroupInfoParams{ConvoID: servertest.IDOf(g)})
		if err != nil || !bytes.Equal(out.RatchetTree, c.RatchetTree) {
			t.Errorf("%s: answer is %s, %v", name, asJSON(t, out), err)
		}
	}
}

// A rotated signature key is a new device that replaces the old one.
func TestRosterRotatedKey(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	for _, public := range []bool{false, true} {
		g := commitGroup(t, s, alice, bob)
		fresh := bob.Rotate()
		c := g.Commit(bob, mlstest.Plan{Rotate: fresh, Public: public})
		out, err := s.SendCommit(t.Context(), by(bob), commitInput(g, c))
		accepted(t, out, err)
		sameRoster(t, s, c.Next)
		if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM welcome_recipients WHERE convo_id = $1 AND device_id = $2 AND state = 'open'`, servertest.IDOf(g), bob.DeviceID()); n != 0 {
			t.Error("a Welcome waits for the retired device")
		}
		deleted := bob.Rotate()
		dbtest.Exec(t, s.Pool, `INSERT INTO devices (did, device_id, created_at, deleted_at) VALUES ($1, $2, now(), now())`, bob.DID, deleted.DeviceID())
		unchanged(t, s, servertest.IDOf(g), func() {
			_, err := s.SendCommit(t.Context(), by(bob), commitInput(g, c.Next.Commit(fresh, mlstest.Plan{Rotate: deleted, Public: public})))
			wantRefused(t, err, gen.ErrInvalidCommit, "deleted")
		})
	}
}

// The number of an account's devices is bounded, also for external commits.
func TestRosterDeviceLimit(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	for range limit.MaxDevices - 1 {
		commitPackage(t, s, bob.Rotate())
	}
	unchanged(t, s, servertest.IDOf(g), func() {
		_, err := s.JoinConvo(t.Context(), by(bob), joinInput(g, g.ExternalCommit(bob.Rotate())))
		wantRefused(t, err, gen.ErrInvalidCommit, "33 devices")
	})
	c := g.ExternalCommit(bob.Rotate(), g.Index(bob))
	out, err := s.JoinConvo(t.Context(), by(bob), joinInput(g, c))
	accepted(t, (*gen.SendCommitOutput)(out), err)
	sameRoster(t, s, c.Next)
}

// The leaves that a commit may remove besides those of members it removes.
func TestRosterDeviceRemoval(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	phone := carol.Rotate()
	for name, c := range map[string]struct {
		by      *mlstest.Client
		prepare func(g *mlstest.Group)
		err     string
	}{
		"the creator":     {alice, nil, ""},
		"its own account": {carol, nil, ""},
		"another member":  {bob, nil, gen.ErrNotAllowed},
		"another, device deleted": {bob, func(*mlstest.Group) {
			dbtest.Exec(t, s.Pool, `UPDATE devices SET deleted_at = now() WHERE device_id = $1`, phone.DeviceID())
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Exec(t, s.Pool, `UPDATE devices SET deleted_at = NULL`)
			g := commitGroup(t, s, alice, bob, carol, phone)
			if c.prepare != nil {
				c.prepare(g)
			}
			for _, public := range []bool{true, false} {
				commit := g.Commit(c.by, mlstest.Plan{Remove: []uint32{g.Index(phone)}, Public: public})
				if c.err != "" {
					unchanged(t, s, servertest.IDOf(g), func() {
						_, err := s.SendCommit(t.Context(), by(c.by), commitInput(g, commit))
						wantRefused(t, err, c.err, "leaf[3]")
					})
					continue
				}
				out, err := s.SendCommit(t.Context(), by(c.by), commitInput(g, commit))
				accepted(t, out, err)
				sameRoster(t, s, commit.Next)
				if n := len(membersOf(t, s, servertest.IDOf(g))); n != 3 {
					t.Errorf("%d members, want 3", n)
				}
				return
			}
		})
	}
}

// The leaf of a pending removal may stay. After a commit removes it, announced or
// not, the removal is not pending any more.
func TestRosterPendingLeaver(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob, carol)
	leaveNow(t, s, g, carol)
	g = advance(t, s, g, bob, 1)
	sameRoster(t, s, g)
	if v := viewOf(t, s, alice, servertest.IDOf(g)); !pendingIn(v, carol.DID) {
		t.Error("carol's removal is not pending")
	}
	c := g.Commit(bob, mlstest.Plan{RemoveDIDs: []string{carol.DID}})
	out, err := s.SendCommit(t.Context(), by(bob), commitInput(g, c))
	accepted(t, out, err)
	sameRoster(t, s, c.Next)
	if v := viewOf(t, s, alice, servertest.IDOf(g)); len(v.Members) != 2 {
		t.Errorf("view is %s", asJSON(t, v))
	}
}

// Readable proposals must be signed by the caller's leaf.
func TestRosterProposals(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	good := g.ProposeUpdate(bob, true)
	for name, c := range map[string]struct {
		proposal []byte
		why      string
	}{
		"another member's":   {g.ProposeUpdate(alice, true).Message, "not the caller's"},
		"signature broken":   {reframe(t, good.Message, func(m *mls.PublicMessage) { m.Signature[5] ^= 1 }), "signature"},
		"another's leaf":     {reframe(t, good.Message, func(m *mls.PublicMessage) { m.Sender.Index = 0 }), "signature"},
		"blank leaf":         {reframe(t, good.Message, func(m *mls.PublicMessage) { m.Sender.Index = 9 }), "leaf 9"},
		"content changed":    {reframe(t, good.Message, func(m *mls.PublicMessage) { m.Proposal = &mls.Remove{} }), "signature"},
		"membership tag cut": {reframe(t, good.Message, func(m *mls.PublicMessage) { m.MembershipTag = m.MembershipTag[:5] }), "membership_tag"},
	} {
		t.Run(name, func(t *testing.T) {
			unchanged(t, s, servertest.IDOf(g), func() {
				_, err := s.SendProposal(t.Context(), by(bob), &gen.SendProposalInput{ConvoID: servertest.IDOf(g), Proposal: c.proposal})
				wantRefused(t, err, gen.ErrInvalidProposal, c.why)
				_, err = s.LeaveConvo(t.Context(), by(bob), &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g), Proposal: c.proposal})
				wantRefused(t, err, gen.ErrInvalidProposal, c.why)
			})
		})
	}
	if _, err := s.SendProposal(t.Context(), by(bob), &gen.SendProposalInput{ConvoID: servertest.IDOf(g), Proposal: good.Message}); err != nil {
		t.Fatal(err)
	}
	c := g.Commit(alice, mlstest.Plan{Refs: []*mlstest.Proposal{good}, Public: true})
	out, err := s.SendCommit(t.Context(), by(alice), commitInput(g, c))
	accepted(t, out, err)
	sameRoster(t, s, c.Next)
}

// groupOf reads a stored group. tree is nil if the GroupInfo has it.
func groupOf(groupInfo, tree []byte) (*mls.Group, error) {
	info, err := mls.ParseGroupInfo(groupInfo)
	if err != nil {
		return nil, err
	}
	if tree == nil {
		return info.Group(nil)
	}
	parsed, err := mls.ParseRatchetTree(tree)
	if err != nil {
		return nil, err
	}
	return info.Group(parsed)
}
