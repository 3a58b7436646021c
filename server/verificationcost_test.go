package server

import (
	"fmt"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// payingServer counts verification alone, by a clock that the test sets.
func payingServer(t *testing.T, now *time.Duration) (*Server, *limit.Limits) {
	t.Helper()
	limits, err := limit.New(limit.Config{Clock: func() time.Duration { return *now }})
	if err != nil {
		t.Fatal(err)
	}
	return newTestServer(t, func(c *Config) { c.Pace = additionsOnly{limits} }), limits
}

// left is how many ms of verification an account has left.
func left(t *testing.T, limits *limit.Limits, did string) int64 {
	t.Helper()
	low, high := int64(0), limit.Verification.Amount
	for low < high {
		if middle := (low + high + 1) / 2; limits.Check(t.Context(), limit.Verification, did, middle) == nil {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low
}

// An account that has used up its time of verification is refused before
// anything is verified, with every object that has signatures, and nothing
// changes. Others go on, and so does the account when time has come back.
func TestVerificationIsPaid(t *testing.T) {
	t.Parallel()
	now := time.Duration(0)
	s, limits := payingServer(t, &now)
	alice, mallory := commitClient("alice"), commitClient("mallory")
	g := commitGroup(t, s, alice, mallory)
	calls := verifyingCalls(t, s, g, mallory)
	limits.Spend(t.Context(), limit.Verification, mallory.DID, limit.Verification.Amount)
	for name, call := range calls {
		unchanged(t, s, servertest.IDOf(g), func() {
			if err := call(); err == nil {
				t.Errorf("%s: accepted", name)
			} else {
				servertest.WantError(t, err, xrpc.RateLimitExceeded)
			}
		})
	}
	g = advance(t, s, g, alice, 1)
	now += 5 * time.Second // a second's worth
	for name, call := range verifyingCalls(t, s, g, mallory) {
		if name == "sendProposal" || name == "updateGroupInfo" || name == "publishKeyPackages" {
			if err := call(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	c := g.Commit(mallory, mlstest.Plan{})
	out, err := s.SendCommit(t.Context(), by(mallory), &gen.SendCommitInput{ConvoID: servertest.IDOf(g), Commit: c.Message, GroupInfo: c.GroupInfo})
	accepted(t, out, err)
}

// verifyingCalls are calls of an account of every kind that costs signature
// checks, each of which would succeed as the first.
func verifyingCalls(t *testing.T, s *Server, g *mlstest.Group, client *mlstest.Client) map[string]func() error {
	t.Helper()
	device := client.Rotate()
	fresh := mlstest.NewGroup(client, mlstest.Random(16))
	send := func(c *mlstest.Commit) func() error {
		return func() error {
			return second(s.SendCommit(t.Context(), by(client), &gen.SendCommitInput{ConvoID: servertest.IDOf(g), Commit: c.Message, GroupInfo: c.GroupInfo}))
		}
	}
	item := gen.PublishKeyPackagesKeyPackageItem{KeyPackage: device.KeyPackage().Raw, CipherSuite: device.Suite.String()}
	return map[string]func() error{
		"sendCommit":           send(g.Commit(client, mlstest.Plan{})),
		"sendCommit, readable": send(g.Commit(client, mlstest.Plan{Public: true})),
		"joinConvo": func() error {
			return second(s.JoinConvo(t.Context(), by(device), joinInput(g, g.ExternalCommit(device))))
		},
		"updateGroupInfo": func() error {
			return second(s.UpdateGroupInfo(t.Context(), by(client), &gen.UpdateGroupInfoInput{ConvoID: servertest.IDOf(g), GroupInfo: g.SignGroupInfo(client, true)}))
		},
		"sendProposal": func() error {
			return second(s.SendProposal(t.Context(), by(client), &gen.SendProposalInput{ConvoID: servertest.IDOf(g), Proposal: g.ProposeUpdate(client, true).Message}))
		},
		"createConvo": func() error {
			return second(s.CreateConvo(t.Context(), by(client), &gen.CreateConvoInput{GroupID: servertest.IDOf(fresh), CipherSuite: client.Suite.String(), GroupInfo: fresh.SignGroupInfo(client, true)}))
		},
		"publishKeyPackage": func() error {
			return second(s.PublishKeyPackage(t.Context(), by(client), &gen.PublishKeyPackageInput{KeyPackage: item.KeyPackage, CipherSuite: item.CipherSuite}))
		},
		"publishKeyPackages": func() error {
			return second(s.PublishKeyPackages(t.Context(), by(client), &gen.PublishKeyPackagesInput{KeyPackages: []gen.PublishKeyPackagesKeyPackageItem{item}}))
		},
	}
}

// A tree with leaves that nobody named is refused before any signature of it is
// checked: it costs nothing, however many leaves with whatever keys it has. So
// is a GroupInfo of another group than the one that is known.
func TestCheapChecksComeFirst(t *testing.T) {
	t.Parallel()
	now := time.Duration(0)
	s, limits := payingServer(t, &now)
	suite := mlstest.Suite(mls.SuiteP521)
	mallory := mlstest.NewClient(servertest.DID("mallory"), suite)
	var puppets []*mlstest.Client
	for i := range 20 {
		puppets = append(puppets, mlstest.NewClient(servertest.DID(fmt.Sprint("p", i)), suite))
	}
	big := mlstest.NewGroupWith(mallory, mlstest.Random(16), puppets...)
	_, err := s.CreateConvo(t.Context(), by(mallory), &gen.CreateConvoInput{GroupID: servertest.IDOf(big.Next), CipherSuite: mallory.Suite.String(), GroupInfo: big.GroupInfo})
	wantRefused(t, err, gen.ErrInvalidGroupInfo, "found a new leaf")
	if n := left(t, limits, mallory.DID); n != limit.Verification.Amount {
		t.Errorf("creation with leaves that nobody named left %d ms", n)
	}
}

// What is checked costs what its suite takes: 22 signatures of P-521.
func TestVerificationCostsBySuite(t *testing.T) {
	t.Parallel()
	now := time.Duration(0)
	s, limits := payingServer(t, &now)
	alice := mlstest.NewClient(servertest.DID("alice"), mlstest.Suite(mls.SuiteP521))
	var items []gen.PublishKeyPackagesKeyPackageItem
	for range 11 {
		items = append(items, gen.PublishKeyPackagesKeyPackageItem{KeyPackage: alice.KeyPackage().Raw, CipherSuite: alice.Suite.String()})
	}
	if _, err := s.PublishKeyPackages(t.Context(), by(alice), &gen.PublishKeyPackagesInput{KeyPackages: items}); err != nil {
		t.Fatal(err)
	}
	if used := limit.Verification.Amount - left(t, limits, alice.DID); used != 33 {
		t.Errorf("22 checks of 1.5 ms took %d ms", used)
	}
}
