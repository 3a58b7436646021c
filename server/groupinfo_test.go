package server

import (
	"bytes"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/xrpc"
)

// The GroupInfo of the current epoch is there; one of a past epoch is not.
func TestGroupInfoCurrentOnly(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	get := func() (*gen.GetGroupInfoOutput, error) {
		return s.GetGroupInfo(t.Context(), by(bob), &gen.GetGroupInfoParams{ConvoID: g.ID()})
	}
	out, err := get()
	if err != nil || out.Epoch != 1 {
		t.Fatalf("answer is %v, %v", out, err)
	}
	// A readable commit needs no GroupInfo; the stored one is old then.
	c := g.Commit(alice, mlstest.Plan{Public: true})
	sent, err := s.SendCommit(t.Context(), by(alice), &gen.SendCommitInput{ConvoID: g.ID(), Commit: c.Message})
	accepted(t, sent, err)
	_, err = get()
	wantError(t, err, gen.ErrGroupInfoUnavailable)

	for i, info := range [][]byte{c.GroupInfo, mlstest.Bare(c.GroupInfoNoTree)} {
		in := &gen.UpdateGroupInfoInput{ConvoID: g.ID(), GroupInfo: info}
		if i == 1 {
			in.RatchetTree = c.RatchetTree
		}
		up, err := s.UpdateGroupInfo(t.Context(), by(bob), in)
		if err != nil || up.Epoch != 2 {
			t.Fatalf("answer is %v, %v", up, err)
		}
		out, err = get()
		if err != nil || out.Epoch != 2 || !bytes.Equal(out.GroupInfo, info) || !bytes.Equal(out.RatchetTree, in.RatchetTree) {
			t.Fatalf("answer is %s, %v", asJSON(t, out), err)
		}
		if err := xrpc.Check(out); err != nil {
			t.Errorf("answer breaks its lexicon: %v", err)
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
		"too large":           {make([]byte, MaxGroupInfo+1), nil, gen.ErrInvalidGroupInfo},
		"of a past epoch":     {g.SignGroupInfo(alice, true), nil, gen.ErrEpochMismatch},
		"of a coming epoch":   {now.Commit(alice, mlstest.Plan{}).GroupInfo, nil, gen.ErrEpochMismatch},
		"of another group":    {mlstest.NewGroup(alice, mlstest.Random(16)).SignGroupInfo(alice, true), nil, gen.ErrInvalidGroupInfo},
		"of another suite":    {foreign.SignGroupInfo(p256, true), nil, gen.ErrInvalidGroupInfo},
		"epoch beyond count":  {now.SignGroupInfo(alice, true, func(gi *mls.GroupInfo) { gi.Context.Epoch = 1 << 63 }), nil, gen.ErrInvalidGroupInfo},
		"with a broken tree":  {good, []byte{0xff}, gen.ErrInvalidGroupInfo},
		"with too large tree": {good, make([]byte, MaxRatchetTree+1), gen.ErrInvalidGroupInfo},
	} {
		t.Run(name, func(t *testing.T) {
			unchanged(t, s, g.ID(), func() {
				_, err := s.UpdateGroupInfo(t.Context(), by(bob), &gen.UpdateGroupInfoInput{ConvoID: g.ID(), GroupInfo: c.info, RatchetTree: c.tree})
				wantError(t, err, c.err)
			})
		})
	}
}
