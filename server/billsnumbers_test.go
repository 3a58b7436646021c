package server

import (
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// An account sends so many proposals in an epoch, and so many bytes of them.
// Others have their own, and the next epoch has room again.
func TestProposalsOfAnEpoch(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob, carol)
	propose := func(c *mlstest.Client, p []byte) error {
		_, err := s.SendProposal(t.Context(), by(c), &gen.SendProposalInput{ConvoID: servertest.IDOf(g), Proposal: p})
		return err
	}
	for n := range limit.EpochProposals.Amount {
		if err := propose(bob, g.ProposeUpdate(bob, n%2 == 0).Message); err != nil {
			t.Fatalf("%d: %v", n, err)
		}
	}
	unchanged(t, s, servertest.IDOf(g), func() {
		servertest.WantError(t, propose(bob, g.ProposeUpdate(bob, true).Message), gen.ErrTooManyProposals)
		servertest.WantError(t, propose(bob, g.ProposeUpdate(bob, false).Message), gen.ErrTooManyProposals)
		_, err := s.LeaveConvo(t.Context(), by(bob), &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g), Proposal: g.Propose(bob, &mls.Remove{Removed: g.Index(bob)}, true).Message})
		servertest.WantError(t, err, gen.ErrTooManyProposals)
	})
	if err := propose(carol, g.ProposeUpdate(carol, true).Message); err != nil {
		t.Errorf("another member: %v", err)
	}
	g = advance(t, s, g, alice, 1)
	half := servertest.PrivateMessage(servertest.IDOf(g), 2, mls.ContentTypeProposal, 1<<19-200)
	for range 2 {
		if err := propose(bob, half); err != nil {
			t.Fatalf("in the next epoch: %v", err)
		}
	}
	servertest.WantError(t, propose(bob, half), gen.ErrTooManyProposals)
	m.takes(t, limit.KeptBytes, carol.DID, int64(len(half)), func() {
		if err := propose(carol, half); err != nil {
			t.Errorf("another member: %v", err)
		}
	})
	// Leaving needs no proposal.
	if out, err := s.LeaveConvo(t.Context(), by(bob), &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g)}); err != nil || !out.Success {
		t.Errorf("%+v, %v", out, err)
	}
}

// New accounts create fewer conversations than others. What is refused, and what
// is repeated, does not count.
func TestConversationsCreatedInADay(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	known, fresh := commitClient("known"), commitClient("fresh")
	m.newcomers[fresh.DID] = true
	create := func(c *mlstest.Client) (*gen.CreateConvoInput, error) {
		g := mlstest.NewGroup(c, mlstest.Random(16))
		in := &gen.CreateConvoInput{GroupID: servertest.IDOf(g), CipherSuite: c.Suite.String(), GroupInfo: g.SignGroupInfo(c, true)}
		_, err := s.CreateConvo(t.Context(), by(c), in)
		return in, err
	}
	in, err := create(fresh)
	if err != nil {
		t.Fatal(err)
	}
	m.takes(t, limit.ConvosCreatedByNew, fresh.DID, 0, func() {
		if _, err := s.CreateConvo(t.Context(), by(fresh), in); err != nil {
			t.Errorf("a repetition: %v", err)
		}
		taken := *in
		taken.IdempotencyKey = new("another")
		_, err := s.CreateConvo(t.Context(), by(known), &taken)
		servertest.WantError(t, err, gen.ErrConvoExists)
	})
	for range 19 {
		if _, err := create(fresh); err != nil {
			t.Fatal(err)
		}
	}
	in, err = create(fresh)
	if e := servertest.WantError(t, err, xrpc.RateLimitExceeded); e.RetryAfter < time.Hour {
		t.Errorf("come back in %v", e.RetryAfter)
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM conversations WHERE convo_id = $1`, in.GroupID); n != 0 {
		t.Error("it was created")
	}
	m.takes(t, limit.ConvosCreated, known.DID, 30, func() {
		for range 30 {
			if _, err := create(known); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Key packages count once.
func TestKeyPackagesCountBytes(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	alice := commitClient("alice")
	one, two := alice.KeyPackage(), alice.KeyPackage()
	batch := &gen.PublishKeyPackagesInput{KeyPackages: []gen.PublishKeyPackagesKeyPackageItem{
		{KeyPackage: one.Raw, CipherSuite: alice.Suite.String()}, {KeyPackage: two.Raw, CipherSuite: alice.Suite.String()},
	}}
	m.takes(t, limit.StoredBytes, alice.DID, int64(len(one.Raw)), func() {
		if _, err := s.PublishKeyPackage(t.Context(), by(alice), &gen.PublishKeyPackageInput{KeyPackage: one.Raw, CipherSuite: alice.Suite.String()}); err != nil {
			t.Fatal(err)
		}
	})
	m.takes(t, limit.StoredBytes, alice.DID, int64(len(two.Raw)), func() {
		for range 2 {
			if out, err := s.PublishKeyPackages(t.Context(), by(alice), batch); err != nil || out.Succeeded != 2 {
				t.Fatalf("%+v, %v", out, err)
			}
		}
	})
	m.drain(t, limit.StoredBytes, alice.DID, 10)
	for _, p := range []*mls.KeyPackage{alice.KeyPackage()} {
		_, err := s.PublishKeyPackages(t.Context(), by(alice), &gen.PublishKeyPackagesInput{
			KeyPackages: []gen.PublishKeyPackagesKeyPackageItem{{KeyPackage: p.Raw, CipherSuite: alice.Suite.String()}}})
		servertest.WantError(t, err, xrpc.RateLimitExceeded)
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM key_packages`); n != 2 {
		t.Errorf("%d packages are stored", n)
	}
}
