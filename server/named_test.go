package server

import (
	"errors"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// What a call names is read into memory: key packages of a Welcome and proposals
// of a commit are bounded together, before they are read.
func TestNamedBytes(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob)
	add := g.With(carol).Commit(alice, mlstest.Plan{Add: []*mls.KeyPackage{commitPackage(t, s, carol)}})
	fresh := mlstest.NewGroup(bob, mlstest.Random(16)).With(carol)
	first := fresh.Commit(bob, mlstest.Plan{Add: []*mls.KeyPackage{commitPackage(t, s, carol.Rotate())}})
	calls := map[string]func() error{
		"addMembers": func() error { return second(s.AddMembers(t.Context(), by(alice), addInput(g, add, carol))) },
		"createConvo": func() error {
			return second(s.CreateConvo(t.Context(), by(bob), &gen.CreateConvoInput{GroupID: servertest.IDOf(fresh), CipherSuite: bob.Suite.String(),
				InitialMembers: []string{carol.DID}, WelcomeMessage: first.Welcome, GroupInfo: first.GroupInfo}))
		},
	}
	for size, want := range map[int]bool{limit.MaxNamed: false, limit.MaxNamed + 1: true} {
		dbtest.Exec(t, s.Pool, `UPDATE key_packages SET key_package = decode(repeat('00', $2::int), 'hex') WHERE did = $1`, carol.DID, size)
		for name, call := range calls {
			if err := call(); isError(err, gen.ErrInvalidWelcome) != want || err == nil {
				t.Errorf("%s: packages of %d bytes: %v", name, size, err)
			}
		}
	}
	p := g.ProposeUpdate(bob, true)
	in := &gen.SendProposalInput{ConvoID: servertest.IDOf(g), Proposal: p.Message}
	if _, err := s.SendProposal(t.Context(), by(bob), in); err != nil {
		t.Fatal(err)
	}
	commit := commitInput(g, g.Commit(alice, mlstest.Plan{Public: true, Refs: []*mlstest.Proposal{p}}))
	for size, want := range map[int]bool{limit.MaxNamed: false, limit.MaxNamed + 1: true} {
		dbtest.Exec(t, s.Pool, `UPDATE messages SET ciphertext = decode(repeat('00', $2::int), 'hex') WHERE convo_id = $1 AND kind = 'proposal'`, servertest.IDOf(g), size)
		if err := second(s.SendCommit(t.Context(), by(alice), commit)); isError(err, gen.ErrInvalidCommit) != want || err == nil {
			t.Errorf("proposals of %d bytes: %v", size, err)
		}
	}
}

func isError(err error, name string) bool {
	var e *xrpc.Error
	return errors.As(err, &e) && e.Name == name && strings.Contains(e.Message, "together")
}
