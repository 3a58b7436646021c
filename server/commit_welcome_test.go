package server

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// The Welcome of a commit must name the packages of the added devices, and may
// spend no others.
func TestCommitPackagesRefused(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	p256 := commitClient("paul", mlstest.Suite(mls.SuiteP256))
	lease := `UPDATE key_packages SET lease_holder = $1, lease_convo = '', lease_ends_at = $2 WHERE ref = $3`
	for name, c := range map[string]struct {
		// prepare returns the packages that the Welcome names, and the accounts that
		// are added.
		prepare func(t *testing.T) ([]*mls.KeyPackage, []string)
		err     string
	}{
		"good": {func(t *testing.T) ([]*mls.KeyPackage, []string) {
			return list(commitPackage(t, s, carol)), []string{carol.DID}
		}, ""},
		"unknown": {func(t *testing.T) ([]*mls.KeyPackage, []string) {
			return list(carol.KeyPackage()), []string{carol.DID}
		}, gen.ErrKeyPackageNotFound},
		"spent": {func(t *testing.T) ([]*mls.KeyPackage, []string) {
			kp := commitPackage(t, s, carol)
			dbtest.Exec(t, s.Pool, `UPDATE key_packages SET spent_at = now() WHERE ref = $1`, commitRef(t, kp))
			return list(kp), []string{carol.DID}
		}, gen.ErrKeyPackageNotFound},
		"leased to another": {func(t *testing.T) ([]*mls.KeyPackage, []string) {
			kp := commitPackage(t, s, carol)
			dbtest.Exec(t, s.Pool, lease, bob.DID, time.Now().Add(time.Minute), commitRef(t, kp))
			return list(kp), []string{carol.DID}
		}, gen.ErrKeyPackageNotFound},
		"leased to the caller": {func(t *testing.T) ([]*mls.KeyPackage, []string) {
			kp := commitPackage(t, s, carol)
			dbtest.Exec(t, s.Pool, lease, alice.DID, time.Now().Add(time.Minute), commitRef(t, kp))
			return list(kp), []string{carol.DID}
		}, ""},
		"the caller's lease has ended": {func(t *testing.T) ([]*mls.KeyPackage, []string) {
			kp := commitPackage(t, s, carol)
			dbtest.Exec(t, s.Pool, lease, alice.DID, time.Now().Add(-time.Minute), commitRef(t, kp))
			return list(kp), []string{carol.DID}
		}, ""},
		"another's lease has ended": {func(t *testing.T) ([]*mls.KeyPackage, []string) {
			kp := commitPackage(t, s, carol)
			dbtest.Exec(t, s.Pool, lease, bob.DID, time.Now().Add(-time.Minute), commitRef(t, kp))
			return list(kp), []string{carol.DID}
		}, ""},
		"last resort": {func(t *testing.T) ([]*mls.KeyPackage, []string) {
			return list(commitPackage(t, s, carol, mlstest.LastResort())), []string{carol.DID}
		}, ""},
		"device deleted": {func(t *testing.T) ([]*mls.KeyPackage, []string) {
			other := carol.Rotate()
			kp := commitPackage(t, s, other)
			dbtest.Exec(t, s.Pool, `UPDATE devices SET deleted_at = now() WHERE device_id = $1`, other.DeviceID())
			return list(kp), []string{carol.DID}
		}, gen.ErrKeyPackageNotFound},
		"another suite": {func(t *testing.T) ([]*mls.KeyPackage, []string) {
			return list(commitPackage(t, s, p256)), []string{p256.DID}
		}, gen.ErrKeyPackageNotFound},
		"one added DID has none": {func(t *testing.T) ([]*mls.KeyPackage, []string) {
			return list(commitPackage(t, s, carol)), []string{carol.DID, servertest.DID("dave")}
		}, gen.ErrKeyPackageNotFound},
		"of nobody added": {func(t *testing.T) ([]*mls.KeyPackage, []string) {
			return list(commitPackage(t, s, carol), commitPackage(t, s, commitClient("dave"))), []string{carol.DID}
		}, gen.ErrKeyPackageNotFound},
		"two of one device": {func(t *testing.T) ([]*mls.KeyPackage, []string) {
			return list(commitPackage(t, s, carol), commitPackage(t, s, carol)), []string{carol.DID}
		}, gen.ErrInvalidWelcome},
		"one twice": {func(t *testing.T) ([]*mls.KeyPackage, []string) {
			kp := commitPackage(t, s, carol)
			return list(kp, kp), []string{carol.DID}
		}, gen.ErrInvalidWelcome},
		"two devices": {func(t *testing.T) ([]*mls.KeyPackage, []string) {
			return list(commitPackage(t, s, carol), commitPackage(t, s, carol.Rotate())), []string{carol.DID}
		}, ""},
		"an added one, and a new device of a member": {func(t *testing.T) ([]*mls.KeyPackage, []string) {
			return list(commitPackage(t, s, carol), commitPackage(t, s, bob.Rotate())), []string{carol.DID}
		}, ""},
		"an added one, and a known device of a member": {func(t *testing.T) ([]*mls.KeyPackage, []string) {
			return list(commitPackage(t, s, carol), commitPackage(t, s, bob)), []string{carol.DID}
		}, gen.ErrInvalidGroupInfo},
	} {
		t.Run(name, func(t *testing.T) {
			g := commitGroup(t, s, alice, bob)
			packages, added := c.prepare(t)
			named := refs(t, packages...)
			if c.err == "" {
				commit := g.Commit(alice, mlstest.Plan{Add: packages})
				out, err := s.AddMembers(t.Context(), by(alice), &gen.AddMembersInput{
					ConvoID: servertest.IDOf(g), DIDList: added, Commit: commit.Message, WelcomeMessage: commit.Welcome, GroupInfo: commit.GroupInfo,
				})
				accepted(t, (*gen.SendCommitOutput)(out), err)
				sameRoster(t, s, commit.Next)
				if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM key_packages WHERE ref = ANY($1) AND (spent_at IS NOT NULL) <> last_resort`, named); n != int64(len(named)) {
					t.Errorf("%d of %d packages are spent or last-resort", n, len(named))
				}
				return
			}
			// The Welcome is checked first, whatever the commit adds.
			commit := g.Commit(alice, mlstest.Plan{})
			in := &gen.AddMembersInput{ConvoID: servertest.IDOf(g), DIDList: added, Commit: commit.Message,
				WelcomeMessage: mlstest.RandomWelcome(1, named...), GroupInfo: commit.GroupInfo}
			unchanged(t, s, servertest.IDOf(g), func() {
				_, err := s.AddMembers(t.Context(), by(alice), in)
				e := servertest.WantError(t, err, c.err)
				if c.err == gen.ErrKeyPackageNotFound && len(named) == 1 && len(added) == 1 && !strings.Contains(e.Message, hex.EncodeToString(named[0])) {
					t.Errorf("message %q does not name the package", e.Message)
				}
			})
		})
	}
}

func list(packages ...*mls.KeyPackage) []*mls.KeyPackage { return packages }

// A Welcome may be for a member if it names a new device of it, or one whose old leaf
// the commit removes. A tree with two leaves of one device is refused.
func TestCommitAlreadyMember(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	for name, c := range map[string]struct {
		new, public, remove, rejoin, alsoRemoved, noWelcome bool
		err                                                 string
	}{
		"new device":                      {new: true},
		"new device, readable":            {new: true, public: true},
		"new device, no Welcome":          {new: true, noWelcome: true, err: gen.ErrInvalidWelcome},
		"same device":                     {err: gen.ErrInvalidGroupInfo},
		"same device, readable":           {public: true, err: gen.ErrInvalidCommit},
		"same device, asked for it":       {rejoin: true, err: gen.ErrInvalidGroupInfo},
		"same device, removed":            {remove: true},
		"same device, removed, readable":  {public: true, remove: true},
		"same device, removed, asked":     {rejoin: true, remove: true},
		"same device, said to be removed": {alsoRemoved: true, remove: true},
	} {
		t.Run(name, func(t *testing.T) {
			g := commitGroup(t, s, alice, bob)
			device := bob
			if c.new {
				device = bob.Rotate()
			}
			kp := commitPackage(t, s, device)
			plan := mlstest.Plan{Add: []*mls.KeyPackage{kp}, Public: c.public}
			if c.remove {
				plan.RemoveDIDs = []string{bob.DID}
			}
			if c.rejoin {
				if _, err := s.RequestRejoin(t.Context(), by(bob), &gen.RequestRejoinInput{ConvoID: servertest.IDOf(g)}); err != nil {
					t.Fatal(err)
				}
			}
			commit := g.Commit(alice, plan)
			in := &gen.SendCommitInput{ConvoID: servertest.IDOf(g), Commit: commit.Message, Welcome: commit.Welcome, GroupInfo: commit.GroupInfo, AddedDIDs: []string{bob.DID}}
			if c.alsoRemoved {
				in.RemovedDIDs = []string{bob.DID}
			}
			if c.noWelcome {
				in.Welcome = nil
			}
			send := func() (*gen.SendCommitOutput, error) {
				if c.public || c.alsoRemoved {
					return s.SendCommit(t.Context(), by(alice), in)
				}
				out, err := s.AddMembers(t.Context(), by(alice), &gen.AddMembersInput{ConvoID: servertest.IDOf(g), DIDList: in.AddedDIDs,
					Commit: commit.Message, WelcomeMessage: xrpc.Base64(in.Welcome), GroupInfo: commit.GroupInfo})
				return (*gen.SendCommitOutput)(out), err
			}
			if c.err != "" {
				unchanged(t, s, servertest.IDOf(g), func() {
					_, err := send()
					servertest.WantError(t, err, c.err)
				})
				return
			}
			out, err := send()
			accepted(t, out, err)
			if joined, left := window(t, s, servertest.IDOf(g), bob.DID); joined != 0 || left != -1 {
				t.Errorf("window is (%d, %d], want the one it had", joined, left)
			}
			if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM rejoin_requests WHERE convo_id = $1`, servertest.IDOf(g)); n != 0 {
				t.Error("its rejoin request is still open")
			}
			open := dbtest.Value[[]int64](t, s.Pool, `SELECT array_agg(seq ORDER BY seq) FROM welcome_recipients
				WHERE convo_id = $1 AND device_id = $2 AND state = 'open'`, servertest.IDOf(g), device.DeviceID())
			if len(open) != 1 || open[0] != 1 {
				t.Errorf("open Welcomes are %v, want the newest", open)
			}
		})
	}
}

