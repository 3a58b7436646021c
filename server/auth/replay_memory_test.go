package auth

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// use of a token issued and expiring so many seconds from now.
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
		// Issued in the second it started in: before, or after, nobody knows.
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
	// Through exp and leeway it is a replay; then it is gone, and so is any
	// chance that the token is accepted.
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
		if spend(t, m, u) == Fresh {
			used = append(used, u)
		}
		if len(m.seen) > 100 {
			t.Fatalf("%d tokens held", len(m.seen))
		}
	}
	if len(used) < 100 {
		t.Fatalf("only %d were accepted", len(used))
	}
	for _, u := range used {
		if got := spend(t, m, u); got == Fresh {
			t.Fatal("a full store forgot a token that it then accepted again")
		}
	}
}

// An issuer whose clock is ahead, a use, a restart, and the same token.
func TestMarkClosesRestart(t *testing.T) {
	c := &clock{}
	cfg := MemoryReplayConfig{MarkFile: filepath.Join(t.TempDir(), "replay-mark"), now: c.now}
	start := func() *MemoryReplay {
		m, err := NewMemoryReplay(cfg)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	u := use(c, "ahead", 20, 80)
	if got := spend(t, start(), u); got != Fresh {
		t.Fatal(got)
	}
	c.advance(5 * time.Second)
	again := start()
	if got := spend(t, again, u); got == Fresh {
		t.Error("accepted again after a restart")
	}
	if got := spend(t, again, use(c, "later", 16, 80)); got != Fresh {
		t.Errorf("issued after the mark: %s", got)
	}
}

func TestMarkFile(t *testing.T) {
	c := &clock{}
	path := filepath.Join(t.TempDir(), "replay-mark")
	for content, want := range map[string]time.Duration{
		"":           Leeway,
		"nonsense":   Leeway,
		"4102444800": Leeway, // a clock that was wrong
		"12":         0,
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := NewMemoryReplay(MemoryReplayConfig{MarkFile: path, now: c.now})
		if err != nil {
			t.Fatal(err)
		}
		if got := time.Duration(m.notBefore-m.forgotten) * time.Second; got < want || got > want+time.Second {
			t.Errorf("%q refuses tokens for %s, want %s", content, got, want)
		}
	}
	if _, err := NewMemoryReplay(MemoryReplayConfig{MarkFile: t.TempDir()}); err == nil {
		t.Error("a folder as mark file passed")
	}
	m, err := NewMemoryReplay(MemoryReplayConfig{MarkFile: filepath.Join(t.TempDir(), "missing", "mark"), now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := m.Spend(t.Context(), use(c, "ahead", 20, 80)); err == nil || got == Fresh {
		t.Errorf("a mark that cannot be written: %s, %v", got, err)
	}
}

// (iss, jti) are kept apart however they are cut.
func TestTokenID(t *testing.T) {
	a, b := Use{Issuer: "ab", JTI: "c"}, Use{Issuer: "a", JTI: "bc"}
	if a.id() == b.id() {
		t.Error("two tokens share an id")
	}
}
