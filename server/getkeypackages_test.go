package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
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

func TestGetKeyPackagesOrder(t *testing.T) {
	s := newTestServer(t)
	var alice, bob []*mlstest.Client
	for range 5 {
		alice = append(alice, mlstest.NewClient(servertest.DID("alice")))
		bob = append(bob, mlstest.NewClient(servertest.DID("bob")))
	}
	// In one call the devices of an account appear in the order of the packages.
	in := &gen.PublishKeyPackagesInput{}
	for _, c := range slices.Concat(alice, alice) {
		in.KeyPackages = append(in.KeyPackages, gen.PublishKeyPackagesKeyPackageItem{KeyPackage: c.KeyPackage().Raw, CipherSuite: c.Suite.String()})
	}
	need(s.PublishKeyPackages(context.Background(), servertest.As(servertest.DID("alice")), in))(t)
	for _, c := range bob {
		publish(t, s, c, 2)
	}
	out := claimOf(t, s, servertest.DID("carol"), servertest.DID("bob"), servertest.DID("nobody"), servertest.DID("alice"), servertest.DID("bob"), servertest.DID("nobody"))
	var got, want []string
	for _, kp := range out.KeyPackages {
		got = append(got, kp.DID+" "+*kp.DeviceID)
	}
	for _, c := range slices.Concat(bob, alice) {
		want = append(want, c.DID+" "+c.DeviceID())
	}
	if !slices.Equal(got, want) {
		t.Errorf("packages are of\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !slices.Equal(out.Missing, []string{servertest.DID("nobody")}) || out.MissingDevices != nil {
		t.Errorf("missing are %v and %v, want nobody and no device", out.Missing, out.MissingDevices)
	}
}

func TestGetKeyPackagesMissing(t *testing.T) {
	s, clock := newClockServer(t)
	account := servertest.DID("alice")
	convo := servertest.AddConvo(t, s.Pool, 1, account)
	phone, laptop, tablet, gone := mlstest.NewClient(account), mlstest.NewClient(account), mlstest.NewClient(account), mlstest.NewClient(account)
	publish(t, s, phone, 1)
	clock.add(time.Second)
	spend(t, s, account, refOf(t, publish(t, s, laptop, 1)[0]))
	addLeaf(t, s, convo, account, laptop.DeviceID())
	clock.add(time.Second)
	soon := tablet.KeyPackage(lifetimeFrom(s))
	need(publishOne(s, tablet, soon.Raw, clock.now().Add(limit.LeaseTime)))(t)
	publish(t, s, gone, 1)
	need(s.DeleteDevice(context.Background(), servertest.As(account), &gen.DeleteDeviceInput{DeviceID: gone.DeviceID()}))(t)

	out := claimOf(t, s, servertest.DID("bob"), account)
	if len(out.KeyPackages) != 1 || *out.KeyPackages[0].DeviceID != phone.DeviceID() {
		t.Errorf("%d packages, want the phone's", len(out.KeyPackages))
	}
	want := []gen.DeviceRef{{DID: account, DeviceID: laptop.DeviceID()}, {DID: account, DeviceID: tablet.DeviceID()}}
	if out.Missing != nil || !slices.Equal(out.MissingDevices, want) {
		t.Errorf("missing are %v and %v, want %v", out.Missing, out.MissingDevices, want)
	}
}

func TestGetKeyPackagesLease(t *testing.T) {
	s, clock := newClockServer(t)
	other := secondInstance(t, s)
	c := mlstest.NewClient(servertest.DID("alice"))
	publish(t, s, c, 4)
	bob, carol := servertest.DID("bob"), servertest.DID("carol")
	for _, friend := range []string{bob, carol, servertest.DID("dave"), servertest.DID("erin")} {
		befriend(t, s, c.DID, friend)
	}
	convo := servertest.NewConvoID()

	first := claimOne(t, s, bob, c.DID, "")
	if want := xrpc.FormatTime(clock.now().Add(limit.LeaseTime)); *first.LeaseExpiresAt != want || *first.LastResort {
		t.Errorf("the lease ends at %s, want %s", *first.LeaseExpiresAt, want)
	}
	same := func(t *testing.T, a, b gen.KeyPackageRef) {
		t.Helper()
		if *a.KeyPackageHash != *b.KeyPackageHash || !bytes.Equal(a.KeyPackage, b.KeyPackage) || *a.LeaseExpiresAt != *b.LeaseExpiresAt {
			t.Errorf("packages differ: %s until %s, and %s until %s", *a.KeyPackageHash, *a.LeaseExpiresAt, *b.KeyPackageHash, *b.LeaseExpiresAt)
		}
	}
	differ := func(t *testing.T, refs ...gen.KeyPackageRef) {
		t.Helper()
		for i, a := range refs {
			for _, b := range refs[:i] {
				if *a.KeyPackageHash == *b.KeyPackageHash {
					t.Error("a package is leased twice")
				}
			}
		}
	}
	clock.add(limit.LeaseTime - time.Second)
	same(t, first, claimOne(t, other, bob, c.DID, ""))
	forConvo := claimOne(t, s, bob, c.DID, convo)
	same(t, forConvo, claimOne(t, s, bob, c.DID, convo))
	carols := claimOne(t, s, carol, c.DID, convo)
	differ(t, first, forConvo, carols)

	t.Run("ends by the clock, not renewed by asking", func(t *testing.T) {
		clock.add(time.Second)
		second := claimOne(t, s, bob, c.DID, "")
		differ(t, first, second, forConvo, carols)
		if want := xrpc.FormatTime(clock.now().Add(limit.LeaseTime)); *second.LeaseExpiresAt != want {
			t.Errorf("the lease ends at %s, want %s", *second.LeaseExpiresAt, want)
		}
		// The pool has the first again, and nothing else.
		dave := claimOne(t, s, servertest.DID("dave"), c.DID, "")
		if *dave.KeyPackageHash != *first.KeyPackageHash {
			t.Error("what a lease left is not in the pool again")
		}
		wantNone(t, s, servertest.DID("erin"), c, "")
	})
	t.Run("ends by being spent", func(t *testing.T) {
		more := publish(t, s, c, 1)
		spend(t, s, c.DID, *forConvo.KeyPackageHash)
		next := claimOne(t, s, bob, c.DID, convo)
		if *next.KeyPackageHash != refOf(t, more[0]) {
			t.Error("a spent package is given again")
		}
	})
}

// A package is given while it outlives the lease, to the second.
func TestGetKeyPackagesExpiry(t *testing.T) {
	for name, opts := range map[string][]mlstest.KPOption{"leased": nil, "last resort": {mlstest.LastResort()}} {
		t.Run(name, func(t *testing.T) {
			s, clock := newClockServer(t)
			c := mlstest.NewClient(servertest.DID("alice"))
			kp := c.KeyPackage(append(opts, lifetimeFrom(s))...)
			need(publishOne(s, c, kp.Raw, clock.now().Add(2*time.Hour)))(t)
			clock.add(time.Hour)
			wantNone(t, s, servertest.DID("bob"), c, "")
			clock.add(-time.Second)
			claimOne(t, s, servertest.DID("bob"), c.DID, "")
			// Who has it, has it for the whole hour.
			clock.add(limit.LeaseTime - time.Second)
			if opts == nil {
				claimOne(t, s, servertest.DID("bob"), c.DID, "")
			}
			wantNone(t, s, servertest.DID("carol"), c, "")
		})
	}
}

func TestGetKeyPackagesSuite(t *testing.T) {
	s := newTestServer(t)
	account := servertest.DID("alice")
	convo := servertest.AddConvo(t, s.Pool, 1, account)
	phone := mlstest.NewClient(account)
	publish(t, s, inSuite(phone, 3), 1)
	laptop := mlstest.NewClient(account, mlstest.Suite(mls.SuiteP384))
	publish(t, s, laptop, 1)
	tablet := mlstest.NewClient(account)
	addStatedLeaf(t, s, convo, account, tablet.DeviceID())
	dbtest.Exec(t, s.Pool, `INSERT INTO devices (did, device_id, created_at) VALUES ($1, $2, now() + interval '1 s')`, account, tablet.DeviceID())

	suites := func(p *gen.GetKeyPackagesParams) (served, missing []string) {
		p.DIDs = []string{account}
		out := claimWith(t, s, servertest.DID("bob"), p)
		names := map[string]string{phone.DeviceID(): "phone ", laptop.DeviceID(): "laptop ", tablet.DeviceID(): "tablet "}
		for _, kp := range out.KeyPackages {
			served = append(served, names[*kp.DeviceID]+kp.CipherSuite)
		}
		for _, d := range out.MissingDevices {
			missing = append(missing, names[d.DeviceID])
		}
		return served, missing
	}
	want := func(t *testing.T, suite mls.CipherSuite, wantServed, wantMissing []string) {
		t.Helper()
		p := &gen.GetKeyPackagesParams{}
		if suite != 0 {
			p.CipherSuite = new(suite.String())
		}
		if served, missing := suites(p); !slices.Equal(served, wantServed) || !slices.Equal(missing, wantMissing) {
			t.Errorf("suite %v: served %v, missing %v; want %v and %v", suite, served, missing, wantServed, wantMissing)
		}
	}
	three, seven := mls.CipherSuite(3).String(), mls.CipherSuite(7).String()
	want(t, 0, []string{"phone " + three, "laptop " + seven}, []string{"tablet "})
	want(t, 3, []string{"phone " + three}, []string{"laptop ", "tablet "})
	want(t, 7, []string{"laptop " + seven}, []string{"phone ", "tablet "})
	want(t, 1, nil, []string{"phone ", "laptop ", "tablet "})
	// The lowest it has, once it has suite 1; others asked for by name stay.
	publish(t, s, phone, 1, mlstest.LastResort())
	want(t, 0, []string{"phone " + mls.CipherSuite(1).String(), "laptop " + seven}, []string{"tablet "})
	want(t, 3, []string{"phone " + three}, []string{"laptop ", "tablet "})
}

func TestGetKeyPackagesDraining(t *testing.T) {
	s, clock := newClockServer(t)
	account := servertest.DID("alice")
	phone, laptop := mlstest.NewClient(account), mlstest.NewClient(account)
	publish(t, s, phone, 12)
	publish(t, s, inSuite(phone, 3), 3)
	clock.add(time.Second)
	publish(t, s, laptop, 12)
	lastResort := publish(t, s, laptop, 1, mlstest.LastResort())[0]
	greedy := servertest.DID("greedy")
	befriend(t, s, account, greedy)
	befriend(t, s, account, servertest.DID("honest"))
	seen := map[string]bool{}
	claim := func(convo int) *gen.GetKeyPackagesOutput {
		return claimWith(t, s, greedy, &gen.GetKeyPackagesParams{DIDs: []string{account}, ConvoID: new(xrpc.ConvoID(fmt.Sprintf("%032x", convo)))})
	}
	for convo := range perRequester {
		for _, kp := range claim(convo).KeyPackages {
			if *kp.LastResort || seen[*kp.KeyPackageHash] {
				t.Fatalf("claim %d: last resort %v, seen before %v", convo, *kp.LastResort, seen[*kp.KeyPackageHash])
			}
			seen[*kp.KeyPackageHash] = true
		}
	}
	if len(seen) != 2*perRequester {
		t.Fatalf("%d packages are leased, want 8 of each device", len(seen))
	}
	ninth := claim(perRequester)
	if len(ninth.KeyPackages) != 1 || *ninth.KeyPackages[0].KeyPackageHash != refOf(t, lastResort) || !*ninth.KeyPackages[0].LastResort {
		t.Errorf("the ninth claim got %d packages, want the laptop's last resort", len(ninth.KeyPackages))
	}
	if len(ninth.MissingDevices) != 1 || ninth.MissingDevices[0].DeviceID != phone.DeviceID() || ninth.Missing != nil {
		t.Errorf("missing are %v and %v, want the phone", ninth.Missing, ninth.MissingDevices)
	}
	// The bound is the device's, not the suite's; leases held are given again.
	three := claimWith(t, s, greedy, &gen.GetKeyPackagesParams{DIDs: []string{account}, CipherSuite: new(mls.CipherSuite(3).String())})
	if len(three.KeyPackages) != 0 {
		t.Error("another suite is a way around the bound")
	}
	if again := claim(3); len(again.KeyPackages) != 2 || !seen[*again.KeyPackages[0].KeyPackageHash] {
		t.Error("a lease held is not given again")
	}
	if out := claimOf(t, s, servertest.DID("honest"), account); len(out.KeyPackages) != 2 || *out.KeyPackages[1].LastResort {
		t.Error("one account drained another's packages")
	}
	// What is spent still counts, until an hour has passed.
	spend(t, s, account, *claim(0).KeyPackages[0].KeyPackageHash)
	if out := claim(perRequester); len(out.KeyPackages) != 1 || !*out.KeyPackages[0].LastResort {
		t.Error("spending a package makes room for another")
	}
	clock.add(limit.LeaseTime)
	if out := claim(perRequester + 1); len(out.KeyPackages) != 2 || *out.KeyPackages[0].LastResort || *out.KeyPackages[1].LastResort {
		t.Error("what was taken an hour ago still counts")
	}
}

func TestGetKeyPackagesLastResort(t *testing.T) {
	s, clock := newClockServer(t)
	c := mlstest.NewClient(servertest.DID("alice"))
	older := publish(t, s, c, 1, mlstest.LastResort())[0]
	clock.add(time.Hour)
	newer := publish(t, s, c, 1, mlstest.LastResort())[0]
	for _, requester := range []string{servertest.DID("bob"), servertest.DID("carol"), servertest.DID("bob")} {
		got := claimOne(t, s, requester, c.DID, "")
		if *got.KeyPackageHash != refOf(t, newer) || !*got.LastResort || got.LeaseExpiresAt != nil {
			t.Errorf("got %s, last resort %v, lease %v; want the newest, unleased", *got.KeyPackageHash, *got.LastResort, got.LeaseExpiresAt)
		}
		used := dbtest.Value[*time.Time](t, s.Pool, `SELECT last_resort_used_at FROM key_packages WHERE ref = $1`, need(newer.Ref())(t))
		if used == nil || !used.Equal(clock.now()) {
			t.Errorf("used at %v, want %v", used, clock.now())
		}
		clock.add(time.Minute)
	}
	if used := dbtest.Value[*time.Time](t, s.Pool, `SELECT last_resort_used_at FROM key_packages WHERE ref = $1`, need(older.Ref())(t)); used != nil {
		t.Error("a package that was not given counts as used")
	}
	publish(t, s, c, 1)
	if got := claimOne(t, s, servertest.DID("dave"), c.DID, ""); *got.LastResort {
		t.Error("the last resort comes before the pool is empty")
	}
}

func TestGetKeyPackagesRefusals(t *testing.T) {
	s := newTestServer(t)
	for name, p := range map[string]*gen.GetKeyPackagesParams{
		"cipherSuite": {DIDs: []string{servertest.DID("alice")}, CipherSuite: new("MLS_NONE")},
	} {
		_, err := s.GetKeyPackages(context.Background(), servertest.As(servertest.DID("bob")), p)
		if e := servertest.WantError(t, err, xrpc.InvalidRequest); !strings.HasPrefix(e.Message, name) {
			t.Errorf("message is %q, want it to name %s", e.Message, name)
		}
	}
}

// Three accounts whose packages are all as large as they may be do not fit into
// one answer: the third is told of without packages, and asked for alone it
// comes whole.
func TestGetKeyPackagesCut(t *testing.T) {
	s := newTestServer(t)
	accounts := []string{servertest.DID("alice"), servertest.DID("bob"), servertest.DID("carol")}
	for _, account := range accounts {
		dbtest.Exec(t, s.Pool, `INSERT INTO accounts (did, created_at) VALUES ($1, now())`, account)
		dbtest.Exec(t, s.Pool, `INSERT INTO devices (did, device_id, created_at)
			SELECT $1::text, lpad(n::text, 26, 'a'), now() + n * interval '1 ms' FROM generate_series(1, $2::int) n`, account, limit.MaxDevices)
		dbtest.Exec(t, s.Pool, `INSERT INTO key_packages (did, ref, device_id, cipher_suite, key_package, last_resort, created_at, expires_at)
			SELECT did, decode(md5(did || device_id), 'hex'), device_id, 1, decode(repeat('00', $2), 'hex'), FALSE, now(), now() + interval '1 day'
			FROM devices WHERE did = $1`, account, limit.MaxKeyPackage)
	}
	out := claimOf(t, s, servertest.DID("dave"), append(accounts, servertest.DID("nobody"))...)
	if n := len(need(json.Marshal(out))(t)); n > limit.MaxAnswer {
		t.Errorf("the answer takes %d bytes, want at most %d", n, limit.MaxAnswer)
	}
	if len(out.KeyPackages) != limit.MaxDevices {
		t.Errorf("%d packages, want those of one account", len(out.KeyPackages))
	}
	if !slices.Equal(out.Missing, []string{servertest.DID("nobody")}) || len(out.MissingDevices) != 2*limit.MaxDevices {
		t.Errorf("missing are %v and %d devices, want nobody and 64 devices", out.Missing, len(out.MissingDevices))
	}
	for _, account := range accounts {
		alone := claimOf(t, s, servertest.DID("dave"), account)
		if len(alone.KeyPackages) != limit.MaxDevices || alone.Missing != nil || alone.MissingDevices != nil {
			t.Errorf("alone: %d packages, missing %v and %d devices", len(alone.KeyPackages), alone.Missing, len(alone.MissingDevices))
		}
	}
}
