package server

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/xrpc"
)

// newConvoInput is the call of createConvo by a creator that adds others in the
// group's first commit.
func newConvoInput(t testing.TB, s *Server, creator *mlstest.Client, others ...*mlstest.Client) (*gen.CreateConvoInput, *mlstest.Commit) {
	t.Helper()
	g := mlstest.NewGroup(creator, mlstest.Random(16)).With(others...)
	c := g.Commit(creator, mlstest.Plan{Add: commitPackages(t, s, others...)})
	return &gen.CreateConvoInput{
		GroupID: g.ID(), CipherSuite: creator.Suite.String(), InitialMembers: dids(others), WelcomeMessage: c.Welcome, GroupInfo: c.GroupInfo,
	}, c
}

func TestCreateConvoView(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	bob2 := commitClient("bob")
	in, c := newConvoInput(t, s, alice, bob, bob2, carol)
	in.GroupID = strings.ToUpper(in.GroupID)
	in.Metadata = &gen.ConvoMetadata{Name: new("friends")}
	v, err := s.CreateConvo(t.Context(), by(alice), in)
	if err != nil {
		t.Fatal(err)
	}
	if err := xrpc.Check(v); err != nil {
		t.Errorf("answer breaks its lexicon: %v", err)
	}
	id := c.Next.ID()
	if v.ID != id || v.GroupID != id || v.Creator != alice.DID || v.Epoch != 1 || v.CipherSuite != mls.SuiteX25519AES128.String() ||
		*v.LastSeq != 0 || *v.ReadSeq != 0 || *v.Roster != "verified" || *v.MemberCount != 3 || *v.Metadata.Name != "friends" ||
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
	if n := query[int64](t, s.pool, `SELECT count(*) FROM welcome_recipients WHERE convo_id = $1 AND seq = 0 AND state = 'open'`, id); n != 3 {
		t.Errorf("%d open Welcomes, want one for each of 3 devices", n)
	}
	if n := query[int64](t, s.pool, `SELECT count(*) FROM key_packages WHERE spent_at IS NULL`); n != 0 {
		t.Errorf("%d packages unspent", n)
	}
}

