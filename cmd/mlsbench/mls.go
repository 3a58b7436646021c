package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// benchMLS compares verification with the bare signature checks that it cannot
// avoid. It runs in this process only.
func benchMLS(_ context.Context, w *world, r *recorder) error {
	b := &mlsBench{r: r, turns: w.sizes.turns, turn: w.sizes.turn() / 10, slowest: map[string]*figure{}}
	for _, s := range []mls.CipherSuite{mls.SuiteX25519AES128, mls.SuiteP256} {
		check, err := bareCheck(s)
		if err != nil {
			return err
		}
		for _, f := range []func(mls.CipherSuite, func() error) error{b.keyPackage, b.firstSeen, b.oneChanged} {
			if err := f(s, check); err != nil {
				return err
			}
		}
	}
	for name, f := range b.slowest {
		r.judge(name, f)
	}
	if err := b.thousand(); err != nil {
		return err
	}
	return b.parse()
}

// mlsBench has the figures of benchMLS.
type mlsBench struct {
	r     *recorder
	turns int
	// turn is the time that a turn of one side lasts at least.
	turn time.Duration
	// slowest has for each bound the figure of the suite with the larger ratio.
	slowest map[string]*figure
}

// bareCheck returns a function that performs one signature check of the suite
// and nothing else: the key is parsed, and for ECDSA the digest is computed, in
// advance.
func bareCheck(s mls.CipherSuite) (func() error, error) {
	c := mlstest.NewClient("did:plc:bench", mlstest.Suite(s))
	content := mlstest.Random(300)
	sig := c.Sign(mls.LabelKeyPackage, content)
	input := mls.SignContent(nil, mls.LabelKeyPackage, content)
	wrong := errors.New("the bare signature is wrong")
	if s != mls.SuiteP256 {
		return func() error {
			if !ed25519.Verify(c.SignatureKey(), input, sig) {
				return wrong
			}
			return nil
		}, nil
	}
	pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), c.SignatureKey())
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(input)
	return func() error {
		if !ecdsa.VerifyASN1(pub, digest[:], sig) {
			return wrong
		}
		return nil
	}, nil
}

// inTurns alternates between work and the bare checks that it must contain. A
// turn repeats both until its time is over. It returns the figure of the ratio.
func (b *mlsBench) inTurns(what string, checks int, check, work func() error) (*figure, error) {
	return b.alternate(what, "its bare signature checks", func() error { return repeat(checks, check) }, func() error { return nil }, work)
}

// alternate is inTurns with a preparation whose time does not count.
func (b *mlsBench) alternate(what, floor string, check, prepare, work func() error) (*figure, error) {
	took, bare := b.r.figure(what, micros), b.r.figure(what+", "+floor, micros)
	for range b.turns {
		var worked, checked time.Duration
		n := 0
		for start := time.Now(); n == 0 || time.Since(start) < 2*b.turn; n++ {
			if err := prepare(); err != nil {
				return nil, err
			}
			one, err := timed(work)
			if err != nil {
				return nil, err
			}
			other, err := timed(check)
			if err != nil {
				return nil, err
			}
			worked, checked = worked+one, checked+other
		}
		took.addTime(worked / time.Duration(n))
		bare.addTime(checked / time.Duration(n))
	}
	b.r.print(took, bare)
	return b.r.ratio(what+" / "+floor, took, bare), nil
}

// judge keeps the figure of the suite with the larger ratio.
func (b *mlsBench) judge(bound string, f *figure) {
	if old := b.slowest[bound]; old == nil || f.median() > old.median() {
		b.slowest[bound] = f
	}
}

