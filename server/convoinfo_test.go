package server

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// infoInput is the input of updateConvoInfo in the epoch of a group. Without a text it
// has a key alone.
func infoInput(g *mlstest.Group, base int64, text, key string) *gen.UpdateConvoInfoInput {
	in := &gen.UpdateConvoInfoInput{ConvoID: servertest.IDOf(g), BaseVersion: base, InfoKey: []byte(key), Epoch: int64(g.Epoch())}
	if text != "" {
		in.Info = []byte(text)
	}
	return in
}

// setInfo calls updateConvoInfo, which has to succeed.
func setInfo(t testing.TB, s *Server, who *mlstest.Client, in *gen.UpdateConvoInfoInput) *gen.UpdateConvoInfoOutput {
	t.Helper()
	out, err := s.UpdateConvoInfo(t.Context(), by(who), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// infoOf describes the info in the convoView as "version info key keyEpoch", with the
// requested epoch if there is one.
func infoOf(t testing.TB, s *Server, g *mlstest.Group, who *mlstest.Client) string {
	t.Helper()
	v, err := s.GetConvo(t.Context(), by(who), &gen.GetConvoParams{ConvoID: servertest.IDOf(g)})
	if err != nil {
		t.Fatal(err)
	}
	i := v.Info
	switch {
	case i == nil:
		return "none"
	case i.RequestedEpoch != nil:
		return fmt.Sprintf("%d %s %s %d requested %d", i.Version, i.Info, i.InfoKey, i.KeyEpoch, *i.RequestedEpoch)
	}
	return fmt.Sprintf("%d %s %s %d", i.Version, i.Info, i.InfoKey, i.KeyEpoch)
}

// infoEvents lists the events about the info of a conversation.
func infoEvents(t testing.TB, pool *pgxpool.Pool, g *mlstest.Group) []string {
	t.Helper()
	return dbtest.Value[[]string](t, pool, `SELECT coalesce(array_agg(concat_ws(' ', kind, body ->> 'version', body ->> 'keyEpoch', body ->> 'epoch', coalesce(body ->> 'actor', body ->> 'did'))
		ORDER BY pos, seq, n), '{}') FROM events WHERE convo_id = $1 AND kind IN ('info', 'info-key-requested')`, servertest.IDOf(g))
}

func wantInfo(t testing.TB, s *Server, g *mlstest.Group, who *mlstest.Client, want string) {
	t.Helper()
	if got := infoOf(t, s, g, who); got != want {
		t.Errorf("info is %q, want %q", got, want)
	}
}

func TestConvoInfo(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	refused := func(who *mlstest.Client, in *gen.UpdateConvoInfoInput, name string) {
		t.Helper()
		_, err := s.UpdateConvoInfo(t.Context(), by(who), in)
		servertest.WantError(t, err, name)
	}
	wantInfo(t, s, g, bob, "none")
	refused(bob, infoInput(g, 0, "", "k0"), xrpc.InvalidRequest) // no key without an info
	first := infoInput(g, 0, "tea", "k1")
	if out := setInfo(t, s, bob, first); out.Version != 1 || out.KeyEpoch != 1 {
		t.Errorf("answer is %s", asJSON(t, out))
	}
	refused(alice, infoInput(g, 0, "coffee", "k2"), gen.ErrInfoVersionMismatch)
	refused(alice, infoInput(g, 2, "coffee", "k2"), gen.ErrInfoVersionMismatch)
	if out := setInfo(t, s, bob, first); out.Version != 1 { // a repeated call
		t.Errorf("repeated, the answer is %s", asJSON(t, out))
	}
	wantInfo(t, s, g, alice, "1 tea k1 1")

	// The key alone: it is for the current version and epoch. The first wrap of an
	// epoch stays, unless an admin replaces it.
	refused(bob, infoInput(g, 0, "", "k3"), gen.ErrInfoVersionMismatch)
	old := infoInput(g, 1, "", "k3")
	setInfo(t, s, bob, old)
	wantInfo(t, s, g, alice, "1 tea k1 1")
	g = advance(t, s, g, alice, 1)
	refused(bob, old, gen.ErrEpochMismatch)
	setInfo(t, s, bob, infoInput(g, 1, "", "k4"))
	setInfo(t, s, bob, infoInput(g, 1, "", "k5"))
	wantInfo(t, s, g, alice, "1 tea k4 2")
	setInfo(t, s, alice, infoInput(g, 1, "", "k6"))
	wantInfo(t, s, g, alice, "1 tea k6 2")
	if got, want := infoEvents(t, s.Pool, g), []string{"info 1 1 " + bob.DID, "info 1 2 " + bob.DID, "info 1 2 " + alice.DID}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("events are %v, want %v", got, want)
	}
}

// The policy and the lock decide about the info, and not about its key.
func TestConvoInfoRights(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	admins := "admins"
	setPolicy(t, s, alice, &gen.UpdateConvoPolicyInput{ConvoID: servertest.IDOf(g), ChangeInfo: &admins})
	_, err := s.UpdateConvoInfo(t.Context(), by(bob), infoInput(g, 0, "tea", "k"))
	servertest.WantError(t, err, gen.ErrNotAllowed)
	setInfo(t, s, alice, infoInput(g, 0, "tea", "k"))
	g = advance(t, s, g, alice, 1)
	setInfo(t, s, bob, infoInput(g, 1, "", "k2"))
	if _, err := s.LockConvo(t.Context(), by(alice), &gen.LockConvoInput{ConvoID: servertest.IDOf(g)}); err != nil {
		t.Fatal(err)
	}
	_, err = s.UpdateConvoInfo(t.Context(), by(alice), infoInput(g, 1, "coffee", "k3"))
	servertest.WantError(t, err, xrpc.ConvoLocked)
	// A device comes back to the locked conversation, and gets the key.
	c := g.ExternalCommit(bob.Rotate())
	out, err := s.JoinConvo(t.Context(), by(bob), joinInput(g, c))
	accepted(t, (*gen.SendCommitOutput)(out), err)
	g = c.Next
	wantInfo(t, s, g, alice, "1 tea k2 2 requested 3")
	setInfo(t, s, alice, infoInput(g, 1, "", "k4"))
	wantInfo(t, s, g, bob, "1 tea k4 3")
}

// A commit brings the key for its epoch in its transaction. Where a device enters
// without one, an event asks for it, once there is an info.
func TestInfoKeyOfCommits(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, dave := commitClient("alice"), commitClient("bob"), commitClient("dave")
	g := commitGroup(t, s, alice, bob, dave)
	join := func(key []byte) {
		t.Helper()
		c := g.ExternalCommit(bob.Rotate())
		in := joinInput(g, c)
		in.InfoKey = key
		out, err := s.JoinConvo(t.Context(), by(bob), in)
		accepted(t, (*gen.SendCommitOutput)(out), err)
		g = c.Next
	}
	join(nil)
	join([]byte("no info yet"))
	setInfo(t, s, alice, infoInput(g, 0, "tea", "k"))
	base := int64(g.Epoch())

	commit := func(who *mlstest.Client, key string) (*mlstest.Commit, *gen.SendCommitOutput) {
		t.Helper()
		c := g.Commit(who, mlstest.Plan{Public: true})
		in := commitInput(g, c)
		in.InfoKey = []byte(key)
		out, err := s.SendCommit(t.Context(), by(who), in)
		if err != nil {
			t.Fatal(err)
		}
		return c, out
	}
	won, _ := commit(alice, "k1")
	if _, out := commit(dave, "of a lost race"); out.Success {
		t.Fatal("two commits of one epoch")
	}
	g = won.Next
	wantInfo(t, s, g, bob, fmt.Sprintf("1 tea k1 %d", base+1))
	join(nil)
	wantInfo(t, s, g, bob, fmt.Sprintf("1 tea k1 %d requested %d", base+1, base+2))
	join([]byte("k3"))
	wantInfo(t, s, g, bob, fmt.Sprintf("1 tea k3 %d", base+3))
	join(nil)
	setInfo(t, s, alice, infoInput(g, 1, "coffee", "k4"))
	// The key of an earlier version is not that of the info: it is as if there were none.
	erin := commitClient("erin")
	c, in := addCommit(t, s, g, alice, erin)
	in.InfoKey, in.InfoVersion = []byte("of version 1"), new(int64(1))
	out, err := s.SendCommit(t.Context(), by(alice), in)
	accepted(t, out, err)
	g = c.Next
	wantInfo(t, s, g, erin, fmt.Sprintf("2 coffee k4 %d requested %d", base+4, base+5))
	want := []string{fmt.Sprintf("info 1 %d %s", base, alice.DID), fmt.Sprintf("info-key-requested %d %s", base+2, bob.DID),
		fmt.Sprintf("info-key-requested %d %s", base+4, bob.DID), fmt.Sprintf("info 2 %d %s", base+4, alice.DID),
		fmt.Sprintf("info-key-requested %d %s", base+5, erin.DID)}
	if got := infoEvents(t, s.Pool, g); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("events are %v, want %v", got, want)
	}
}

