package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// minTurns is the least number of measurements of a comparison.
const minTurns = 9

// benchMLS compares verification with the bare signature checks that it cannot
// avoid. It runs in this process only.
func benchMLS(_ context.Context, _ *world, out io.Writer, d time.Duration) error {
	each := d / 5
	for _, s := range []mls.CipherSuite{mls.SuiteX25519AES128, mls.SuiteP256} {
		fmt.Fprintf(out, "mls, %v\n", s)
		check, err := bareCheck(s)
		if err != nil {
			return err
		}
		for _, f := range []func(io.Writer, mls.CipherSuite, func() error, time.Duration) error{
			benchKeyPackage, benchFirstSeen, benchOneChanged,
		} {
			if err := f(out, s, check, each); err != nil {
				return err
			}
		}
	}
	if err := benchThousand(out, each); err != nil {
		return err
	}
	return benchParse(out, each)
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

// inTurns alternates between work and the bare checks that it must contain, for
// the time d. It returns the median time of work, and the median of the ratios
// of the turns. Other load on the machine affects both sides.
func inTurns(d time.Duration, checks int, check, work func() error) (took time.Duration, times float64, err error) {
	var all []time.Duration
	var ratios []float64
	for end := time.Now().Add(d); len(all) < minTurns || time.Now().Before(end); {
		began := time.Now()
		if err := work(); err != nil {
			return 0, 0, err
		}
		middle := time.Now()
		for range checks {
			if err := check(); err != nil {
				return 0, 0, err
			}
		}
		worked, bare := middle.Sub(began), time.Since(middle)
		all = append(all, worked)
		ratios = append(ratios, float64(worked)/float64(bare))
	}
	slices.Sort(all)
	slices.Sort(ratios)
	return all[len(all)/2], ratios[len(ratios)/2], nil
}

// many returns a function that calls f n times, so that a turn is long compared
// with the resolution of the clock.
func many(n int, f func() error) func() error {
	return func() error {
		for range n {
			if err := f(); err != nil {
				return err
			}
		}
		return nil
	}
}

func benchKeyPackage(out io.Writer, s mls.CipherSuite, check func() error, d time.Duration) error {
	c := mlstest.NewClient("did:plc:bench", mlstest.Suite(s))
	raw, now := c.KeyPackage().Raw, time.Now()
	const n = 10
	took, times, err := inTurns(d, 2*n, check, many(n, func() error {
		k, err := mls.ParseKeyPackage(raw)
		if err != nil {
			return err
		}
		return k.Verify(now, c.DID)
	}))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "  key package            %8v read and verified\n", (took / n).Round(time.Microsecond))
	ratio(out, times, "of its two bare signature checks", atMost, 1.3)
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

// benchFirstSeen verifies a GroupInfo of which no leaf is cached. It needs a
// signature check for each leaf and one for the GroupInfo.
func benchFirstSeen(out io.Writer, s mls.CipherSuite, check func() error, d time.Duration) error {
	const leaves = 100
	raw := group(s, leaves).GroupInfo
	took, times, err := inTurns(d, leaves+1, check, func() error {
		return verifyGroupInfo(raw, mls.NewLeafCache(2*leaves))
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "  GroupInfo, %d leaves  %8v first seen\n", leaves, took.Round(time.Microsecond))
	ratio(out, times, "of its bare signature checks", atMost, 1.5)
	return nil
}

// benchOneChanged verifies GroupInfos in each of which one leaf differs from
// the cached ones.
func benchOneChanged(out io.Writer, s mls.CipherSuite, check func() error, d time.Duration) error {
	const leaves, checks = 100, 4
	first := group(s, leaves)
	next := make([][]byte, minTurns)
	for i := range next {
		next[i] = first.Next.Commit(first.By, mlstest.Plan{}).GroupInfo
	}
	var all []time.Duration
	var counts []float64
	for end := time.Now().Add(d); len(all) < minTurns || time.Now().Before(end); {
		mem := mls.NewLeafCache(2 * leaves)
		if err := verifyGroupInfo(first.GroupInfo, mem); err != nil {
			return err
		}
		i := -1
		took, times, err := inTurns(0, checks, check, func() error {
			i++
			return verifyGroupInfo(next[i], mem)
		})
		if err != nil {
			return err
		}
		all, counts = append(all, took), append(counts, times*checks)
	}
	slices.Sort(all)
	slices.Sort(counts)
	fmt.Fprintf(out, "  GroupInfo, %d leaves  %8v one leaf changed\n", leaves, all[len(all)/2].Round(time.Microsecond))
	ratio(out, counts[len(counts)/2], "of one signature check", atMost, 5)
	return nil
}

// benchThousand verifies a GroupInfo with a thousand leaves, none of them
// cached. The bound is a time, so the fastest turn counts, because other
// processes may use the machine.
func benchThousand(out io.Writer, d time.Duration) error {
	const leaves = 1000
	const bound = 150 * time.Millisecond
	raw := group(mls.SuiteX25519AES128, leaves).GroupInfo
	var best time.Duration
	for end, turns := time.Now().Add(d), 0; turns < minTurns || time.Now().Before(end); turns++ {
		began := time.Now()
		if err := verifyGroupInfo(raw, mls.NewLeafCache(2*leaves)); err != nil {
			return err
		}
		best = shorter(best, time.Since(began))
	}
	fmt.Fprintf(out, "mls, %d leaves         %8v first seen\n", leaves, best.Round(time.Microsecond))
	ratio(out, float64(best)/float64(bound), "of 150 ms", atMost, 1)
	return nil
}

// benchParse parses application messages with the size of a short chat message.
func benchParse(out io.Writer, d time.Duration) error {
	raw := mlstest.NewGroup(mlstest.NewClient("did:plc:bench"), mlstest.Random(16)).Application(200)
	const n = 10_000
	var best time.Duration
	for end, turns := time.Now().Add(d), 0; turns < minTurns || time.Now().Before(end); turns++ {
		began := time.Now()
		for range n {
			m, err := mls.ParseMessage(raw)
			if err != nil {
				return err
			}
			if f, ok := m.Framing(); !ok || f.ContentType != mls.ContentTypeApplication {
				return errors.New("the application message is something else")
			}
		}
		best = shorter(best, time.Since(began))
	}
	rate := float64(n*len(raw)) / best.Seconds() / 1e6
	fmt.Fprintf(out, "application messages     %8.0f MB/s read, %d bytes each\n", rate, len(raw))
	ratio(out, rate/200, "of 200 MB/s", atLeast, 1)
	return nil
}
