package mls_test

import (
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// TestKeyPackageEitherWay parses a key package with and without MLSMessage, in
// every suite. Suite 5 is ambiguous: without MLSMessage, its key packages start
// with the bytes of an MLSMessage that holds a key package.
func TestKeyPackageEitherWay(t *testing.T) {
	for _, s := range mls.SupportedCipherSuites() {
		c := mlstest.NewClient(did(1), mlstest.Suite(s), mlstest.Device("phone"))
		from, to := time.Unix(1_800_000_000, 0), time.Unix(1_800_086_400, 0)
		kp := c.KeyPackage(mlstest.LastResort(), mlstest.Lifetime(from, to))
		want, err := kp.RefHex()
		if err != nil {
			t.Fatal(err)
		}
		for name, b := range map[string][]byte{"bare": kp.Raw, "wrapped": mlstest.Wrap(kp)} {
			k, err := mls.ParseKeyPackage(b)
			if err != nil {
				t.Errorf("suite %d %s: %v", s, name, err)
				continue
			}
			if err := k.Verify(from, did(1)); err != nil {
				t.Errorf("suite %d %s: %v", s, name, err)
			}
			ref, _ := k.RefHex()
			id, _ := k.Identity()
			if ref != want || k.DeviceID() != c.DeviceID() || !k.LastResort() || id.Device != "phone" || !k.NotBefore().Equal(from) || !k.NotAfter().Equal(to) {
				t.Errorf("suite %d %s: read differently", s, name)
			}
		}
	}
}

// TestGroupInfoEitherWay does the same for GroupInfo. The ambiguous suite would
// be suite 4, whose signatures cannot be verified.
func TestGroupInfoEitherWay(t *testing.T) {
	for _, s := range mls.SupportedCipherSuites() {
		c := mlstest.NewGroupWith(mlstest.NewClient(did(1), mlstest.Suite(s)), mlstest.Random(16))
		for name, b := range map[string][]byte{"bare": mlstest.Bare(c.GroupInfo), "wrapped": c.GroupInfo} {
			gi, err := mls.ParseGroupInfo(b)
			if err != nil {
				t.Errorf("suite %d %s: %v", s, name, err)
			} else if _, err := gi.Verify(nil, nil); err != nil {
				t.Errorf("suite %d %s: %v", s, name, err)
			}
		}
	}
}

// TestErrorOfBareOrWrapped checks that the error is about the form that the
// client meant to send.
func TestErrorOfBareOrWrapped(t *testing.T) {
	kp := mlstest.NewClient(did(1)).KeyPackage()
	_, err := mls.ParseKeyPackage(kp.Raw[:len(kp.Raw)-1])
	wantError(t, err, "signature", "KeyPackage: signature: found length 64 with 63 bytes left")
	_, err = mls.ParseKeyPackage(mlstest.Wrap(kp)[:len(kp.Raw)+3])
	wantError(t, err, "signature", "KeyPackage: signature: found length 64 with 63 bytes left")
	if !mls.IsMalformed(err) || mls.IsSignature(err) || mls.IsCipherSuite(err) {
		t.Errorf("%v: of another kind than malformed", err)
	}
	_, err = mls.ParseGroupInfo(mlstest.Wrap(kp))
	wantError(t, err, "wire_format", "found KeyPackage, want GroupInfo")
}

func TestLifetimeClamped(t *testing.T) {
	k := mlstest.NewClient(did(1)).KeyPackage(mlstest.Edit(func(k *mls.KeyPackage) {
		k.LeafNode.Lifetime = mls.Lifetime{NotBefore: math.MaxInt64, NotAfter: math.MaxUint64}
	}))
	if k.NotBefore().Year() != 9999 || k.NotAfter().Year() != 9999 {
		t.Errorf("%v to %v", k.NotBefore(), k.NotAfter())
	}
}

// TestLifetimeBounds checks that both ends of a lifetime are included, and that
// the longest lifetime is accepted.
func TestLifetimeBounds(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	c := mlstest.NewClient(did(1))
	for _, tc := range []struct {
		name     string
		from, to time.Duration
		ok       bool
	}{
		{"starts now", 0, time.Hour, true}, {"ends now", -time.Hour, 0, true}, {"starts in an hour", mls.ClockAhead, 2 * time.Hour, true},
		{"starts in more than an hour", mls.ClockAhead + time.Second, 2 * time.Hour, false},
		{"ended a second ago", -time.Hour, -time.Second, false}, {"longest", 0, mls.MaxLifetime, true}, {"a second longer", 0, mls.MaxLifetime + time.Second, false},
	} {
		k := c.KeyPackage(mlstest.Lifetime(at.Add(tc.from), at.Add(tc.to)))
		if err := k.Verify(at, did(1)); (err == nil) != tc.ok {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

func TestDeviceID(t *testing.T) {
	key, _ := hex.DecodeString("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
	// The expected value was computed with sha256sum and base32.
	if got, want := mls.DeviceID(key), "eh7ddx5bksrgcytl7bkai36se4"; got != want {
		t.Errorf("device %s, want %s", got, want)
	}
}

// TestSeparateTree verifies with a tree sent beside the GroupInfo, and refuses
// two trees that differ.
func TestSeparateTree(t *testing.T) {
	a := mlstest.NewClient(did(1))
	c := mlstest.NewGroupWith(a, mlstest.Random(16), mlstest.NewClient(did(2)))
	tree, err := mls.ParseRatchetTree(c.RatchetTree)
	if err != nil {
		t.Fatal(err)
	}
	gi, _ := mls.ParseGroupInfo(c.GroupInfo)
	if _, err := gi.Verify(tree, nil); err != nil {
		t.Errorf("the same tree inside and beside: %v", err)
	}
	other, err := mls.ParseRatchetTree(c.Next.Commit(a, mlstest.Plan{}).RatchetTree)
	if err != nil {
		t.Fatal(err)
	}
	_, err = gi.Verify(other, nil)
	wantError(t, err, "extensions.ratchet_tree", "differs from the one beside")
	bare, _ := mls.ParseGroupInfo(c.GroupInfoNoTree)
	_, err = bare.Verify(other, nil)
	wantError(t, err, "group_context.tree_hash", "the tree's own hash")
}

// TestLeafCache checks that a cached leaf is not verified again, that a full
// cache drops entries, and that a leaf with a wrong signature is never cached.
func TestLeafCache(t *testing.T) {
	a := mlstest.NewClient(did(1))
	clients := make([]*mlstest.Client, 20)
	for i := range clients {
		clients[i] = mlstest.NewClient(did(i + 2))
	}
	c := mlstest.NewGroupWith(a, mlstest.Random(16), clients...)
	verify := func(b []byte, cache *mls.LeafCache) error {
		gi, err := mls.ParseGroupInfo(b)
		if err != nil {
			return err
		}
		_, err = gi.Verify(nil, cache)
		return err
	}
	for _, size := range []int{0, 1, 5, 100} {
		cache := mls.NewLeafCache(size)
		for range 3 {
			if err := verify(c.GroupInfo, cache); err != nil {
				t.Fatalf("memory of %d: %v", size, err)
			}
		}
		sc := newScene(t, 1)
		for range 2 {
			bad := sc.tampered(func(tree *mls.RatchetTree) {
				tree.SetLeaf(1, sc.leafOf(1, func(l *mls.LeafNode) { l.Signature = mlstest.Random(64) }))
			})
			if err := verify(bad, cache); !mls.IsSignature(err) {
				t.Errorf("memory of %d: %v, want a bad signature each time", size, err)
			}
		}
	}
	// The same leaves in another group are not cached: their signatures cover
	// the group.
	cache := mls.NewLeafCache(100)
	if err := verify(c.GroupInfo, cache); err != nil {
		t.Fatal(err)
	}
	moved := *c.Next
	moved.Context.GroupID = mlstest.Random(16)
	if err := verify(moved.SignGroupInfo(a, true), cache); !mls.IsSignature(err) {
		t.Errorf("the leaves of another group: %v, want a bad signature", err)
	}
}

// TestWithCharge checks that each signature is charged once, before it is
// verified, and that cached leaves are free.
func TestWithCharge(t *testing.T) {
	a := mlstest.NewClient(did(1))
	clients := make([]*mlstest.Client, 20)
	for i := range clients {
		clients[i] = mlstest.NewClient(did(i + 2))
	}
	first := mlstest.NewGroupWith(a, mlstest.Random(16), clients...)
	second := first.Next.Commit(a, mlstest.Plan{})
	broke := errors.New("broke")
	paid, budget := 0, 1000
	cache := mls.NewLeafCache(100)
	paying := cache.WithCharge(func(s mls.CipherSuite, n int) error {
		if s != a.Suite {
			t.Errorf("paid for suite %v", s)
		}
		if budget -= n; budget < 0 {
			return broke
		}
		paid += n
		return nil
	})
	verify := func(b []byte) error {
		gi, err := mls.ParseGroupInfo(b)
		if err != nil {
			return err
		}
		_, err = gi.Verify(nil, paying)
		return err
	}
	for _, c := range []struct {
		b      []byte
		budget int
		want   int
		err    error
	}{
		{first.GroupInfo, 0, 0, broke},
		{first.GroupInfo, 21, 1, broke},
		{first.GroupInfo, 22, 22, nil},
		{first.GroupInfo, 22, 1, nil},
		{second.GroupInfo, 22, 2, nil},
	} {
		paid, budget = 0, c.budget
		if err := verify(c.b); !errors.Is(err, c.err) || paid != c.want {
			t.Errorf("with %d: paid %d, %v; want %d, %v", c.budget, paid, err, c.want, c.err)
		}
	}
}

// TestConcurrentUse shares a group and a cache between goroutines, for the race
// detector.
func TestConcurrentUse(t *testing.T) {
	sc := newScene(t, 1)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, k := range sc.kinds() {
				if err := k.check(k.object); err != nil {
					t.Errorf("%s: %v", k.name, err)
				}
			}
		})
	}
	wg.Wait()
}

// TestReferredProposals refuses references to anything that is not a proposal
// sent by a member in this epoch.
func TestReferredProposals(t *testing.T) {
	sc := newScene(t, 1)
	g := sc.before
	up := g.ProposeUpdate(sc.b, true)
	ref := []*mlstest.Proposal{up}
	commit := public(t, g.Commit(sc.a, mlstest.Plan{Public: true, Refs: ref}).Message)
	stale := sc.o.g
	for name, tc := range map[string]struct {
		find          func([]byte) *mls.PublicMessage
		field, phrase string
	}{
		"another proposal": {func([]byte) *mls.PublicMessage { return public(t, g.ProposeUpdate(sc.b, true).Message) }, "commit.proposals[0].reference", "want"},
		"a commit":         {func([]byte) *mls.PublicMessage { return commit }, "commit.proposals[0]", "not known"},
		"a broken one": {func([]byte) *mls.PublicMessage {
			m := *public(t, up.Message)
			m.MembershipTag = nil
			return &m
		}, "commit.proposals[0].membership_tag", "0 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := stale.ApplyCommit(commit, tc.find, nil)
			wantError(t, err, tc.field, tc.phrase)
		})
	}
	for name, f := range map[string]func(*mls.LeafNode){
		"the old key":   func(l *mls.LeafNode) { l.EncryptionKey = g.Tree.Leaf(1).EncryptionKey },
		"source commit": func(l *mls.LeafNode) { l.Source = mls.SourceCommit },
	} {
		l := sc.b.Leaf(mls.SourceUpdate)
		f(&l)
		sc.b.SignLeaf(&l, g.Context.GroupID, 1)
		p := g.Propose(sc.b, &mls.Update{LeafNode: l}, true)
		c := public(t, g.Commit(sc.a, mlstest.Plan{Public: true, Refs: []*mlstest.Proposal{p}}).Message)
		_, _, err := stale.ApplyCommit(c, func([]byte) *mls.PublicMessage { return public(t, p.Message) }, nil)
		if err == nil || !strings.Contains(err.Error(), "commit.proposals[0].leaf_node") {
			t.Errorf("update with %s: %v", name, err)
		}
	}
}

// TestManyRequirements uses lists so long that comparing them pairwise would
// take minutes. Only a malicious client sends such lists.
func TestManyRequirements(t *testing.T) {
	var types []mls.ExtensionType
	for i := range 60_000 {
		types = append(types, mls.ExtensionType(i+100))
	}
	all := mls.ListOf(types...)
	a := mlstest.NewClient(did(1))
	kp := func(capabilities mls.List[mls.ExtensionType], used []mls.ExtensionType) error {
		return a.KeyPackage(mlstest.Edit(func(k *mls.KeyPackage) {
			k.LeafNode.Capabilities.Extensions = capabilities
			for _, u := range used {
				k.LeafNode.Extensions = append(k.LeafNode.Extensions, mls.Extension{Type: u})
			}
		})).Verify(time.Now(), did(1))
	}
	start := time.Now()
	if err := kp(all, types); err != nil {
		t.Error(err)
	}
	wantError(t, kp(all[2:], types), "leaf_node.extensions[0]", "type 100")
	required := append(mls.AppendOpaque(nil, all), 0, 0)
	g := mlstest.NewGroup(a, mlstest.Random(16), mls.Extension{Type: mls.ExtensionRequiredCapabilities, Data: required})
	gi, err := mls.ParseGroupInfo(g.SignGroupInfo(a, true))
	if err != nil {
		t.Fatal(err)
	}
	_, err = gi.Verify(nil, nil)
	wantError(t, err, "leaf[0].capabilities.extensions", "type 100")
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("took %v", d)
	}
}
