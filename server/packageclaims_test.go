package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// perRequester is how many packages of a device one account gets in an hour.
var perRequester = int(limit.RequesterPackages.Amount)

// befriend has two accounts share a conversation that the first has accepted.
func befriend(t testing.TB, s *Server, account, other string) {
	t.Helper()
	convo := servertest.AddConvo(t, s.Pool, 1, account, other)
	dbtest.Exec(t, s.Pool, `UPDATE memberships SET accepted_at = now() WHERE convo_id = $1 AND did = $2`, convo, account)
}

// fresh counts the packages of an answer that are no last-resort ones.
func fresh(out *gen.GetKeyPackagesOutput) (n int) {
	for _, kp := range out.KeyPackages {
		if !*kp.LastResort {
			n++
		}
	}
	return n
}

// forConvo asks for packages of an account for a conversation.
func forConvo(t testing.TB, s *Server, requester, account string, convo xrpc.ConvoID) *gen.GetKeyPackagesOutput {
	t.Helper()
	return claimWith(t, s, requester, &gen.GetKeyPackagesParams{DIDs: []string{account}, ConvoID: &convo})
}

// fullDevice makes a device with as many packages as it may have, and a
// last-resort one.
func fullDevice(t testing.TB, s *Server, account string) *mlstest.Client {
	t.Helper()
	c := mlstest.NewClient(account)
	publish(t, s, c, limit.MaxKeyPackages)
	publish(t, s, c, 1, mlstest.LastResort())
	return c
}

// received is a package as a client parses it from an answer.
func received(t testing.TB, kp gen.KeyPackageRef) *mls.KeyPackage {
	t.Helper()
	return need(mls.ParseKeyPackage(kp.KeyPackage))(t)
}

// startWith creates a conversation with the devices whose packages these are.
func startWith(t testing.TB, s *Server, creator *mlstest.Client, packages ...gen.KeyPackageRef) *mlstest.Group {
	t.Helper()
	g := mlstest.NewGroup(creator, mlstest.Random(16))
	var added []*mls.KeyPackage
	in := &gen.CreateConvoInput{GroupID: servertest.IDOf(g), CipherSuite: creator.Suite.String()}
	for _, kp := range packages {
		added, in.InitialMembers = append(added, received(t, kp)), convo.Unique(append(in.InitialMembers, kp.DID))
	}
	c := g.Commit(creator, mlstest.Plan{Add: added})
	in.WelcomeMessage, in.GroupInfo = c.Welcome, c.GroupInfo
	if _, err := s.CreateConvo(t.Context(), by(creator), in); err != nil {
		t.Fatal(err)
	}
	return c.Next
}

// spendNamed is a commit that adds the owner of these packages, which the
// creator has not asked for now.
func spendNamed(t testing.TB, s *Server, creator *mlstest.Client, packages ...*mls.KeyPackage) error {
	t.Helper()
	g := mlstest.NewGroup(creator, mlstest.Random(16))
	c := g.Commit(creator, mlstest.Plan{Add: packages})
	in := &gen.CreateConvoInput{GroupID: servertest.IDOf(g), CipherSuite: creator.Suite.String(), WelcomeMessage: c.Welcome, GroupInfo: c.GroupInfo,
		InitialMembers: []string{servertest.DID("alice")}}
	_, err := s.CreateConvo(t.Context(), by(creator), in)
	return err
}

// A bot that makes twenty groups with one person in an hour makes them all, the
// later ones by the last-resort package; an hour later it gets fresh ones.
func TestPackagesTwentyGroups(t *testing.T) {
	t.Parallel()
	s, clock := newClockServer(t)
	alice := fullDevice(t, s, servertest.DID("alice"))
	bot := commitClient("bot")
	for i := range 20 {
		got := claimOne(t, s, bot.DID, alice.DID, "")
		if *got.LastResort != (i >= perRequester) {
			t.Errorf("group %d: last resort is %v", i, *got.LastResort)
		}
		startWith(t, s, bot, got)
		clock.add(time.Minute)
	}
	if n := dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM key_packages WHERE spent_at IS NOT NULL`); n != perRequester {
		t.Errorf("%d packages are spent, want %d", n, perRequester)
	}
	clock.add(40*time.Minute + time.Second)
	if got := claimOne(t, s, bot.DID, alice.DID, ""); *got.LastResort {
		t.Error("after an hour the last resort is given")
	}
}

// An account with as many devices as it may have is added with one call.
func TestPackagesOfAllDevices(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	for range limit.MaxDevices {
		publish(t, s, mlstest.NewClient(servertest.DID("alice")), 1)
	}
	out := claimOf(t, s, servertest.DID("bob"), servertest.DID("alice"))
	if fresh(out) != limit.MaxDevices || out.Missing != nil || out.MissingDevices != nil {
		t.Fatalf("%d packages, missing %v %v; want %d", fresh(out), out.Missing, out.MissingDevices, limit.MaxDevices)
	}
	g := startWith(t, s, commitClient("bob"), out.KeyPackages...)
	if n := dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM leaves WHERE convo_id = $1`, servertest.IDOf(g)); n != limit.MaxDevices+1 {
		t.Errorf("%d leaves, want %d", n, limit.MaxDevices+1)
	}
}

