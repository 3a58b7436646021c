package mls_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"slices"
	"testing"
	"time"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// The bounds for these benchmarks, all of them ratios within one run:
//
// - A key package takes at most 1.3 times its two bare signature checks.
// - A GroupInfo with 100 leaves takes at most 1.5 times its bare signature
// checks when no leaf is cached, and at most 5 signature checks when one leaf
// changed.
// - 1 000 leaves that are not cached take at most 150 ms.
// - Application messages are parsed at 200 MB/s at least.

// bareCheck returns a function that performs one signature check of the suite
// and nothing else.
func bareCheck(b *testing.B, s mls.CipherSuite) func() {
	b.Helper()
	c := mlstest.NewClient(did(1), mlstest.Suite(s))
	content := mlstest.Random(300)
	sig := c.Sign(mls.LabelKeyPackage, content)
	input := mls.SignContent(nil, mls.LabelKeyPackage, content)
	var curve elliptic.Curve
	var digest []byte
	switch s {
	case mls.SuiteP256:
		h := sha256.Sum256(input)
		curve, digest = elliptic.P256(), h[:]
	case mls.SuiteP384:
		h := sha512.Sum384(input)
		curve, digest = elliptic.P384(), h[:]
	case mls.SuiteP521:
		h := sha512.Sum512(input)
		curve, digest = elliptic.P521(), h[:]
	default:
		return func() {
			if !ed25519.Verify(c.SignatureKey(), input, sig) {
				b.Fatal("signature")
			}
		}
	}
	pub, err := ecdsa.ParseUncompressedPublicKey(curve, c.SignatureKey())
	if err != nil {
		b.Fatal(err)
	}
	return func() {
		if !ecdsa.VerifyASN1(pub, digest, sig) {
			b.Fatal("signature")
		}
	}
}

// compare measures work against bare signature checks, in alternation. It
// reports the median number of checks that the work costs, divided by per; the
// median is used because other processes disturb single measurements. ns/op is
// the median time of the work alone. prepare, if given, runs before each turn
// and is not timed.
func compare(b *testing.B, s mls.CipherSuite, per int, unit string, prepare, work func()) {
	b.Helper()
	check := bareCheck(b, s)
	checks := max(4, per) // at least as long as the work, so that both are disturbed alike
	var ratios, times []float64
	for b.Loop() {
		if prepare != nil {
			prepare()
		}
		start := time.Now()
		work()
		middle := time.Now()
		for range checks {
			check()
		}
		worked, bare := middle.Sub(start), time.Since(middle)
		times = append(times, float64(worked))
		ratios = append(ratios, float64(worked)/float64(bare)*float64(checks)/float64(per))
	}
	slices.Sort(times)
	slices.Sort(ratios)
	b.ReportMetric(times[len(times)/2], "ns/op")
	b.ReportMetric(ratios[len(ratios)/2], unit)
}

// BenchmarkKeyPackage parses and verifies a key package.
func BenchmarkKeyPackage(b *testing.B) {
	for _, s := range mls.SupportedCipherSuites() {
		b.Run(fmt.Sprintf("suite=%d", s), func(b *testing.B) {
			c := mlstest.NewClient(did(1), mlstest.Suite(s))
			raw := c.KeyPackage().Raw
			now := time.Now()
			compare(b, s, 2, "x-bare", nil, func() {
				k, err := mls.ParseKeyPackage(raw)
				if err != nil {
					b.Fatal(err)
				}
				if err := k.Verify(now, c.DID); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}

// bigGroup makes a group of n members and a second commit by one of them.
func bigGroup(s mls.CipherSuite, n int) (first, second *mlstest.Commit) {
	clients := make([]*mlstest.Client, n)
	for i := range clients {
		clients[i] = mlstest.NewClient(did(i), mlstest.Suite(s))
	}
	first = mlstest.NewGroupWith(clients[0], mlstest.Random(16), clients[1:]...)
	return first, first.Next.Commit(clients[n/2], mlstest.Plan{})
}

func verifyGroupInfo(b *testing.B, raw []byte, cache *mls.LeafCache) {
	b.Helper()
	gi, err := mls.ParseGroupInfo(raw)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := gi.Verify(nil, cache); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkGroupInfoFirst parses and verifies a GroupInfo of which no leaf is
// cached. It needs one signature check per leaf and one for the GroupInfo.
func BenchmarkGroupInfoFirst(b *testing.B) {
	for _, s := range []mls.CipherSuite{mls.SuiteX25519AES128, mls.SuiteP256} {
		for _, n := range []int{10, 100, 1000} {
			b.Run(fmt.Sprintf("suite=%d/leaves=%d", s, n), func(b *testing.B) {
				_, second := bigGroup(s, n)
				compare(b, s, n+1, "x-bare", nil, func() { verifyGroupInfo(b, second.GroupInfo, mls.NewLeafCache(2*n)) })
			})
		}
	}
}

// BenchmarkGroupInfoOneChanged verifies GroupInfos of the next epoch while the
// leaves of the previous epoch are cached. The result is in signature checks.
func BenchmarkGroupInfoOneChanged(b *testing.B) {
	for _, s := range []mls.CipherSuite{mls.SuiteX25519AES128, mls.SuiteP256} {
		for _, n := range []int{100, 1000} {
			b.Run(fmt.Sprintf("suite=%d/leaves=%d", s, n), func(b *testing.B) {
				first, _ := bigGroup(s, n)
				next := make([][]byte, 50)
				for i := range next {
					next[i] = first.Next.Commit(first.By, mlstest.Plan{}).GroupInfo
				}
				var cache *mls.LeafCache
				i := -1
				compare(b, s, 1, "checks", func() {
					if i = (i + 1) % len(next); i == 0 {
						cache = mls.NewLeafCache(2 * n)
						verifyGroupInfo(b, first.GroupInfo, cache)
					}
				}, func() { verifyGroupInfo(b, next[i], cache) })
			})
		}
	}
}

// BenchmarkApplyCommit verifies and applies a public commit to a known group.
func BenchmarkApplyCommit(b *testing.B) {
	clients := make([]*mlstest.Client, 100)
	for i := range clients {
		clients[i] = mlstest.NewClient(did(i))
	}
	first := mlstest.NewGroupWith(clients[0], mlstest.Random(16), clients[1:]...)
	o := follow(b, first.GroupInfo)
	m := public(b, first.Next.Commit(clients[50], mlstest.Plan{Public: true}).Message)
	compare(b, mls.SuiteX25519AES128, 1, "checks", nil, func() {
		if _, _, err := o.g.ApplyCommit(m, nil, o.cache); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkParseApplication parses application messages.
func BenchmarkParseApplication(b *testing.B) {
	g := mlstest.NewGroup(mlstest.NewClient(did(1)), mlstest.Random(16))
	for _, size := range []int{200, 1 << 10, 64 << 10, 2 << 20} {
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			raw := g.Application(size)
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				m, err := mls.ParseMessage(raw)
				if err != nil {
					b.Fatal(err)
				}
				if f, ok := m.Framing(); !ok || f.ContentType != mls.ContentTypeApplication {
					b.Fatal("framing")
				}
			}
		})
	}
}
