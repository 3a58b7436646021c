package server

import (
	"fmt"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// Preferences decide who may ask and who is accepted at once.
func TestContactPreferences(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	set := func(in *gen.UpdatePreferencesInput) {
		t.Helper()
		if _, err := s.UpdatePreferences(t.Context(), by(bob), in); err != nil {
			t.Fatal(err)
		}
	}
	create := func(others ...*mlstest.Client) (xrpc.ConvoID, error) {
		t.Helper()
		g := mlstest.NewGroup(alice, mlstest.Random(16)).With(others...)
		var add []*mls.KeyPackage
		for _, o := range others {
			add = append(add, o.KeyPackage())
		}
		for i, o := range others {
			publishRaw(t, s, o, add[i])
		}
		c := g.Commit(alice, mlstest.Plan{Add: add})
		_, err := s.CreateConvo(t.Context(), by(alice), &gen.CreateConvoInput{GroupID: servertest.IDOf(g), CipherSuite: alice.Suite.String(),
			InitialMembers: dids(others), WelcomeMessage: c.Welcome, GroupInfo: c.GroupInfo})
		return servertest.IDOf(g), err
	}
	set(&gen.UpdatePreferencesInput{AllowIncoming: new("none")})
	_, err := create(bob)
	servertest.WantError(t, err, gen.ErrKeyPackageNotFound)
	id, err := create(bob, carol)
	if err != nil {
		t.Fatal(err)
	}
	wantStatus(t, s, id, bob.DID, "request")
	set(&gen.UpdatePreferencesInput{AllowGroupInvites: new("none"), AllowIncoming: new("all"), AcceptFrom: new("all")})
	_, err = create(bob, carol)
	servertest.WantError(t, err, gen.ErrKeyPackageNotFound)
	if id, err = create(bob); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, s, id, bob.DID, "accepted")
	err = second(s.UpdatePreferences(t.Context(), by(bob), &gen.UpdatePreferencesInput{AcceptFrom: new("following")}))
	servertest.WantError(t, err, gen.ErrNotAllowed)
	out, err := s.GetPreferences(t.Context(), by(bob), &gen.GetPreferencesParams{Limit: 10})
	if err != nil || *out.AllowGroupInvites != "none" || *out.AllowIncoming != "all" || *out.AcceptFrom != "all" || *out.AcceptGroupInvitesFrom != "known" {
		t.Errorf("preferences are %s, %v", asJSON(t, out), err)
	}
}

// publishRaw stores a key package without touching preferences.
func publishRaw(t testing.TB, s *Server, c *mlstest.Client, kp *mls.KeyPackage) {
	t.Helper()
	in := &gen.PublishKeyPackageInput{KeyPackage: mlstest.Wrap(kp), CipherSuite: kp.CipherSuite.String()}
	if _, err := s.PublishKeyPackage(t.Context(), by(c), in); err != nil {
		t.Fatal(err)
	}
}

// A package that was leased before a block can be used until the lease ends: the request
// is never shown, and nobody can tell it from one that is not answered.
func TestLeasedBeforeTheBlock(t *testing.T) {
	t.Parallel()
	s, clock := newClockServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	byHash := map[string]*mls.KeyPackage{}
	for _, kp := range publish(t, s, bob, 3) {
		byHash[fmt.Sprintf("%x", commitRef(t, kp))] = kp
	}
	asStrangers(t, s, bob)
	ask := func() *gen.GetKeyPackagesOutput {
		t.Helper()
		out, err := s.GetKeyPackages(t.Context(), by(alice), &gen.GetKeyPackagesParams{DIDs: []string{bob.DID}})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	leased := ask()
	if _, err := s.BlockAccount(t.Context(), by(bob), &gen.BlockAccountInput{DID: alice.DID}); err != nil {
		t.Fatal(err)
	}
	sameAnswer(t, leased, ask())
	g := mlstest.NewGroup(alice, mlstest.Random(16)).With(bob)
	c := g.Commit(alice, mlstest.Plan{Add: []*mls.KeyPackage{byHash[*leased.KeyPackages[0].KeyPackageHash]}})
	in := &gen.CreateConvoInput{GroupID: servertest.IDOf(g), CipherSuite: alice.Suite.String(), InitialMembers: []string{bob.DID},
		WelcomeMessage: c.Welcome, GroupInfo: c.GroupInfo}
	view, err := s.CreateConvo(t.Context(), by(alice), in)
	if err != nil || *view.Members[1].Status != "request" {
		t.Fatalf("the view is %s, %v", asJSON(t, view), err)
	}
	wantStatus(t, s, servertest.IDOf(g), bob.DID, "hidden")
	list, err := s.ListConvoRequests(t.Context(), by(bob), &gen.ListConvoRequestsParams{Limit: 10})
	if err != nil || len(list.Requests) != 0 {
		t.Errorf("requests are %s, %v", asJSON(t, list), err)
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM events WHERE target_did = $1 AND kind <> 'key-packages-low'`, bob.DID); n != 0 {
		t.Errorf("%d events reach the blocker", n)
	}
	clock.add(61 * time.Minute)
	if out := ask(); len(out.Missing) != 1 || len(out.KeyPackages) != 0 {
		t.Errorf("after the lease the answer is %s", asJSON(t, out))
	}
}