// What an account remembers of leases that have ended, its own or others', does
// not let it spend more: each such package counts when it is spent.
func TestPackagesRemembered(t *testing.T) {
	t.Parallel()
	s, clock := newClockServer(t)
	alice := fullDevice(t, s, servertest.DID("alice"))
	thief := commitClient("thief")
	befriend(t, s, alice.DID, thief.DID)
	var known []*mls.KeyPackage
	for _, who := range []string{thief.DID, servertest.DID("puppet")} {
		for range perRequester {
			known = append(known, received(t, forConvo(t, s, who, alice.DID, servertest.NewConvoID()).KeyPackages[0]))
		}
	}
	clock.add(limit.LeaseTime)
	if err := cleanerOf(s).Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, kp := range known {
		err := spendNamed(t, s, thief, kp)
		if i < perRequester && err != nil {
			t.Errorf("package %d: %v", i, err)
		}
		if i >= perRequester {
			servertest.WantError(t, err, gen.ErrKeyPackageNotFound)
		}
	}
	if out := claimOf(t, s, thief.DID, alice.DID); fresh(out) != 0 || len(out.KeyPackages) != 1 {
		t.Error("what was spent does not count for the next claim")
	}
	if n := dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM key_packages WHERE spent_at IS NOT NULL`); n != perRequester {
		t.Errorf("%d packages are spent, want %d", n, perRequester)
	}
}

// All that is remembered is spent at once over two instances, while the thief
// also asks for more: it gets 8 in all.
func TestPackagesRememberedAtOnce(t *testing.T) {
	t.Parallel()
	s, clock := newClockServer(t)
	servers := []*Server{s, secondInstance(t, s)}
	alice := fullDevice(t, s, servertest.DID("alice"))
	thief := commitClient("thief")
	befriend(t, s, alice.DID, thief.DID)
	var known []*mls.KeyPackage
	for i := range 3 * perRequester / 2 {
		known = append(known, received(t, claimOne(t, s, servertest.DID(fmt.Sprintf("puppet%d", i)), alice.DID, "")))
	}
	clock.add(limit.LeaseTime)
	var mu sync.Mutex
	got := 0
	count := func(n int) {
		mu.Lock()
		defer mu.Unlock()
		got += n
	}
	var wg sync.WaitGroup
	for i, kp := range known {
		wg.Go(func() {
			err := spendNamed(t, servers[i%2], thief, kp)
			var refusal *xrpc.Error
			switch {
			case err == nil:
				count(1)
			case !errors.As(err, &refusal) || refusal.Name != gen.ErrKeyPackageNotFound:
				t.Errorf("error is %v, want %s", err, gen.ErrKeyPackageNotFound)
			}
		})
		wg.Go(func() {
			convo := servertest.NewConvoID()
			out, err := servers[i%2].GetKeyPackages(context.Background(), servertest.As(thief.DID), &gen.GetKeyPackagesParams{DIDs: []string{alice.DID}, ConvoID: &convo})
			if err != nil {
				t.Error(err)
				return
			}
			count(fresh(out))
		})
	}
	wg.Wait()
	if got != perRequester {
		t.Errorf("%d packages were leased or spent, want %d", got, perRequester)
	}
}

// Thirteen new accounts get half of a device's packages in a day and no more,
// whether they spend them or let the leases end; a bystander that shares an
// accepted conversation with the owner gets fresh ones meanwhile.
func TestPackagesOfStrangers(t *testing.T) {
	t.Parallel()
	for name, spent := range map[string]bool{"spent": true, "leased": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, clock := newClockServer(t)
			alice := fullDevice(t, s, servertest.DID("alice"))
			taken := 0
			flood := func() {
				t.Helper()
				for i := range 13 {
					for range perRequester {
						out := forConvo(t, s, servertest.DID(fmt.Sprintf("fresh%d", i)), alice.DID, servertest.NewConvoID())
						if len(out.KeyPackages) != 1 {
							t.Fatalf("%d packages, want one", len(out.KeyPackages))
						}
						if taken += fresh(out); fresh(out) == 1 && spent {
							spend(t, s, alice.DID, *out.KeyPackages[0].KeyPackageHash)
						}
					}
				}
			}
			for range 3 {
				flood()
				clock.add(2 * time.Hour)
			}
			if taken != limit.MaxKeyPackages/2 {
				t.Errorf("strangers took %d packages, want %d", taken, limit.MaxKeyPackages/2)
			}
			befriend(t, s, alice.DID, servertest.DID("friend"))
			for range perRequester {
				if out := forConvo(t, s, servertest.DID("friend"), alice.DID, servertest.NewConvoID()); fresh(out) != 1 {
					t.Error("a friend gets the last resort")
				}
			}
			clock.add(24 * time.Hour)
			if out := claimOf(t, s, servertest.DID("newcomer"), alice.DID); fresh(out) != 1 {
				t.Error("a day later strangers still get the last resort")
			}
		})
	}
}

// A conversation in which the owner was only added, or that one of the two has
// left, does not make them acquainted.
func TestPackagesAcquainted(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice := mlstest.NewClient(servertest.DID("alice"))
	publish(t, s, alice, 8)
	publish(t, s, alice, 1, mlstest.LastResort())
	for i := range 4 {
		claimOf(t, s, servertest.DID(fmt.Sprintf("stranger%d", i)), alice.DID)
	}
	bob := servertest.DID("bob")
	convo := servertest.AddConvo(t, s.Pool, 1, bob, alice.DID)
	dbtest.Exec(t, s.Pool, `UPDATE memberships SET accepted_at = now() WHERE did = $1`, bob)
	if out := claimOf(t, s, bob, alice.DID); fresh(out) != 0 {
		t.Error("adding somebody makes an acquaintance")
	}
	dbtest.Exec(t, s.Pool, `UPDATE memberships SET accepted_at = now() WHERE convo_id = $1 AND did = $2`, convo, alice.DID)
	if out := forConvo(t, s, bob, alice.DID, servertest.NewConvoID()); fresh(out) != 1 {
		t.Error("an accepted conversation does not count")
	}
	dbtest.Exec(t, s.Pool, `UPDATE memberships SET left_seq = 0, left_at = now() WHERE convo_id = $1 AND did = $2`, convo, bob)
	if out := forConvo(t, s, bob, alice.DID, servertest.NewConvoID()); fresh(out) != 0 {
		t.Error("a conversation that the requester has left counts")
	}
	// The owner itself is no stranger.
	if out := claimOf(t, s, alice.DID, alice.DID); fresh(out) != 1 {
		t.Error("the owner gets the last resort")
	}
}

// Strangers that come at once over two instances get half, to the last package,
// and each of them 8; nobody waits in a circle for anybody.
func TestPackagesOfStrangersAtOnce(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	servers := []*Server{s, secondInstance(t, s)}
	var accounts []string
	for _, name := range []string{"alice", "bob", "carol"} {
		c := mlstest.NewClient(servertest.DID(name))
		accounts = append(accounts, c.DID)
		publish(t, s, c, 40)
		publish(t, s, c, 1, mlstest.LastResort())
	}
	var mu sync.Mutex
	byOwner, byRequester := map[string]int{}, map[string]int{}
	var wg sync.WaitGroup
	for i := range 60 {
		requester := servertest.DID(fmt.Sprintf("stranger%d", i%6))
		// In any order: the rows are locked in one.
		dids := []string{accounts[i%3], accounts[(i+1)%3], accounts[(i+2)%3]}
		wg.Go(func() {
			convo := servertest.NewConvoID()
			out, err := servers[i%2].GetKeyPackages(context.Background(), servertest.As(requester), &gen.GetKeyPackagesParams{DIDs: dids, ConvoID: &convo})
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			for _, kp := range out.KeyPackages {
				if !*kp.LastResort {
					byOwner[kp.DID]++
					byRequester[requester+" "+kp.DID]++
				}
			}
		})
	}
	wg.Wait()
	for _, account := range accounts {
		if byOwner[account] != 20 {
			t.Errorf("strangers got %d packages of %s, want 20", byOwner[account], account)
		}
	}
	for who, n := range byRequester {
		if n > perRequester {
			t.Errorf("%s: %d packages", who, n)
		}
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`); n != 0 {
		t.Errorf("%d deadlocks", n)
	}
}
