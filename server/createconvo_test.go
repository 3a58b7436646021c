package server

import (
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// newConvoInput returns the input of createConvo for a creator that adds others in
// the group's first commit.
func newConvoInput(t testing.TB, s *Server, creator *mlstest.Client, others ...*mlstest.Client) (*gen.CreateConvoInput, *mlstest.Commit) {
	t.Helper()
	g := mlstest.NewGroup(creator, mlstest.Random(16)).With(others...)
	c := g.Commit(creator, mlstest.Plan{Add: commitPackages(t, s, others...)})
	return &gen.CreateConvoInput{
		GroupID: servertest.IDOf(g), CipherSuite: creator.Suite.String(), InitialMembers: dids(others), WelcomeMessage: c.Welcome, GroupInfo: c.GroupInfo,
	}, c
}

func TestCreateConvoView(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, func(c *Config) { c.PlaintextMetadata = true })
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	bob2 := commitClient("bob")
	in, c := newConvoInput(t, s, alice, bob, bob2, carol)
	in.GroupID = xrpc.ConvoID(strings.ToUpper(string(in.GroupID)))
	in.Metadata = &gen.ConvoMetadata{Name: new("friends")}
	v, err := s.CreateConvo(t.Context(), by(alice), servertest.Decoded(t, in))
	if err != nil {
		t.Fatal(err)
	}
	if err := xrpc.Check(v); err != nil {
		t.Errorf("answer breaks its lexicon: %v", err)
	}
	id := servertest.IDOf(c.Next)
	if v.ID != id || v.GroupID != id || v.Creator != alice.DID || v.Epoch != 1 || v.CipherSuite != mls.SuiteX25519AES128.String() ||
		*v.LastSeq != 0 || *v.ReadSeq != 0 || *v.MemberCount != 3 || *v.Metadata.Name != "friends" ||
		v.Metadata.Description != nil || v.LastMessageAt != nil {
		t.Errorf("view is %s", asJSON(t, v))
	}
	devices := map[string]int{}
	for _, m := range v.Members {
		devices[m.DID] = len(m.Devices)
	}
	if len(v.Members) != 3 || devices[alice.DID] != 1 || devices[bob.DID] != 2 || devices[carol.DID] != 1 {
		t.Errorf("devices are %v", devices)
	}
	if joined, left := window(t, s, id, carol.DID); joined != 0 || left != -1 {
		t.Errorf("window is (%d, %d], want from the beginning", joined, left)
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM welcome_recipients WHERE convo_id = $1 AND seq = 0 AND state = 'open'`, id); n != 3 {
		t.Errorf("%d open Welcomes, want one for each of 3 devices", n)
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM key_packages WHERE spent_at IS NULL`); n != 0 {
		t.Errorf("%d packages unspent", n)
	}
}

