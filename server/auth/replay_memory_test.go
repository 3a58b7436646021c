package auth

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// use returns a use of a token with iat and exp in seconds from now.
func use(c *clock, jti string, iat, exp int64) Use {
	now := c.now().Unix()
	return Use{Issuer: "did:plc:a", JTI: jti, IssuedAt: now + iat, Expires: time.Unix(now+exp, 0)}
}

func spend(t *testing.T, s ReplayStore, u Use) Spent {
	t.Helper()
	got, err := s.Spend(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestMemoryStartsEmpty(t *testing.T) {
	c := &clock{}
	m := newMemoryReplay(MemoryReplayConfig{now: c.now})
	start := m.notBefore
	at := func(iat int64) Spent {
		return spend(t, m, Use{Issuer: "did:plc:a", JTI: fmt.Sprint(iat), IssuedAt: start + iat, Expires: time.Unix(start+100, 0)})
	}
	for iat, want := range map[int64]Spent{
		-1: TooOld,
		// Issued in the second of the start: it may have been used before the
		// start.
		0: TooOld,
		1: Fresh,
	} {
		if got := at(iat); got != want {
			t.Errorf("issued %d s after the start: %s, want %s", iat, got, want)
		}
	}
}

func TestMemoryRemembersUntilExpiry(t *testing.T) {
	c := &clock{}
	m := newMemoryReplay(MemoryReplayConfig{now: c.now})
	u := use(c, "j", 1, 61)
	if got := spend(t, m, u); got != Fresh {
		t.Fatal(got)
	}
	// Until exp plus leeway it is a replay. Then it is forgotten, and the token
	// is refused as expired.
	for range 91 {
		if got := spend(t, m, u); got != Replayed {
			t.Fatalf("%s at %s", got, c.now().Sub(u.Expires))
		}
		c.advance(time.Second)
	}
	c.advance(time.Second)
	if got := spend(t, m, u); got != TooOld {
		t.Errorf("after it expired: %s", got)
	}
	if len(m.seen) != 0 || len(m.expiring) != 0 {
		t.Errorf("%d tokens and %d seconds are still held", len(m.seen), len(m.expiring))
	}
}

func TestMemoryIsBounded(t *testing.T) {
	c := &clock{}
	m := newMemoryReplay(MemoryReplayConfig{now: c.now, limit: 100})
	var used []Use
	for i := range 1000 {
		u := use(c, fmt.Sprint(i), 1, 10+int64(i%60))
		u.Issuer = fmt.Sprint("did:plc:", i%7)
		if spend(t, m, u) == Fresh {
			used = append(used, u)
		}
		if len(m.seen) > 100 {
			t.Fatalf("%d tokens held", len(m.seen))
		}
	}
	if len(used) != 100 {
		t.Fatalf("only %d were accepted", len(used))
	}
	for _, u := range used {
		if got := spend(t, m, u); got == Fresh {
			t.Fatal("a full store forgot a token that it then accepted again")
		}
	}
}

// testBoot is the boot id in tests, since not every system has one.
const testBoot = "this boot"

// restarts returns a function that starts a store on the same mark file.
func restarts(t *testing.T, c *clock) (start func() *MemoryReplay, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "replay-marks")
	return func() *MemoryReplay {
		t.Helper()
		m, err := NewMemoryReplay(MemoryReplayConfig{MarkFile: path, now: c.now, boot: testBoot})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(m.Close)
		return m
	}, path
}

// TestRestartRemembers: after a restart no token is accepted twice and no
// unused token is refused, whatever the clocks of the issuers.
func TestRestartRemembers(t *testing.T) {
	c := &clock{}
	start, _ := restarts(t, c)
	first := start()
	c.advance(10 * time.Second)
	for name, iat := range map[string]int64{"ahead": 120, "now": 0, "behind": -8} {
		if got := spend(t, first, use(c, name, iat, 180)); got != Fresh {
			t.Fatalf("%s: %s", name, got)
		}
	}
	ahead, now, behind := use(c, "ahead", 120, 180), use(c, "now", 0, 180), use(c, "behind", -8, 180)
	for range 3 { // the second one reads what the first wrote
		again := start()
		for _, u := range []Use{ahead, now, behind} {
			if got := spend(t, again, u); got != Replayed {
				t.Errorf("%s: %s after a restart", u.JTI, got)
			}
		}
		for _, iat := range []int64{120, 0, -8} {
			if got := spend(t, again, use(c, rand.Text(), iat, 180)); got != Fresh {
				t.Errorf("another token, of %d s: %s", iat, got)
			}
		}
	}
}

// TestRestartCountsOn: the count of uses of a token without jti survives a
// restart.
func TestRestartCountsOn(t *testing.T) {
	c := &clock{}
	start, _ := restarts(t, c)
	u := use(c, "", 240, 300)
	u.Signed = []byte("header.payload")
	for i := range MaxUsesWithoutJTI {
		if got := spend(t, start(), u); got != Fresh {
			t.Fatalf("use %d: %s", i, got)
		}
	}
	if got := spend(t, start(), u); got != Replayed {
		t.Errorf("one more: %s", got)
	}
}

// TestMachineRestarted: the end of the file may be lost after a reboot, so
// tokens issued before it are refused. The records that remain still prevent
// the second use of a token whose issuer's clock is ahead, and do not affect
// other tokens.
func TestMachineRestarted(t *testing.T) {
	c := &clock{}
	start, path := restarts(t, c)
	ahead := use(c, "ahead", 120, 180)
	if got := spend(t, start(), ahead); got != Fresh {
		t.Fatal(got)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{
		"another boot": bytes.Replace(raw, []byte(testBoot), []byte("another"), 1),
		"a torn end":   append(bytes.Clone(raw), 0, 0, 0),
	} {
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		c.advance(5 * time.Second)
		m := start()
		if got := spend(t, m, ahead); got != Replayed {
			t.Errorf("%s: %s", name, got)
		}
		if got := spend(t, m, use(c, name+"before", -1, 60)); got != TooOld {
			t.Errorf("%s: issued before: %s", name, got)
		}
		c.advance(2 * time.Second)
		if got := spend(t, m, use(c, name+"after", 0, 60)); got != Fresh {
			t.Errorf("%s: issued after: %s", name, got)
		}
	}
}

// TestMarkFileUnreadable: a damaged file has the effect of a missing file.
func TestMarkFileUnreadable(t *testing.T) {
	c := &clock{}
	start, path := restarts(t, c)
	future := fmt.Sprintf(markHeader+" %q %d\n", testBoot, c.now().Add(time.Hour).Unix())
	endless := fmt.Sprintf(markHeader+" %q 1\n", testBoot) + strings.Repeat("\xff", markRecord)
	for _, content := range []string{"", "nonsense", "4102444800", future, endless} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		m := start()
		if got := spend(t, m, use(c, content, 1, 61)); got != Fresh {
			t.Errorf("%.20q: %s", content, got)
		}
		if len(m.seen) != 1 {
			t.Errorf("%.20q: %d tokens", content, len(m.seen))
		}
	}
	if _, err := NewMemoryReplay(MemoryReplayConfig{MarkFile: t.TempDir()}); err == nil {
		t.Error("a folder as mark file passed")
	}
	if _, err := NewMemoryReplay(MemoryReplayConfig{MarkFile: filepath.Join(t.TempDir(), "missing", "marks")}); err == nil {
		t.Error("a file that cannot be made passed")
	}
}

// TestMarkFileStaysSmall: the file is rewritten when it has too many expired
// records.
func TestMarkFileStaysSmall(t *testing.T) {
	c := &clock{}
	start, path := restarts(t, c)
	m := start()
	for i := range 3 * markSurplus {
		if got := spend(t, m, use(c, fmt.Sprint(i), 1, 10)); got != Fresh {
			t.Fatal(got)
		}
		if i%(markSurplus/4) == 0 {
			c.advance(time.Minute)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if limit := int64(2 * markSurplus * markRecord); info.Size() > limit {
		t.Errorf("%d bytes, more than %d", info.Size(), limit)
	}
	if got := spend(t, start(), use(c, "last", 0, 60)); got != Fresh {
		t.Errorf("after a restart: %s", got)
	}
}

// TestMarkFileFails: without the file only tokens with iat in the future are
// refused, because the next start would accept them again. Writing resumes as
// soon as possible.
func TestMarkFileFails(t *testing.T) {
	c := &clock{}
	start, path := restarts(t, c)
	m := start()
	c.advance(2 * time.Second)
	before := use(c, "before", 0, 60)
	if got := spend(t, m, before); got != Fresh {
		t.Fatal(got)
	}
	_ = m.file.file.Close() // writing fails from here on, as on a full disk
	if err := os.Mkdir(path+".new", 0o700); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got, err := m.Spend(t.Context(), use(c, "ahead", 20, 80)); err == nil || got == Fresh {
			t.Errorf("a use that the next start would not know: %s, %v", got, err)
		}
		if _, err := os.Stat(path); err == nil {
			t.Error("a file that lacks a use is still there")
		}
		if got := spend(t, m, use(c, rand.Text(), 0, 60)); got != Fresh {
			t.Errorf("an ordinary use: %s", got)
		}
		c.advance(2 * markRetry)
	}
	if err := os.Remove(path + ".new"); err != nil {
		t.Fatal(err)
	}
	ahead := use(c, "ahead", 20, 80)
	if got := spend(t, m, ahead); got != Fresh {
		t.Errorf("with the file again: %s", got)
	}
	again := start()
	for _, u := range []Use{before, ahead} {
		if got := spend(t, again, u); got != Replayed {
			t.Errorf("%s after a restart: %s", u.JTI, got)
		}
	}
}

func TestWithoutJTI(t *testing.T) {
	c := &clock{}
	m := newMemoryReplay(MemoryReplayConfig{now: c.now})
	u := use(c, "", 1, 61)
	u.Signed = []byte("header.payload")
	other := u
	other.Signed = []byte("header.payloae")
	for i := range 2 * MaxUsesWithoutJTI {
		want := Fresh
		if i >= MaxUsesWithoutJTI {
			want = Replayed
		}
		for _, u := range []Use{u, other} {
			if got := spend(t, m, u); got != want {
				t.Errorf("use %d: %s, want %s", i, got, want)
			}
		}
	}
	if len(m.expiring[u.forgetAt()]) != 2 {
		t.Error("a use is held more than once")
	}
}

// Issuer and jti are kept apart wherever the boundary between them is.
func TestTokenID(t *testing.T) {
	h := newIDs([]byte("secret"))
	a, b, c := h.of(&Use{Issuer: "ab", JTI: "c"}), h.of(&Use{Issuer: "a", JTI: "bc"}), h.of(&Use{Issuer: "ab", JTI: "d"})
	if a == b || a == c || a.issuer() != c.issuer() || a.issuer() == b.issuer() {
		t.Errorf("ids %x, %x, %x", a, b, c)
	}
	if h.of(&Use{Signed: []byte("x")}) == h.of(&Use{JTI: "x"}) {
		t.Error("a content and a jti share an id")
	}
	other := newIDs([]byte("another secret"))
	if other.of(&Use{Issuer: "ab", JTI: "c"}).issuer() == a.issuer() || other.namespace == h.namespace {
		t.Error("ids do not depend on the secret")
	}
}