// Of 60 members that change the same version, at two instances, one succeeds.
func TestConvoInfoRace(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	other := secondInstance(t, s)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	var wg sync.WaitGroup
	errs := make([]error, 60)
	for i := range errs {
		wg.Go(func() {
			_, errs[i] = []*Server{s, other}[i%2].UpdateConvoInfo(t.Context(), by([]*mlstest.Client{alice, bob}[i/2%2]), infoInput(g, 0, fmt.Sprint("info ", i), fmt.Sprint("key ", i)))
		})
	}
	wg.Wait()
	won := -1
	for i, err := range errs {
		if err == nil && won < 0 {
			won = i
			continue
		}
		servertest.WantError(t, err, gen.ErrInfoVersionMismatch)
	}
	wantInfo(t, s, g, bob, fmt.Sprintf("1 info %d key %d 1", won, won))
}

// Large infos do not make a page larger than an answer may be.
func TestPagesWithInfos(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	did := servertest.DID("alice")
	for range 100 {
		id := servertest.AddConvo(t, s.Pool, 0, did)
		dbtest.Exec(t, s.Pool, `INSERT INTO convo_infos (convo_id, version, info, info_key, key_epoch, updated_at)
			VALUES ($1, 1, decode(repeat('ab', 65536), 'hex'), '\x01', 0, now())`, id)
	}
	servertest.Settled(t, s.Pool)
	seen := 0
	p := &gen.GetConvosParams{Limit: 100}
	for {
		out, err := s.GetConvos(t.Context(), servertest.As(did), p)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(xrpc.Marshal(out)); n > limit.MaxAnswer+(64<<10) {
			t.Fatalf("a page of %d conversations has %d bytes", len(out.Conversations), n)
		}
		for _, v := range out.Conversations {
			if v.Info == nil || len(v.Info.Info) != 65536 {
				t.Fatal("a view without its info")
			}
		}
		if seen += len(out.Conversations); out.Cursor == nil {
			break
		}
		p.Cursor = out.Cursor
	}
	if seen != 100 {
		t.Errorf("%d conversations in all pages", seen)
	}
}

// The service takes no name that it could read, unless its operator wants that.
func TestPlaintextMetadata(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice := commitClient("alice")
	in, _ := newConvoInput(t, s, alice)
	in.Metadata = &gen.ConvoMetadata{Name: new("Tea")}
	_, err := s.CreateConvo(t.Context(), by(alice), in)
	if e := servertest.WantError(t, err, xrpc.InvalidRequest); !bytes.Contains([]byte(e.Message), []byte("info of updateConvoInfo")) {
		t.Errorf("the error is %q", e.Message)
	}
	in.Metadata = &gen.ConvoMetadata{}
	if _, err := s.CreateConvo(t.Context(), by(alice), in); err != nil {
		t.Error(err)
	}
}