// The epoch is what the objects state, then what the client says, then assumed.
func TestCreateConvoEpoch(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	for name, c := range map[string]struct {
		change  func(*gen.CreateConvoInput)
		epoch   int64
		assumed bool
		err     string
	}{
		"GroupInfo":              {func(in *gen.CreateConvoInput) {}, 1, false, ""},
		"both agree":             {func(in *gen.CreateConvoInput) { in.CurrentEpoch = new(int64(1)) }, 1, false, ""},
		"both differ":            {func(in *gen.CreateConvoInput) { in.CurrentEpoch = new(int64(0)) }, 0, false, gen.ErrInvalidGroupInfo},
		"declared":               {func(in *gen.CreateConvoInput) { in.GroupInfo, in.CurrentEpoch = nil, new(int64(7)) }, 7, false, ""},
		"declared 0 and Welcome": {func(in *gen.CreateConvoInput) { in.GroupInfo, in.CurrentEpoch = nil, new(int64(0)) }, 0, false, gen.ErrInvalidWelcome},
		"declared beyond count":  {func(in *gen.CreateConvoInput) { in.GroupInfo, in.CurrentEpoch = nil, new(int64(1<<53)) }, 0, false, xrpc.InvalidRequest},
		"assumed with Welcome":   {func(in *gen.CreateConvoInput) { in.GroupInfo = nil }, 1, true, ""},
		"assumed without": {func(in *gen.CreateConvoInput) {
			in.GroupInfo, in.WelcomeMessage, in.InitialMembers = nil, nil, nil
		}, 0, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			alice, bob := commitClient("alice"), commitClient("bob")
			in, _ := newConvoInput(t, s, alice, bob)
			c.change(in)
			v, err := s.CreateConvo(t.Context(), by(alice), in)
			if c.err != "" {
				wantError(t, err, c.err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if v.Epoch != c.epoch {
				t.Errorf("epoch is %d, want %d", v.Epoch, c.epoch)
			}
			if a := query[bool](t, s.pool, `SELECT epoch_assumed FROM conversations WHERE convo_id = $1`, v.ID); a != c.assumed {
				t.Errorf("assumed is %v, want %v", a, c.assumed)
			}
		})
	}
}

func TestCreateConvoRefuses(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	other := mlstest.NewGroup(alice, mlstest.Random(16))
	p256 := mlstest.NewClient(did("p"), mlstest.Suite(mls.SuiteP256))
	for name, c := range map[string]struct {
		change func(*gen.CreateConvoInput)
		err    string
	}{
		"odd group id":           {func(in *gen.CreateConvoInput) { in.GroupID += "a" }, xrpc.InvalidRequest},
		"group id no hex":        {func(in *gen.CreateConvoInput) { in.GroupID = strings.Repeat("xy", 16) }, xrpc.InvalidRequest},
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
		"Welcome too large":         {func(in *gen.CreateConvoInput) { in.WelcomeMessage = make([]byte, MaxWelcome+1) }, gen.ErrInvalidWelcome},
		"broken GroupInfo":          {func(in *gen.CreateConvoInput) { in.GroupInfo = in.GroupInfo[:50] }, gen.ErrInvalidGroupInfo},
		"another group's GroupInfo": {func(in *gen.CreateConvoInput) { in.GroupInfo = other.SignGroupInfo(alice, true) }, gen.ErrInvalidGroupInfo},
		"GroupInfo too large":       {func(in *gen.CreateConvoInput) { in.GroupInfo = make([]byte, MaxGroupInfo+1) }, gen.ErrInvalidGroupInfo},
		"broken tree":               {func(in *gen.CreateConvoInput) { in.RatchetTree = []byte{1, 2, 3} }, gen.ErrInvalidGroupInfo},
		"tree too large":            {func(in *gen.CreateConvoInput) { in.RatchetTree = make([]byte, MaxRatchetTree+1) }, gen.ErrInvalidGroupInfo},
		"member without package":    {func(in *gen.CreateConvoInput) { in.InitialMembers = append(in.InitialMembers, did("carol")) }, gen.ErrKeyPackageNotFound},
		"package of nobody added":   {func(in *gen.CreateConvoInput) { in.InitialMembers = []string{did("carol")} }, gen.ErrKeyPackageNotFound},
		"unknown package": {func(in *gen.CreateConvoInput) {
			in.WelcomeMessage = mlstest.RandomWelcome(1, mlstest.Random(32))
		}, gen.ErrKeyPackageNotFound},
		"package of another suite": {func(in *gen.CreateConvoInput) {
			in.InitialMembers, in.WelcomeMessage = []string{p256.DID}, mlstest.RandomWelcome(1, commitRef(t, commitPackage(t, s, p256)))
		}, gen.ErrKeyPackageNotFound},
		"too many members": {func(in *gen.CreateConvoInput) {
			for i := range MaxMembers {
				in.InitialMembers = append(in.InitialMembers, did("m"+string(rune('a'+i%26))+strings.Repeat("x", i/26)))
			}
		}, gen.ErrTooManyMembers},
	} {
		t.Run(name, func(t *testing.T) {
			in, _ := newConvoInput(t, s, alice, bob)
			id := in.GroupID
			c.change(in)
			unchanged(t, s, id, func() {
				_, err := s.CreateConvo(t.Context(), by(alice), in)
				wantError(t, err, c.err)
			})
			if n := query[int64](t, s.pool, `SELECT count(*) FROM conversations`); n != 0 {
				t.Error("a conversation was created")
			}
		})
	}
}

// An old client has no key: the same content by the same creator is the same
// call.
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
	advanced.GroupID = strings.ToUpper(in.GroupID)
	exec(t, s.pool, `UPDATE conversations SET epoch = 9 WHERE convo_id = $1`, in.GroupID)
	again, err := s.CreateConvo(t.Context(), by(alice), &advanced)
	if err != nil {
		t.Fatal(err)
	}
	sameAnswer(t, first, again)

	other := *in
	other.Metadata = &gen.ConvoMetadata{Name: new("other")}
	_, err = s.CreateConvo(t.Context(), by(alice), &other)
	wantError(t, err, gen.ErrConvoExists)
	_, err = s.CreateConvo(t.Context(), as(did("mallory")), in)
	wantError(t, err, gen.ErrConvoExists)
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
				caller = as(did("mallory"))
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
			// Before anybody else: the group is not its own.
		case !errors.As(errs[i], &e) || e.Name != gen.ErrConvoExists:
			t.Errorf("call %d: %v", i, errs[i])
		case (i%4 == 2) == (winner.Creator != alice.DID):
			t.Errorf("call %d by the winner's account got %v", i, errs[i])
		}
	}
	if n := query[int64](t, s.pool, `SELECT count(*) FROM welcomes`); n != 1 {
		t.Errorf("%d Welcomes stored", n)
	}
}

