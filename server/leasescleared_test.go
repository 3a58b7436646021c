package server

import (
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
)

// The owner hears when strangers have taken packages down to the threshold.
func TestPackagesOfStrangersLow(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	bob := mlstest.NewClient(servertest.DID("bob"))
	publish(t, s, bob, 2*limit.LowKeyPackages-1)
	publish(t, s, bob, 1, mlstest.LastResort())
	b := servertest.Listen(t, s.Pool, s.config.Hub, bob.DID)
	for i := range limit.LowKeyPackages + 3 {
		claimOf(t, s, servertest.DID(fmt.Sprintf("stranger%d", i)), bob.DID)
	}
	servertest.WantDelivered(t, s.Pool, b, "keyPackagesLowEvent")
}

// Whom and what a package was leased for is forgotten when the lease ends or the
// package is spent, and the counts never say who asked.
func TestLeasesCleared(t *testing.T) {
	t.Parallel()
	s, clock := newClockServer(t)
	alice := mlstest.NewClient(servertest.DID("alice"))
	publish(t, s, alice, 4)
	bob := commitClient("bob")
	convo := servertest.NewConvoID()
	spent := claimOne(t, s, bob.DID, alice.DID, "")
	startWith(t, s, bob, spent)
	clock.add(time.Minute)
	forConvo(t, s, bob.DID, alice.DID, convo)
	traces := func() (n int) {
		t.Helper()
		for _, table := range []string{"key_packages", "package_claims"} {
			n += dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM `+table+` r WHERE position($1 in r::text) > 0
				OR position($2 in r::text) > 0 OR position($3 in r::text) > 0`, bob.DID, convo, hex.EncodeToString([]byte(bob.DID)))
		}
		return n
	}
	if n := traces(); n != 1 {
		t.Errorf("%d rows name the requester, want the one lease that lasts", n)
	}
	clean := func() {
		t.Helper()
		if err := cleanerOf(s).Round(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	clock.add(limit.LeaseTime - time.Second)
	if clean(); traces() != 1 {
		t.Error("a lease that lasts was cleared")
	}
	clock.add(2 * time.Second)
	if clean(); traces() != 0 {
		t.Error("a lease that has ended is kept")
	}
	if n := dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM package_claims`); n != 1 {
		t.Errorf("%d counts are kept, want the one of the day", n)
	}
	clock.add(24 * time.Hour)
	clean()
	if n := dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM package_claims`); n != 0 {
		t.Errorf("%d counts are kept a day later", n)
	}
}
