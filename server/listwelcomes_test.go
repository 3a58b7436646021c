package server

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// listWelcomes reads all pages. It returns the Welcomes by conversation and device,
// and the number of calls.
func listWelcomes(t *testing.T, s *Server, did string, p gen.ListWelcomesParams) (map[gen.WelcomeRef]gen.ListWelcomesOpenWelcome, int) {
	t.Helper()
	found := map[gen.WelcomeRef]gen.ListWelcomesOpenWelcome{}
	for calls := 1; ; calls++ {
		out, err := s.ListWelcomes(t.Context(), servertest.As(did), &p)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(xrpc.Marshal(out)); n > limit.MaxAnswer && len(out.Welcomes) > 1 {
			t.Errorf("an answer takes %d bytes, want at most %d", n, limit.MaxAnswer)
		}
		for _, w := range out.Welcomes {
			id := gen.WelcomeRef{ConvoID: w.ConvoID, DeviceID: w.DeviceID}
			if _, twice := found[id]; twice {
				t.Fatalf("the Welcome of %s for %s comes twice", w.ConvoID, w.DeviceID)
			}
			found[id] = w
		}
		if out.Cursor == nil {
			return found, calls
		}
		p.Cursor = out.Cursor
	}
}

// A new device of an account with 102 conversations gets its Welcomes in few calls,
// and sync names them all.
func TestListWelcomesOfManyConvos(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice := servertest.DID("alice")
	phone, laptop := mlstest.NewClient(alice), mlstest.NewClient(alice)
	want := map[gen.WelcomeRef]bool{}
	for range 102 {
		convo := servertest.AddConvo(t, s.Pool, 20, servertest.DID("creator"), alice)
		addWelcome(t, s, convo, 1, phone)
		addWelcome(t, s, convo, 2, laptop)
		want[gen.WelcomeRef{ConvoID: convo, DeviceID: laptop.DeviceID()}] = true
	}
	found, calls := listWelcomes(t, s, alice, gen.ListWelcomesParams{DeviceID: new(laptop.DeviceID()), Limit: 200})
	if calls > 3 || !maps.EqualFunc(found, want, func(w gen.ListWelcomesOpenWelcome, _ bool) bool {
		return string(w.Welcome) == "welcome 2" && string(w.RatchetTree) == "tree 2" && w.Epoch == 12 && w.Seq == 2 && w.KeyPackageHash == welcomeRef(2, laptop)
	}) {
		t.Errorf("%d Welcomes in %d calls, want %d in at most 3", len(found), calls, len(want))
	}
	if found, _ := listWelcomes(t, s, alice, gen.ListWelcomesParams{Limit: 7}); len(found) != 2*len(want) {
		t.Errorf("page by page there are %d Welcomes, want %d", len(found), 2*len(want))
	}
	servertest.Settled(t, s.Pool)
	out, err := s.Sync(t.Context(), servertest.As(alice), &gen.SyncInput{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range out.Welcomes {
		delete(want, w)
	}
	if len(want) != 0 || len(out.Welcomes) != len(found)*2 {
		t.Errorf("sync names %d Welcomes, and leaves out %d of the new device", len(out.Welcomes), len(want))
	}
}

// A page ends before it exceeds the size of an answer, and a Welcome that exceeds it
// alone is given alone.
func TestListWelcomesOfManyBytes(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	c := mlstest.NewClient(servertest.DID("alice"))
	for range 6 {
		convo := servertest.AddConvo(t, s.Pool, 20, servertest.DID("creator"), c.DID)
		addWelcome(t, s, convo, 1, c)
	}
	dbtest.Exec(t, s.Pool, `UPDATE welcomes SET welcome = $1`, bytes.Repeat([]byte("w"), 1_200_000))
	if found, calls := listWelcomes(t, s, c.DID, gen.ListWelcomesParams{Limit: 1000}); len(found) != 6 || calls != 3 {
		t.Errorf("%d Welcomes in %d calls, want 6 in 3", len(found), calls)
	}
	dbtest.Exec(t, s.Pool, `UPDATE welcomes SET welcome = $1`, bytes.Repeat([]byte("w"), 4<<20))
	if found, calls := listWelcomes(t, s, c.DID, gen.ListWelcomesParams{Limit: 1000}); len(found) != 6 || calls != 6 {
		t.Errorf("%d Welcomes in %d calls, want 6 in 6", len(found), calls)
	}
}

// Only Welcomes of the present membership are open, and nobody sees those of others.
func TestListWelcomesOfOtherTimes(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := mlstest.NewClient(servertest.DID("alice")), mlstest.NewClient(servertest.DID("bob"))
	convo := servertest.AddConvo(t, s.Pool, 20, servertest.DID("creator"), alice.DID, bob.DID)
	addWelcome(t, s, convo, 1, alice, bob)
	check := func(when string, c *mlstest.Client, want ...int64) {
		t.Helper()
		found, _ := listWelcomes(t, s, c.DID, gen.ListWelcomesParams{Limit: 10})
		var got []int64
		for _, w := range found {
			got = append(got, w.Seq)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: Welcomes %v, want %v", when, got, want)
		}
	}
	check("a member", alice, 1)
	dbtest.Exec(t, s.Pool, `UPDATE conversations SET last_seq = 1 WHERE convo_id = $1`, convo)
	servertest.EndMember(t, s.Pool, convo, alice.DID)
	check("a former member", alice)
	servertest.AddMember(t, s.Pool, convo, alice.DID, 2)
	check("a member again", alice)
	addWelcome(t, s, convo, 2, alice)
	check("with a new Welcome", alice, 2)
	check("another", bob, 1)
	_, err := s.ListWelcomes(t.Context(), servertest.As(alice.DID), &gen.ListWelcomesParams{Limit: 10, Cursor: new(strings.Repeat("0", 33) + ".a")})
	servertest.WantError(t, err, gen.ErrInvalidCursor)
}
