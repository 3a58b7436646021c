package server

import (
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
)

func TestSendProposal(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	old := g.ProposeUpdate(bob, true)
	g = advance(t, s, g, alice, 1)
	public, private := g.ProposeUpdate(bob, true), g.ProposeUpdate(bob, false)
	for i, p := range []*mlstest.Proposal{public, private} {
		out, err := s.SendProposal(t.Context(), by(bob), &gen.SendProposalInput{ConvoID: servertest.IDOf(g), Proposal: p.Message})
		if err != nil {
			t.Fatal(err)
		}
		if out.Seq != int64(i)+2 || out.Epoch != 2 || out.MessageID == "" {
			t.Errorf("answer is %s", asJSON(t, out))
		}
	}
	for name, c := range map[string]struct {
		proposal []byte
		err      string
	}{
		"of a past epoch": {old.Message, gen.ErrEpochMismatch},
		"of a coming one": {g.Commit(alice, mlstest.Plan{}).Next.ProposeUpdate(bob, true).Message, gen.ErrEpochMismatch},
		"missing":         {nil, gen.ErrInvalidProposal},
		"cut off":         {public.Message[:30], gen.ErrInvalidProposal},
		"too large":       {make([]byte, limit.MaxCommit+1), gen.ErrInvalidProposal},
		"a commit":        {g.Commit(bob, mlstest.Plan{}).Message, gen.ErrInvalidProposal},
		"an application":  {g.Application(40), gen.ErrInvalidProposal},
		"another group's": {mlstest.NewGroup(bob, mlstest.Random(16)).ProposeUpdate(bob, true).Message, gen.ErrInvalidProposal},
		"reinit":          {g.Propose(bob, &mls.ReInit{GroupID: mlstest.Random(16), Version: 1, CipherSuite: 1}, true).Message, gen.ErrInvalidProposal},
		"external init":   {g.Propose(bob, &mls.ExternalInit{KEMOutput: mlstest.Random(32)}, true).Message, gen.ErrInvalidProposal},
		"from outside": {reframe(t, public.Message, func(m *mls.PublicMessage) {
			m.Sender = mls.Sender{Type: mls.SenderExternal}
			m.MembershipTag = nil
		}), gen.ErrInvalidProposal},
	} {
		t.Run(name, func(t *testing.T) {
			unchanged(t, s, servertest.IDOf(g), func() {
				_, err := s.SendProposal(t.Context(), by(bob), &gen.SendProposalInput{ConvoID: servertest.IDOf(g), Proposal: c.proposal})
				servertest.WantError(t, err, c.err)
			})
		})
	}
	// A commit names the readable one; it cannot name one that lapsed.
	c := g.Commit(alice, mlstest.Plan{Public: true, Refs: []*mlstest.Proposal{public}})
	out, err := s.SendCommit(t.Context(), by(alice), commitInput(g, c))
	accepted(t, out, err)
	late := c.Next.Commit(alice, mlstest.Plan{Public: true, Refs: []*mlstest.Proposal{public}})
	_, err = s.SendCommit(t.Context(), by(alice), commitInput(c.Next, late))
	servertest.WantError(t, err, gen.ErrInvalidCommit)
}
