package server

import (
	"bytes"
	"slices"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// There always is a GroupInfo of the current epoch: the one that came with the
// commit, until a member gives another. Without a tree inside it comes with the
// tree.
func TestGroupInfoCurrent(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	want := func(epoch int64, info, tree []byte) {
		t.Helper()
		out, err := s.GetGroupInfo(t.Context(), by(bob), &gen.GetGroupInfoParams{ConvoID: servertest.IDOf(g)})
		if err != nil || out.Epoch != epoch || !bytes.Equal(out.GroupInfo, info) || !bytes.Equal(out.RatchetTree, tree) {
			t.Fatalf("answer is %s, %v", asJSON(t, out), err)
		}
		if err := xrpc.Check(out); err != nil {
			t.Errorf("answer breaks its lexicon: %v", err)
		}
	}
	for epoch := int64(2); epoch < 4; epoch++ {
		c := g.Commit(alice, mlstest.Plan{Public: true})
		in := commitInput(g, c)
		if epoch == 3 {
			in.GroupInfo = c.GroupInfoNoTree
		}
		sent, err := s.SendCommit(t.Context(), by(alice), in)
		accepted(t, sent, err)
		g = c.Next
		if epoch == 2 {
			want(epoch, c.GroupInfo, nil)
		} else {
			want(epoch, c.GroupInfoNoTree, c.RatchetTree)
		}
		for _, in := range []gen.UpdateGroupInfoInput{
			{GroupInfo: g.SignGroupInfo(bob, false)},
			{GroupInfo: mlstest.Bare(c.GroupInfoNoTree), RatchetTree: c.RatchetTree},
			{GroupInfo: c.GroupInfo, RatchetTree: c.RatchetTree},
		} {
			in.ConvoID = servertest.IDOf(g)
			up, err := s.UpdateGroupInfo(t.Context(), by(bob), &in)
			if err != nil || up.Epoch != epoch {
				t.Fatalf("answer is %v, %v", up, err)
			}
			if bytes.Equal(in.GroupInfo, c.GroupInfo) {
				want(epoch, in.GroupInfo, nil)
			} else {
				want(epoch, in.GroupInfo, c.RatchetTree)
			}
			sameRoster(t, s, g)
		}
	}
}

func TestUpdateGroupInfoRefuses(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	now := advance(t, s, g, alice, 1)
	p256 := mlstest.NewClient(alice.DID, mlstest.Suite(mls.SuiteP256))
	foreign := mlstest.NewGroup(p256, g.Context.GroupID).Commit(p256, mlstest.Plan{}).Next.Commit(p256, mlstest.Plan{}).Next
	good := now.SignGroupInfo(alice, true)
	for name, c := range map[string]struct {
		info, tree []byte
		err        string
	}{
		"missing":             {nil, nil, gen.ErrInvalidGroupInfo},
		"cut off":             {good[:len(good)-1], nil, gen.ErrInvalidGroupInfo},
		"too large":           {make([]byte, limit.MaxGroupInfo+1), nil, gen.ErrInvalidGroupInfo},
		"of a past epoch":     {g.SignGroupInfo(alice, true), nil, gen.ErrEpochMismatch},
		"of a coming epoch":   {now.Commit(alice, mlstest.Plan{}).GroupInfo, nil, gen.ErrEpochMismatch},
		"of another group":    {mlstest.NewGroup(alice, mlstest.Random(16)).SignGroupInfo(alice, true), nil, gen.ErrInvalidGroupInfo},
		"of another suite":    {foreign.SignGroupInfo(p256, true), nil, gen.ErrInvalidGroupInfo},
		"epoch beyond count":  {now.SignGroupInfo(alice, true, func(gi *mls.GroupInfo) { gi.Context.Epoch = 1 << 63 }), nil, gen.ErrInvalidGroupInfo},
		"with a broken tree":  {good, []byte{0xff}, gen.ErrInvalidGroupInfo},
		"with too large tree": {good, make([]byte, limit.MaxRatchetTree+1), gen.ErrInvalidGroupInfo},
	} {
		t.Run(name, func(t *testing.T) {
			unchanged(t, s, servertest.IDOf(g), func() {
				_, err := s.UpdateGroupInfo(t.Context(), by(bob), &gen.UpdateGroupInfoInput{ConvoID: servertest.IDOf(g), GroupInfo: c.info, RatchetTree: c.tree})
				servertest.WantError(t, err, c.err)
			})
		})
	}
}

// Within an epoch the external_pub that came with the commit stands: a member
// could set a false one, and strand the group at the next external commit. Who
// may remove members may put it right.
func TestUpdateGroupInfoKeepsExternalPub(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := advance(t, s, commitGroup(t, s, alice, bob), alice, 1)
	other := func(by *mlstest.Client) []byte {
		return g.SignGroupInfo(by, true, func(gi *mls.GroupInfo) {
			for i := range gi.Extensions {
				if gi.Extensions[i].Type == mls.ExtensionExternalPub {
					gi.Extensions[i].Data = mls.AppendOpaque(nil, mlstest.HPKEKey(by.Suite))
				}
			}
		})
	}
	without := func(by *mlstest.Client) []byte {
		return g.SignGroupInfo(by, true, func(gi *mls.GroupInfo) {
			gi.Extensions = slices.DeleteFunc(gi.Extensions, func(e mls.Extension) bool { return e.Type == mls.ExtensionExternalPub })
		})
	}
	for _, info := range [][]byte{other(bob), without(bob)} {
		unchanged(t, s, servertest.IDOf(g), func() {
			_, err := s.UpdateGroupInfo(t.Context(), by(bob), &gen.UpdateGroupInfoInput{ConvoID: servertest.IDOf(g), GroupInfo: info})
			servertest.WantError(t, err, gen.ErrInvalidGroupInfo)
		})
	}
	if _, err := s.UpdateGroupInfo(t.Context(), by(bob), &gen.UpdateGroupInfoInput{ConvoID: servertest.IDOf(g), GroupInfo: g.SignGroupInfo(bob, true)}); err != nil {
		t.Errorf("the same external_pub by another member: %v", err)
	}
	if _, err := s.UpdateGroupInfo(t.Context(), by(alice), &gen.UpdateGroupInfoInput{ConvoID: servertest.IDOf(g), GroupInfo: other(alice)}); err != nil {
		t.Errorf("by who may remove members: %v", err)
	}
}