// A readable commit and its Welcome must name the same packages.
func TestCommitReadableAddsMatchWelcome(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob)
	kp, other := commitPackage(t, s, carol), commitPackage(t, s, carol)
	commit := g.Commit(alice, mlstest.Plan{Add: []*mls.KeyPackage{kp}, Public: true})
	for name, welcome := range map[string][]byte{
		"another package": mlstest.RandomWelcome(1, commitRef(t, other)),
		"one too many":    mlstest.RandomWelcome(1, commitRef(t, kp), commitRef(t, commitPackage(t, s, carol.Rotate()))),
		"no Welcome":      nil,
	} {
		t.Run(name, func(t *testing.T) {
			unchanged(t, s, servertest.IDOf(g), func() {
				in := addInput(g, commit, carol)
				in.WelcomeMessage = welcome
				_, err := s.AddMembers(t.Context(), by(alice), in)
				servertest.WantError(t, err, gen.ErrInvalidWelcome)
			})
		})
	}
	t.Run("by reference", func(t *testing.T) {
		p := g.Propose(bob, &mls.Add{KeyPackage: kp}, true)
		if _, err := s.SendProposal(t.Context(), by(bob), &gen.SendProposalInput{ConvoID: servertest.IDOf(g), Proposal: p.Message}); err != nil {
			t.Fatal(err)
		}
		c := g.With(carol).Commit(alice, mlstest.Plan{Refs: []*mlstest.Proposal{p}, Public: true})
		out, err := s.AddMembers(t.Context(), by(alice), addInput(g, c, carol))
		accepted(t, (*gen.SendCommitOutput)(out), err)
	})
}