// A conversation begins in the epoch that the GroupInfo states. The client may state
// the same epoch.
func TestCreateConvoEpoch(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	for name, c := range map[string]struct {
		advance int64
		change  func(*gen.CreateConvoInput)
		err     string
	}{
		"not declared":          {0, nil, ""},
		"declared":              {0, func(in *gen.CreateConvoInput) { in.CurrentEpoch = new(int64(1)) }, ""},
		"later":                 {3, func(in *gen.CreateConvoInput) { in.CurrentEpoch = new(int64(4)) }, ""},
		"declared otherwise":    {0, func(in *gen.CreateConvoInput) { in.CurrentEpoch = new(int64(0)) }, gen.ErrInvalidGroupInfo},
		"declared beyond count": {0, func(in *gen.CreateConvoInput) { in.CurrentEpoch = new(int64(1 << 53)) }, gen.ErrInvalidGroupInfo},
	} {
		t.Run(name, func(t *testing.T) {
			alice, bob := commitClient("alice"), commitClient("bob")
			in, commit := newConvoInput(t, s, alice, bob)
			g := commit.Next
			for range c.advance {
				g = g.Commit(alice, mlstest.Plan{}).Next
			}
			in.GroupInfo = g.SignGroupInfo(alice, true)
			if c.change != nil {
				c.change(in)
			}
			v, err := s.CreateConvo(t.Context(), by(alice), in)
			if c.err != "" {
				servertest.WantError(t, err, c.err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if v.Epoch != 1+c.advance {
				t.Errorf("epoch is %d, want %d", v.Epoch, 1+c.advance)
			}
			if e := dbtest.Value[int64](t, s.Pool, `SELECT epoch FROM welcomes WHERE convo_id = $1 AND seq = 0`, v.ID); e != v.Epoch {
				t.Errorf("the Welcome joins epoch %d", e)
			}
			sameRoster(t, s, g)
		})
	}
}

// A creator that is alone begins with epoch 0, or with the epoch after its own update
// if its library makes no GroupInfo of epoch 0. Commits of others follow in both
// cases.
func TestCreateConvoAlone(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice := commitClient("alice")
	for _, updates := range []int{0, 1, 5} {
		g := mlstest.NewGroup(alice, mlstest.Random(16))
		for range updates {
			g = g.Commit(alice, mlstest.Plan{}).Next
		}
		in := &gen.CreateConvoInput{GroupID: servertest.IDOf(g), CipherSuite: alice.Suite.String(), GroupInfo: g.SignGroupInfo(alice, true)}
		if v, err := s.CreateConvo(t.Context(), by(alice), in); err != nil || v.Epoch != int64(updates) {
			t.Fatalf("after %d updates: %v, %v", updates, v, err)
		}
		sameRoster(t, s, advance(t, s, g, alice, 2))
	}
}

// withoutTree removes the tree from a GroupInfo, which invalidates its signature.
func withoutTree(message []byte) []byte {
	info, err := mls.ParseGroupInfo(message)
	if err != nil {
		panic(err)
	}
	info.Extensions = slices.DeleteFunc(info.Extensions, func(x mls.Extension) bool { return x.Type == mls.ExtensionRatchetTree })
	return info.Append(nil)
}

func TestCreateConvoRefuses(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	other := mlstest.NewGroup(alice, mlstest.Random(16))
	p256 := mlstest.NewClient(servertest.DID("p"), mlstest.Suite(mls.SuiteP256))
	for name, c := range map[string]struct {
		change func(*gen.CreateConvoInput)
		err    string
	}{
		"unknown suite":          {func(in *gen.CreateConvoInput) { in.CipherSuite = "MLS_NONE" }, gen.ErrInvalidCipherSuite},
		"Ed448 suite":            {func(in *gen.CreateConvoInput) { in.CipherSuite = "MLS_256_DHKEMX448_AES256GCM_SHA512_Ed448" }, gen.ErrInvalidCipherSuite},
		"suite not the objects'": {func(in *gen.CreateConvoInput) { in.CipherSuite = mls.SuiteP256.String() }, gen.ErrInvalidCipherSuite},
		"suite not the GroupInfo's": {func(in *gen.CreateConvoInput) {
			in.CipherSuite, in.InitialMembers, in.WelcomeMessage = mls.SuiteP256.String(), nil, nil
		}, gen.ErrInvalidCipherSuite},
		"creator among members":     {func(in *gen.CreateConvoInput) { in.InitialMembers = append(in.InitialMembers, alice.DID) }, xrpc.InvalidRequest},
		"members without Welcome":   {func(in *gen.CreateConvoInput) { in.WelcomeMessage = nil }, gen.ErrInvalidWelcome},
		"broken Welcome":            {func(in *gen.CreateConvoInput) { in.WelcomeMessage = in.WelcomeMessage[:50] }, gen.ErrInvalidWelcome},
		"Welcome is something else": {func(in *gen.CreateConvoInput) { in.WelcomeMessage = in.GroupInfo }, gen.ErrInvalidWelcome},
		"Welcome for nobody":        {func(in *gen.CreateConvoInput) { in.WelcomeMessage = mlstest.RandomWelcome(1) }, gen.ErrInvalidWelcome},
		"Welcome too large":         {func(in *gen.CreateConvoInput) { in.WelcomeMessage = make([]byte, limit.MaxWelcome+1) }, gen.ErrInvalidWelcome},
		"broken GroupInfo":          {func(in *gen.CreateConvoInput) { in.GroupInfo = in.GroupInfo[:50] }, gen.ErrInvalidGroupInfo},
		"another group's GroupInfo": {func(in *gen.CreateConvoInput) { in.GroupInfo = other.SignGroupInfo(alice, true) }, gen.ErrInvalidGroupInfo},
		"no GroupInfo":              {func(in *gen.CreateConvoInput) { in.GroupInfo = nil }, gen.ErrInvalidGroupInfo},
		"no tree":                   {func(in *gen.CreateConvoInput) { in.GroupInfo = withoutTree(in.GroupInfo) }, gen.ErrInvalidGroupInfo},
		"Welcome at epoch 0": {func(in *gen.CreateConvoInput) {
			id, _ := hex.DecodeString(string(in.GroupID))
			in.GroupInfo = mlstest.NewGroup(alice, id).SignGroupInfo(alice, true)
		}, gen.ErrInvalidWelcome},
		"GroupInfo too large":     {func(in *gen.CreateConvoInput) { in.GroupInfo = make([]byte, limit.MaxGroupInfo+1) }, gen.ErrInvalidGroupInfo},
		"broken tree":             {func(in *gen.CreateConvoInput) { in.RatchetTree = []byte{1, 2, 3} }, gen.ErrInvalidGroupInfo},
		"tree too large":          {func(in *gen.CreateConvoInput) { in.RatchetTree = make([]byte, limit.MaxRatchetTree+1) }, gen.ErrInvalidGroupInfo},
		"member without package":  {func(in *gen.CreateConvoInput) { in.InitialMembers = append(in.InitialMembers, servertest.DID("carol")) }, gen.ErrKeyPackageNotFound},
		"package of nobody added": {func(in *gen.CreateConvoInput) { in.InitialMembers = []string{servertest.DID("carol")} }, gen.ErrKeyPackageNotFound},
		"unknown package": {func(in *gen.CreateConvoInput) {
			in.WelcomeMessage = mlstest.RandomWelcome(1, mlstest.Random(32))
		}, gen.ErrKeyPackageNotFound},
		"package of another suite": {func(in *gen.CreateConvoInput) {
			in.InitialMembers, in.WelcomeMessage = []string{p256.DID}, mlstest.RandomWelcome(1, commitRef(t, commitPackage(t, s, p256)))
		}, gen.ErrKeyPackageNotFound},
		"too many members": {func(in *gen.CreateConvoInput) {
			for i := range limit.MaxMembers {
				in.InitialMembers = append(in.InitialMembers, servertest.DID("m"+string(rune('a'+i%26))+strings.Repeat("x", i/26)))
			}
		}, gen.ErrTooManyMembers},
	} {
		t.Run(name, func(t *testing.T) {
			in, _ := newConvoInput(t, s, alice, bob)
			id := in.GroupID
			c.change(in)
			unchanged(t, s, id, func() {
				_, err := s.CreateConvo(t.Context(), by(alice), in)
				servertest.WantError(t, err, c.err)
			})
			if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM conversations`); n != 0 {
				t.Error("a conversation was created")
			}
		})
	}
}

// An old client sends no key: the same content of the same creator is the same call.
func TestCreateConvoAgain(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	in, _ := newConvoInput(t, s, alice, bob)
	first, err := s.CreateConvo(t.Context(), by(alice), in)
	if err != nil {
		t.Fatal(err)
	}
	advanced := *in
	advanced.GroupID = xrpc.ConvoID(strings.ToUpper(string(in.GroupID)))
	dbtest.Exec(t, s.Pool, `UPDATE conversations SET epoch = 9 WHERE convo_id = $1`, in.GroupID)
	again, err := s.CreateConvo(t.Context(), by(alice), servertest.Decoded(t, &advanced))
	if err != nil {
		t.Fatal(err)
	}
	sameAnswer(t, first, again)

	other := *in
	other.CurrentEpoch = new(int64(1))
	_, err = s.CreateConvo(t.Context(), by(alice), &other)
	servertest.WantError(t, err, gen.ErrConvoExists)
	_, err = s.CreateConvo(t.Context(), servertest.As(servertest.DID("mallory")), in)
	servertest.WantError(t, err, gen.ErrConvoExists)
}

func TestCreateConvoRaces(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	servers := []*Server{s, secondInstance(t, s)}
	alice, bob := commitClient("alice"), commitClient("bob")
	in, _ := newConvoInput(t, s, alice, bob)
	keyed := *in
	keyed.IdempotencyKey = new("k")
	answers := make([]*gen.ConvoView, 32)
	errs := make([]error, 32)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			caller, call := by(alice), in
			switch i % 4 {
			case 1:
				call = &keyed
			case 2:
				caller = servertest.As(servertest.DID("mallory"))
			}
			answers[i], errs[i] = servers[i%2].CreateConvo(t.Context(), caller, call)
		})
	}
	wg.Wait()
	var winner *gen.ConvoView
	for i, v := range answers {
		if errs[i] == nil {
			winner = v
		}
	}
	if winner == nil {
		t.Fatal("nobody created the conversation")
	}
	for i, v := range answers {
		var e *xrpc.Error
		switch {
		case errs[i] == nil:
			sameAnswer(t, winner, v)
		case i%4 == 2 && errors.As(errs[i], &e) && e.Name == gen.ErrInvalidGroupInfo:
			// Another account creates it first with the same bytes, and is refused:
			// the group is not its own.
		case !errors.As(errs[i], &e) || e.Name != gen.ErrConvoExists:
			t.Errorf("call %d: %v", i, errs[i])
		case (i%4 == 2) == (winner.Creator != alice.DID):
			t.Errorf("call %d by the winner's account got %v", i, errs[i])
		}
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM welcomes`); n != 1 {
		t.Errorf("%d Welcomes stored", n)
	}
}

// A key is for one content, also if two conversations are created at once.
func TestCreateConvoOneKeyForTwo(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	servers := []*Server{s, secondInstance(t, s)}
	alice := commitClient("alice")
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			g := mlstest.NewGroup(alice, mlstest.Random(16))
			in := &gen.CreateConvoInput{GroupID: servertest.IDOf(g), CipherSuite: alice.Suite.String(), GroupInfo: g.SignGroupInfo(alice, true), IdempotencyKey: new("one")}
			_, errs[i] = servers[i%2].CreateConvo(t.Context(), by(alice), in)
		})
	}
	wg.Wait()
	created := 0
	for _, err := range errs {
		if err == nil {
			created++
			continue
		}
		servertest.WantError(t, err, gen.ErrIdempotencyConflict)
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM conversations`); created != 1 || n != 1 {
		t.Errorf("%d answers of success, %d conversations, want one", created, n)
	}
}
