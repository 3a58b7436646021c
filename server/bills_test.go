package server

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/xrpc"
)

// meter reads what accounts have left of the limits on storage. Its clock stands
// still.
type meter struct {
	limits *limit.Limits
	book   *storage.Book
	// free is the free part of the storage, in thousandths.
	free atomic.Int64
	// newcomers has the new accounts.
	newcomers map[string]bool
}

func newMeter(t testing.TB) *meter {
	t.Helper()
	m := &meter{newcomers: map[string]bool{}}
	m.free.Store(1000)
	limits, err := limit.New(limit.Config{Clock: func() time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	m.limits = limits
	m.book = storage.New(storage.Config{
		Limits: limits, IsNew: func(_ context.Context, did string) bool { return m.newcomers[did] },
		Places: []storage.Place{{Name: "disk", Every: time.Nanosecond, Free: func(context.Context) (int64, int64, error) { return m.free.Load(), 1000, nil }}},
	})
	return m
}

func (m *meter) with(c *Config) { c.Storage = m.book }

// leaves sets the free part of the storage.
func (m *meter) leaves(t testing.TB, free int64) {
	m.free.Store(free)
	m.book.Measure(t.Context())
}

// takes fails the test unless f takes this amount of a row of an account.
func (m *meter) takes(t testing.TB, row *limit.Row, who string, want int64, f func()) {
	t.Helper()
	before := m.left(t, row, who)
	f()
	if got := before - m.left(t, row, who); got != want {
		t.Errorf("%s: %d are taken, want %d", row.Name, got, want)
	}
}

// left returns how much an account has left of a row.
func (m *meter) left(t testing.TB, row *limit.Row, who string) int64 {
	t.Helper()
	low, high := int64(0), row.Amount
	for low < high {
		middle := (low + high + 1) / 2
		if m.limits.Check(t.Context(), row, who, middle) == nil {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low
}

// drain uses up a row of an account except for an amount.
func (m *meter) drain(t testing.TB, row *limit.Row, who string, but int64) {
	t.Helper()
	m.limits.Spend(t.Context(), row, who, m.left(t, row, who)-but)
}

// A message costs its bytes, whether it is sent single or in a batch. A duplicate and
// a refused message cost nothing. If no bytes are left, the message is not stored.
func TestMessagesCountBytes(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	alice, bob := servertest.DID("alice"), servertest.DID("bob")
	convo := servertest.AddConvo(t, s.Pool, 1, alice, bob)
	in := servertest.WithID(convo, 1, "one")
	size := int64(len(in.Ciphertext))
	send := func(who string, in *gen.SendMessageInput) error {
		_, err := s.SendMessage(t.Context(), servertest.As(who), in)
		return err
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	m.takes(t, limit.StoredBytes, alice, size, func() { must(send(alice, in)) })
	keyed := servertest.Message(convo, 1)
	keyed.IdempotencyKey = new("k")
	m.takes(t, limit.StoredBytes, alice, int64(len(keyed.Ciphertext)), func() { must(send(alice, keyed)) })
	m.takes(t, limit.StoredBytes, alice, 0, func() {
		must(send(alice, in))
		must(send(alice, keyed))
		servertest.WantError(t, send(alice, servertest.Message(convo, 7)), gen.ErrEpochMismatch)
		servertest.WantError(t, send(alice, servertest.Message(servertest.NewConvoID(), 1)), gen.ErrConvoNotFound)
	})
	m.drain(t, limit.StoredBytes, alice, size-1)
	unchanged(t, s, convo, func() {
		e := servertest.WantError(t, send(alice, servertest.WithID(convo, 1, "more")), xrpc.RateLimitExceeded)
		if e.RetryAfter <= 0 {
			t.Errorf("no time to come back: %v", e)
		}
	})
	must(send(bob, servertest.WithID(convo, 1, "bob's")))
}

// A message that is refused by the rate of its conversation costs nothing.
func TestFullConversationsCostNothing(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with, func(c *Config) { c.Rates = m.limits })
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	row := limit.ConvoRow(xrpc.RateSend)
	m.limits.Spend(t.Context(), row, string(convo), row.Amount)
	m.takes(t, limit.StoredBytes, servertest.DID("alice"), 0, func() {
		_, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), servertest.Message(convo, 1))
		servertest.WantError(t, err, xrpc.RateLimitExceeded)
	})
}

// In a batch, duplicates cost nothing.
func TestMessagesTogetherCountBytes(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	in := servertest.WithID(convo, 1, "one")
	m.takes(t, limit.StoredBytes, servertest.DID("alice"), int64(len(in.Ciphertext)), func() {
		done := make(chan error)
		for range 100 {
			go func() {
				_, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), in)
				done <- err
			}()
		}
		for range 100 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

// A commit costs the rows that stay, and the bytes by which the GroupInfo grows. A
// duplicate, a lost race and a refused commit cost nothing.
func TestCommitsCountBytes(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob)
	stored := func() int64 {
		out, err := s.GetGroupInfo(t.Context(), by(alice), &gen.GetGroupInfoParams{ConvoID: servertest.IDOf(g)})
		if err != nil {
			t.Fatal(err)
		}
		return int64(len(out.GroupInfo) + len(out.RatchetTree))
	}
	was := stored()
	first := g.Commit(alice, mlstest.Plan{})
	var grown int64
	m.takes(t, limit.KeptBytes, alice.DID, int64(len(first.Message)), func() {
		before := m.left(t, limit.StoredBytes, alice.DID)
		out, err := s.SendCommit(t.Context(), by(alice), commitInput(g, first))
		accepted(t, out, err)
		grown = before - m.left(t, limit.StoredBytes, alice.DID) - int64(len(first.Message))
	})
	if want := max(0, stored()-was); grown != want {
		t.Errorf("the GroupInfo counts as %d bytes, and grew by %d", grown, want)
	}
	m.takes(t, limit.StoredBytes, alice.DID, 0, func() {
		again, err := s.SendCommit(t.Context(), by(alice), commitInput(g, first)) // its answer was lost
		accepted(t, again, err)
	})
	m.takes(t, limit.KeptBytes, bob.DID, 0, func() {
		lost, err := s.SendCommit(t.Context(), by(bob), commitInput(g, g.Commit(bob, mlstest.Plan{})))
		lostIt(t, lost, err)
	})
	g = first.Next
	// A commit with a Welcome.
	was = stored()
	c := g.With(carol).Commit(alice, mlstest.Plan{Add: []*mls.KeyPackage{commitPackage(t, s, carol)}})
	before := m.left(t, limit.StoredBytes, alice.DID)
	added, err := s.AddMembers(t.Context(), by(alice), addInput(g, c, carol))
	accepted(t, (*gen.SendCommitOutput)(added), err)
	g = c.Next
	if got, want := before-m.left(t, limit.StoredBytes, alice.DID), int64(len(c.Message)+len(c.Welcome))+stored()-was; got != want {
		t.Errorf("an addition counts as %d bytes, want %d", got, want)
	}
	m.drain(t, limit.KeptBytes, alice.DID, int64(len(c.Message)/4))
	unchanged(t, s, servertest.IDOf(g), func() {
		_, err := s.SendCommit(t.Context(), by(alice), commitInput(g, g.Commit(alice, mlstest.Plan{})))
		servertest.WantError(t, err, xrpc.RateLimitExceeded)
	})
	g = advance(t, s, g, bob, 1) // bob has as much as before
	// Suspending costs no bytes.
	if out, err := s.LeaveConvo(t.Context(), by(alice), suspension(g, carol.DID)); err != nil || !out.Success {
		t.Errorf("a suspension: %+v, %v", out, err)
	}
}

// Another GroupInfo of the epoch costs the bytes by which it grows, and a smaller one
// costs nothing.
func TestGroupInfoCountsGrowth(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	alice := commitClient("alice")
	g := commitGroup(t, s, alice)
	sized := func(n int) []byte {
		return g.SignGroupInfo(alice, true, func(i *mls.GroupInfo) {
			i.Extensions = append(i.Extensions, mls.Extension{Type: 0xF0F0, Data: make([]byte, n)})
		})
	}
	small, large := sized(1000), sized(100_000)
	update := func(b []byte) error {
		_, err := s.UpdateGroupInfo(t.Context(), by(alice), &gen.UpdateGroupInfoInput{ConvoID: servertest.IDOf(g), GroupInfo: b})
		return err
	}
	if err := update(small); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		info []byte
		want int64
	}{{small, 0}, {large, int64(len(large) - len(small))}, {large, 0}, {small, 0}} {
		m.takes(t, limit.StoredBytes, alice.DID, c.want, func() {
			if err := update(c.info); err != nil {
				t.Fatal(err)
			}
		})
	}
	m.drain(t, limit.StoredBytes, alice.DID, 1000)
	unchanged(t, s, servertest.IDOf(g), func() { servertest.WantError(t, update(large), xrpc.RateLimitExceeded) })
	if err := update(small); err != nil {
		t.Errorf("one that does not grow: %v", err)
	}
}
