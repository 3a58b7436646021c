package server

import (
	"context"
	"fmt"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/consent"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// newLimitedServer makes a server with the limits on strangers.
func newLimitedServer(t testing.TB, opts ...func(*Config)) *Server {
	t.Helper()
	limits := need(limit.New(limit.Config{}))(t)
	return newTestServer(t, append([]func(*Config){func(c *Config) { c.Packages = limits }}, opts...)...)
}

// strangersOf makes the DIDs of accounts that do not exist.
func strangersOf(round, n int) []string {
	var out []string
	for i := range n {
		out = append(out, servertest.DID(fmt.Sprintf("stranger-%d-%d", round, i)))
	}
	return out
}

// An account that asks for 200 times 100 strangers reaches 100, whether they exist or
// not; the same ones it may ask for again, and the operator can allow more.
func TestStrangersInADay(t *testing.T) {
	t.Parallel()
	clock := newTestClock()
	s := newLimitedServer(t, func(c *Config) { c.Clock = clock.now })
	alice := servertest.As(servertest.DID("alice"))
	ask := func(dids []string) error {
		return second(s.GetKeyPackages(t.Context(), alice, &gen.GetKeyPackagesParams{DIDs: dids}))
	}
	reached := 0
	for round := range 200 {
		if err := ask(strangersOf(round, 100)); err == nil {
			reached += 100
		} else {
			servertest.WantError(t, err, xrpc.RateLimitExceeded)
		}
	}
	if reached != 100 {
		t.Errorf("%d strangers were reached, want 100", reached)
	}
	if err := ask(strangersOf(0, 100)); err != nil {
		t.Errorf("the same again: %v", err)
	}
	if err := dbOf(s).AllowStrangers(t.Context(), alice.DID, 200); err != nil {
		t.Fatal(err)
	}
	if err := ask(strangersOf(1, 100)); err != nil {
		t.Errorf("allowed more: %v", err)
	}
	servertest.WantError(t, ask(strangersOf(2, 1)), xrpc.RateLimitExceeded)
	clock.add(24*time.Hour + time.Minute)
	if err := ask(strangersOf(2, 100)); err != nil {
		t.Errorf("a day later: %v", err)
	}
}

// An account with which the adder shares an accepted conversation is no stranger.
func TestAcquaintedAreNoStrangers(t *testing.T) {
	t.Parallel()
	s := newLimitedServer(t)
	alice := servertest.DID("alice")
	friends := strangersOf(0, 150)
	id := servertest.AddConvo(t, s.Pool, 1, append([]string{alice}, friends...)...)
	dbtest.Exec(t, s.Pool, `UPDATE memberships SET accepted_at = now() WHERE convo_id = $1`, id)
	for n := 0; n < len(friends); n += 50 {
		if err := second(s.GetKeyPackages(t.Context(), servertest.As(alice), &gen.GetKeyPackagesParams{DIDs: friends[n : n+50]})); err != nil {
			t.Fatal(err)
		}
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM strangers_asked`); n != 0 {
		t.Errorf("%d strangers are counted", n)
	}
}

// The victim of one flooder has 3 requests in one list.
func TestOneFlooder(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	mallory, bob := commitClient("mallory"), commitClient("bob")
	packages := commitPackages(t, s, bob, bob, bob, bob, bob)
	asStrangers(t, s, bob)
	for n, kp := range packages {
		g := mlstest.NewGroup(mallory, mlstest.Random(16)).With(bob)
		c := g.Commit(mallory, mlstest.Plan{Add: []*mls.KeyPackage{kp}})
		_, err := s.CreateConvo(t.Context(), by(mallory), &gen.CreateConvoInput{GroupID: servertest.IDOf(g), CipherSuite: mallory.Suite.String(),
			InitialMembers: []string{bob.DID}, WelcomeMessage: c.Welcome, GroupInfo: c.GroupInfo})
		if n < consent.OpenRequestsOfAdder && err != nil {
			t.Fatal(err)
		}
		if n >= consent.OpenRequestsOfAdder {
			servertest.WantError(t, err, gen.ErrKeyPackageNotFound)
		}
	}
	list, err := s.ListConvoRequests(t.Context(), by(bob), &gen.ListConvoRequestsParams{Limit: 100})
	if err != nil || len(list.Requests) != consent.OpenRequestsOfAdder {
		t.Errorf("%d requests, %v", len(list.Requests), err)
	}
}

// The victim of 500 flooders still gets an honest first request: it ends the oldest of
// the adder with most, and of several that of the origin with most.
func TestManyFlooders(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	bob, honest := commitClient("bob"), commitClient("honest")
	for n := range 500 {
		flooder := servertest.DID(fmt.Sprint("flooder", n))
		dbtest.Exec(t, s.Pool, `INSERT INTO account_origins (did, origin, confirmed_at) VALUES ($1, 'flood.example', now())`, flooder)
		addAs(t, s, servertest.AddConvo(t, s.Pool, 1, flooder), flooder, bob.DID, consent.Requested)
		s.EndExcess(t.Context(), []string{bob.DID})
	}
	id := servertest.IDOf(requestGroup(t, s, honest, bob))
	for n := range 50 {
		flooder := servertest.DID(fmt.Sprint("late-flooder", n))
		dbtest.Exec(t, s.Pool, `INSERT INTO account_origins (did, origin, confirmed_at) VALUES ($1, 'flood.example', now())`, flooder)
		addAs(t, s, servertest.AddConvo(t, s.Pool, 1, flooder), flooder, bob.DID, consent.Requested)
		s.EndExcess(t.Context(), []string{bob.DID})
	}
	wantStatus(t, s, id, bob.DID, "request")
	open := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM memberships WHERE did = $1 AND left_seq IS NULL`, bob.DID)
	if open != limit.OpenRequests.Amount {
		t.Errorf("%d requests are open, want %d", open, limit.OpenRequests.Amount)
	}
}

// A flooder that hangs up as soon as its commit is stored leaves its target with no more
// open requests than others do.
func TestExcessEndsWithoutItsCaller(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	bob := commitClient("bob")
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	for n := range limit.OpenRequests.Amount + 1 {
		flooder := servertest.DID(fmt.Sprint("flooder", n))
		addAs(t, s, servertest.AddConvo(t, s.Pool, 1, flooder), flooder, bob.DID, consent.Requested)
	}
	s.EndExcess(gone, []string{bob.DID})
	open := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM memberships WHERE did = $1 AND left_seq IS NULL`, bob.DID)
	if open != limit.OpenRequests.Amount {
		t.Errorf("%d requests are open, want %d", open, limit.OpenRequests.Amount)
	}
}

// The same holds for one that hangs up during the COMMIT, which goes on: what follows an
// addition comes after it.
func TestExcessEndsAfterTheCommit(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	mallory, bob := commitClient("mallory"), commitClient("bob")
	for n := range limit.OpenRequests.Amount {
		flooder := servertest.DID(fmt.Sprint("flooder", n))
		addAs(t, s, servertest.AddConvo(t, s.Pool, 1, flooder), flooder, bob.DID, consent.Requested)
	}
	_, in := requestGroupInput(t, s, mallory, bob)
	dbtest.Exec(t, s.Pool, `CREATE FUNCTION wait_in_commit() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$`)
	dbtest.Exec(t, s.Pool, `CREATE CONSTRAINT TRIGGER wait_in_commit AFTER INSERT ON memberships
		DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_in_commit()`)
	held, err := s.Pool.Begin(t.Context())
	if err == nil {
		_, err = held.Exec(t.Context(), `SELECT pg_advisory_xact_lock(1)`)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, hangUp := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := s.CreateConvo(ctx, by(mallory), in)
		done <- err
	}()
	waitForLock(t, s)
	hangUp()
	if err := held.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	wantStatus(t, s, in.GroupID, bob.DID, "request")
	open := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM memberships WHERE did = $1 AND left_seq IS NULL`, bob.DID)
	if open != limit.OpenRequests.Amount {
		t.Errorf("%d requests are open, want %d", open, limit.OpenRequests.Amount)
	}
}