// A key names one content, also where two conversations are created at once.
func TestCreateConvoOneKeyForTwo(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	servers := []*Server{s, secondInstance(t, s)}
	alice := commitClient("alice")
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			in := &gen.CreateConvoInput{GroupID: newConvoID(), CipherSuite: alice.Suite.String(), IdempotencyKey: new("one")}
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
		wantError(t, err, gen.ErrIdempotencyConflict)
	}
	if n := query[int64](t, s.pool, `SELECT count(*) FROM conversations`); created != 1 || n != 1 {
		t.Errorf("%d answers of success, %d conversations, want one", created, n)
	}
}

// What the creator says next settles an epoch that createConvo left open.
func TestCreateConvoAssumedEpoch(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	// The group is two epochs further than createConvo assumes.
	open := func(t *testing.T) (*mlstest.Group, *mlstest.Group) {
		in, c := newConvoInput(t, s, alice, bob)
		in.GroupInfo = nil
		if _, err := s.CreateConvo(t.Context(), by(alice), in); err != nil {
			t.Fatal(err)
		}
		return c.Next, c.Next.Commit(alice, mlstest.Plan{}).Next.Commit(alice, mlstest.Plan{}).Next
	}
	settled := func(t *testing.T, g *mlstest.Group, epoch, welcome int64) {
		t.Helper()
		if query[bool](t, s.pool, `SELECT epoch_assumed FROM conversations WHERE convo_id = $1`, g.ID()) {
			t.Error("still assumed")
		}
		if e := epochOf(t, s, g.ID()); e != epoch {
			t.Errorf("epoch is %d, want %d", e, epoch)
		}
		if e := query[int64](t, s.pool, `SELECT epoch FROM welcomes WHERE convo_id = $1 AND seq = 0`, g.ID()); e != welcome {
			t.Errorf("the Welcome joins epoch %d, want %d", e, welcome)
		}
	}
	t.Run("GroupInfo", func(t *testing.T) {
		_, g := open(t)
		out, err := s.UpdateGroupInfo(t.Context(), by(alice), &gen.UpdateGroupInfoInput{ConvoID: g.ID(), GroupInfo: g.SignGroupInfo(alice, true)})
		if err != nil || out.Epoch != 3 {
			t.Fatalf("answer is %v, %v", out, err)
		}
		settled(t, g, 3, 3)
	})
	t.Run("commit", func(t *testing.T) {
		_, g := open(t)
		out, err := s.SendCommit(t.Context(), by(alice), commitInput(g, g.Commit(alice, mlstest.Plan{})))
		if accepted(t, out, err).NewEpoch != 4 {
			t.Errorf("new epoch is %d, want 4", out.NewEpoch)
		}
		settled(t, g, 4, 3)
	})
	t.Run("proposal", func(t *testing.T) {
		_, g := open(t)
		_, err := s.SendProposal(t.Context(), by(alice), &gen.SendProposalInput{ConvoID: g.ID(), Proposal: g.ProposeUpdate(alice, true).Message})
		if err != nil {
			t.Fatal(err)
		}
		settled(t, g, 3, 3)
	})
	t.Run("not another member", func(t *testing.T) {
		_, g := open(t)
		_, err := s.SendCommit(t.Context(), by(bob), commitInput(g, g.Commit(bob, mlstest.Plan{})))
		wantError(t, err, gen.ErrInvalidCommit)
		_, err = s.UpdateGroupInfo(t.Context(), by(bob), &gen.UpdateGroupInfoInput{ConvoID: g.ID(), GroupInfo: g.SignGroupInfo(bob, true)})
		wantError(t, err, gen.ErrEpochMismatch)
		if !query[bool](t, s.pool, `SELECT epoch_assumed FROM conversations WHERE convo_id = $1`, g.ID()) {
			t.Error("settled by who cannot")
		}
	})
	t.Run("another member's commit confirms it", func(t *testing.T) {
		g, _ := open(t)
		out, err := s.SendCommit(t.Context(), by(bob), commitInput(g, g.Commit(bob, mlstest.Plan{})))
		accepted(t, out, err)
		settled(t, g, 2, 1)
		// The creator cannot turn it back.
		out, err = s.SendCommit(t.Context(), by(alice), commitInput(g, g.Commit(alice, mlstest.Plan{})))
		lostIt(t, out, err)
	})
}
