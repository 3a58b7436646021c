package server

import (
	"context"
	"encoding/hex"
	"sync"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/retention"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// testClock is a clock that tests move.
type testClock struct {
	mu sync.Mutex
	t  time.Time
}

// newTestClock starts at the present in whole seconds, the precision of lifetimes.
func newTestClock() *testClock {
	return &testClock{t: time.Now().UTC().Truncate(time.Second)}
}

func (c *testClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *testClock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// newClockServer makes a server whose clock the test sets.
func newClockServer(t testing.TB) (*Server, *testClock) {
	clock := newTestClock()
	return newTestServer(t, func(c *Config) { c.Clock = clock.now }), clock
}

// publish publishes new packages of one device: n, or as many as opts has lists.
func publish(t testing.TB, s *Server, c *mlstest.Client, n int, opts ...mlstest.KPOption) []*mls.KeyPackage {
	t.Helper()
	var out []*mls.KeyPackage
	servertest.AcceptAll(t, s.Pool, c.DID)
	in := &gen.PublishKeyPackagesInput{}
	for range n {
		kp := c.KeyPackage(append([]mlstest.KPOption{lifetimeFrom(s)}, opts...)...)
		out = append(out, kp)
		in.KeyPackages = append(in.KeyPackages, gen.PublishKeyPackagesKeyPackageItem{KeyPackage: kp.Raw, CipherSuite: kp.CipherSuite.String()})
	}
	answer, err := s.PublishKeyPackages(context.Background(), servertest.As(c.DID), in)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Failed != 0 || answer.Succeeded != int64(n) {
		t.Fatalf("published %d of %d: %v", answer.Succeeded, n, answer.Errors)
	}
	return out
}

// lifetimeFrom returns a lifetime of four weeks by the server's clock.
func lifetimeFrom(s *Server) mlstest.KPOption {
	return mlstest.Lifetime(s.Now().Add(-time.Hour), s.Now().Add(28*24*time.Hour))
}

// publishOne publishes a package. Its expires is set unless it is zero.
func publishOne(s *Server, c *mlstest.Client, b []byte, expires time.Time) (*gen.PublishKeyPackageOutput, error) {
	in := &gen.PublishKeyPackageInput{KeyPackage: b, CipherSuite: c.Suite.String()}
	if !expires.IsZero() {
		in.Expires = new(expires.Format(time.RFC3339Nano))
	}
	return s.PublishKeyPackage(context.Background(), servertest.As(c.DID), in)
}

// claimOf claims packages of the DIDs.
func claimOf(t testing.TB, s *Server, requester string, dids ...string) *gen.GetKeyPackagesOutput {
	t.Helper()
	return claimWith(t, s, requester, &gen.GetKeyPackagesParams{DIDs: dids})
}

func claimWith(t testing.TB, s *Server, requester string, p *gen.GetKeyPackagesParams) *gen.GetKeyPackagesOutput {
	t.Helper()
	out, err := s.GetKeyPackages(context.Background(), servertest.As(requester), p)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// claimOne claims the package of an account with one device, for a conversation or
// none.
func claimOne(t testing.TB, s *Server, requester, did string, convo xrpc.ConvoID) gen.KeyPackageRef {
	t.Helper()
	p := &gen.GetKeyPackagesParams{DIDs: []string{did}}
	if convo != "" {
		p.ConvoID = &convo
	}
	out := claimWith(t, s, requester, p)
	if len(out.KeyPackages) != 1 || out.Missing != nil || out.MissingDevices != nil {
		t.Fatalf("claimed %d packages, missing %v %v; want one", len(out.KeyPackages), out.Missing, out.MissingDevices)
	}
	return out.KeyPackages[0]
}

// wantNone claims the package of an account with one device, and wants none.
func wantNone(t testing.TB, s *Server, requester string, c *mlstest.Client, convo xrpc.ConvoID) {
	t.Helper()
	p := &gen.GetKeyPackagesParams{DIDs: []string{c.DID}}
	if convo != "" {
		p.ConvoID = &convo
	}
	out := claimWith(t, s, requester, p)
	if len(out.KeyPackages) != 0 || len(out.Missing) != 1 || len(out.MissingDevices) != 1 || out.MissingDevices[0].DeviceID != c.DeviceID() {
		t.Fatalf("claimed %d packages, missing %v %v; want none", len(out.KeyPackages), out.Missing, out.MissingDevices)
	}
}

func refOf(t testing.TB, kp *mls.KeyPackage) string {
	t.Helper()
	return need(kp.RefHex())(t)
}

// spend marks a package as spent, as an accepted commit does.
func spend(t testing.TB, s *Server, did, refHex string) {
	t.Helper()
	ref, err := hex.DecodeString(refHex)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Exec(t, s.Pool, `UPDATE key_packages SET spent_at = $3, lease_holder = NULL, lease_convo = NULL, lease_ends_at = NULL WHERE did = $1 AND ref = $2`, did, ref, s.Now())
}

// addLeaf inserts a leaf of a device into a conversation.
func addLeaf(t testing.TB, s *Server, convoID xrpc.ConvoID, did, deviceID string) {
	t.Helper()
	dbtest.Exec(t, s.Pool, `INSERT INTO accounts (did, created_at) VALUES ($1, now()) ON CONFLICT DO NOTHING`, did)
	dbtest.Exec(t, s.Pool, `INSERT INTO devices (did, device_id, created_at) VALUES ($1, $2, now()) ON CONFLICT DO NOTHING`, did, deviceID)
	addStatedLeaf(t, s, convoID, did, deviceID)
}

// addStatedLeaf inserts a leaf that another account stated: the owner has shown no
// such device.
func addStatedLeaf(t testing.TB, s *Server, convoID xrpc.ConvoID, did, deviceID string) {
	t.Helper()
	dbtest.Exec(t, s.Pool, `INSERT INTO leaves (convo_id, did, device_id, leaf_index, signature_key, credential) VALUES ($1, $2, $3, 0, '', '')`, convoID, did, deviceID)
}

func countPackages(t testing.TB, s *Server, did string) int {
	t.Helper()
	return dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM key_packages WHERE did = $1`, did)
}

// inSuite returns the same device with packages of another suite with the same
// signature algorithm.
func inSuite(c *mlstest.Client, suite mls.CipherSuite) *mlstest.Client {
	other := *c
	other.Suite = suite
	return &other
}

// need ends the test if there is an error.
func need[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestKeyPackagesCleaned(t *testing.T) {
	s, clock := newClockServer(t)
	ctx := context.Background()
	c := mlstest.NewClient(servertest.DID("alice"))
	from, to := clock.now(), clock.now().Add(limit.MaxPackageLifetime)
	var refs []string
	var spent []byte
	for i := range 4 { // expiring in an hour, spent or not, and at the very end, spent or not
		kp := c.KeyPackage(mlstest.Lifetime(from, to))
		var expires time.Time
		if i < 2 {
			expires = from.Add(time.Hour)
		}
		need(publishOne(s, c, kp.Raw, expires))(t)
		if refs = append(refs, refOf(t, kp)); i%2 == 0 {
			spend(t, s, c.DID, refs[i])
			spent = kp.Raw
		}
	}
	check := func(t *testing.T, after time.Duration, want int) {
		t.Helper()
		clock.add(from.Add(after).Sub(clock.now()))
		if err := cleanerOf(s).Round(ctx); err != nil {
			t.Fatal(err)
		}
		if n := countPackages(t, s, c.DID); n != want {
			t.Errorf("%v on, %d packages are kept, want %d", after, n, want)
		}
	}
	check(t, time.Hour+retention.ExpiredPackageTime, 4)
	check(t, time.Hour+retention.ExpiredPackageTime+time.Second, 3)
	check(t, limit.MaxPackageLifetime-time.Second, 3)
	need(publishOne(s, c, spent, time.Time{}))(t)
	if n := dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM key_packages WHERE spent_at IS NULL`); n != 1 {
		t.Errorf("%d unspent packages, want the one that nobody spent", n)
	}
	check(t, limit.MaxPackageLifetime+time.Hour+time.Second, 2)
	check(t, limit.MaxPackageLifetime+retention.ExpiredPackageTime+time.Second, 1)
	check(t, 2*limit.MaxPackageLifetime+time.Second, 0)
}