// A package is spent once, even if several conversations race for it.
func TestCommitPackageRace(t *testing.T) {
	t.Parallel()
	const racers = 16
	s := newTestServer(t)
	servers := []*Server{s, secondInstance(t, s)}
	carol := commitClient("carol")
	kp, kp2 := commitPackage(t, s, carol), commitPackage(t, s, carol.Rotate())
	type result struct {
		out *gen.AddMembersOutput
		err error
	}
	results := make(chan result, racers)
	for i := range racers {
		alice := commitClient(fmt.Sprintf("alice%d", i))
		g := commitGroup(t, s, alice)
		// Half of them name the two packages in the opposite order.
		adds := []*mls.KeyPackage{kp, kp2}
		if i%2 == 1 {
			adds = []*mls.KeyPackage{kp2, kp}
		}
		in := addInput(g, g.Commit(alice, mlstest.Plan{Add: adds}), carol)
		go func() {
			out, err := servers[i%2].AddMembers(t.Context(), by(alice), in)
			results <- result{out, err}
		}()
	}
	won := 0
	for range racers {
		r := <-results
		if r.err == nil && r.out.Success {
			won++
			continue
		}
		servertest.WantError(t, r.err, gen.ErrKeyPackageNotFound)
	}
	if won != 1 {
		t.Errorf("%d commits spent the same packages", won)
	}
	// All lock them in the same order.
	if n := dbtest.Value[int64](t, s.Pool, `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`); n != 0 {
		t.Errorf("%d deadlocks", n)
	}
}

func refs(t testing.TB, packages ...*mls.KeyPackage) [][]byte {
	t.Helper()
	var out [][]byte
	for _, kp := range packages {
		out = append(out, commitRef(t, kp))
	}
	return out
}