// repeat calls f n times.
func repeat(n int, f func() error) error {
	for range n {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

func (b *mlsBench) keyPackage(s mls.CipherSuite, check func() error) error {
	c := mlstest.NewClient("did:plc:bench", mlstest.Suite(s))
	raw, now := c.KeyPackage().Raw, time.Now()
	f, err := b.inTurns(fmt.Sprintf("%v, key package", s), 2, check, func() error {
		k, err := mls.ParseKeyPackage(raw)
		if err != nil {
			return err
		}
		return k.Verify(now, c.DID)
	})
	if err != nil {
		return err
	}
	b.judge("mls-key-package", f)
	return nil
}

// group returns a commit whose Next is a group of n members in epoch 1.
func group(s mls.CipherSuite, n int) *mlstest.Commit {
	clients := make([]*mlstest.Client, n)
	for i := range clients {
		clients[i] = mlstest.NewClient(fmt.Sprintf("did:plc:bench%d", i), mlstest.Suite(s))
	}
	return mlstest.NewGroupWith(clients[0], mlstest.Random(16), clients[1:]...)
}

func verifyGroupInfo(raw []byte, mem *mls.LeafCache) error {
	gi, err := mls.ParseGroupInfo(raw)
	if err != nil {
		return err
	}
	_, err = gi.Verify(nil, mem)
	return err
}

// mlsLeaves is the number of leaves of the smaller group.
const mlsLeaves = 100

// firstSeen verifies a GroupInfo of which no leaf is cached. It needs a signature
// check for each leaf and one for the GroupInfo.
func (b *mlsBench) firstSeen(s mls.CipherSuite, check func() error) error {
	raw := group(s, mlsLeaves).GroupInfo
	f, err := b.inTurns(fmt.Sprintf("%v, GroupInfo of %d leaves first seen", s, mlsLeaves), mlsLeaves+1, check, func() error {
		return verifyGroupInfo(raw, mls.NewLeafCache(2*mlsLeaves))
	})
	if err != nil {
		return err
	}
	b.judge("mls-first-seen", f)
	return nil
}

// oneChanged verifies GroupInfos in each of which one leaf differs from the
// cached ones.
func (b *mlsBench) oneChanged(s mls.CipherSuite, check func() error) error {
	const variants = 50
	first := group(s, mlsLeaves)
	next := make([][]byte, variants)
	for i := range next {
		next[i] = first.Next.Commit(first.By, mlstest.Plan{}).GroupInfo
	}
	var mem *mls.LeafCache
	i := variants
	renew := func() error {
		if i < variants {
			return nil
		}
		i, mem = 0, mls.NewLeafCache(4*mlsLeaves)
		return verifyGroupInfo(first.GroupInfo, mem)
	}
	what := fmt.Sprintf("%v, GroupInfo of %d leaves, one changed", s, mlsLeaves)
	f, err := b.alternate(what, "one bare signature check", check, renew, func() error {
		i++
		return verifyGroupInfo(next[i-1], mem)
	})
	if err != nil {
		return err
	}
	b.judge("mls-one-changed", f)
	return nil
}

// thousand verifies a GroupInfo with a thousand leaves, none of them cached.
func (b *mlsBench) thousand() error {
	const leaves = 1000
	raw := group(mls.SuiteX25519AES128, leaves).GroupInfo
	f := b.r.figure(fmt.Sprintf("GroupInfo of %d leaves first seen", leaves), millis)
	for range b.turns {
		took, err := timed(func() error { return verifyGroupInfo(raw, mls.NewLeafCache(2*leaves)) })
		if err != nil {
			return err
		}
		f.addTime(took)
	}
	b.r.print(f)
	b.r.judge("mls-thousand", f)
	return nil
}

// parse reads application messages with the size of a short chat message.
func (b *mlsBench) parse() error {
	raw := mlstest.NewGroup(mlstest.NewClient("did:plc:bench"), mlstest.Random(16)).Application(200)
	const n = 10_000
	f := b.r.figure(fmt.Sprintf("MB of application messages of %d bytes read", len(raw)), perSecond)
	for range b.turns {
		took, err := timed(func() error {
			return repeat(n, func() error {
				m, err := mls.ParseMessage(raw)
				if err != nil {
					return err
				}
				if f, ok := m.Framing(); !ok || f.ContentType != mls.ContentTypeApplication {
					return errors.New("the application message is something else")
				}
				return nil
			})
		})
		if err != nil {
			return err
		}
		f.add(float64(n*len(raw)) / took.Seconds() / 1e6)
	}
	b.r.print(f)
	b.r.judge("mls-parse", f)
	return nil
}
