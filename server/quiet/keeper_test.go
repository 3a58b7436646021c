package quiet_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/quiet"
	"catbird.blue/mls/server/servertest"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// Two instances keep the order while others write; every page is right.
func TestWhileOthersWrite(t *testing.T) {
	t.Parallel()
	pool := dbtest.Pool(t)
	ids := addConvos(t, pool, 150)
	list(t, keeper(pool, time.Nanosecond))
	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	loop := func(f func(i int) error) {
		work.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				if err := f(i); err != nil && ctx.Err() == nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for w := range 2 {
		loop(func(i int) error {
			id := ids[(i*7+w*31)%len(ids)]
			return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return act(ctx, tx, id, noon.Add(time.Duration(i)*time.Second)) })
		})
	}
	for range 2 {
		k := keeper(pool, time.Nanosecond)
		loop(func(int) error { _, err := k.Follow(ctx); return err })
		loop(func(int) error { _, err := k.Look(ctx); return err })
	}
	var s seen
	for range 60 {
		wholeList(t, pool, noon, 40, &s)
		if t.Failed() {
			break
		}
	}
	stop()
	work.Wait()
	if s.quiet == 0 {
		t.Errorf("no page had quiet conversations: %+v", s)
	}
}

// quietList makes conversations that are quiet, and a Keeper.
func quietList(t testing.TB, n int) (*pgxpool.Pool, *quiet.Keeper, []xrpc.ConvoID) {
	pool := dbtest.Pool(t)
	ids := addConvos(t, pool, n)
	servertest.Settled(t, pool)
	k := keeper(pool, time.Nanosecond)
	list(t, k)
	if got := quietOnes(t, pool); got != n {
		t.Fatalf("%d conversations are quiet, want %d", got, n)
	}
	slices.Reverse(ids) // the newest one first
	return pool, k, ids
}

// A long part of the log that no Keeper has read is not read by pages, which look all
// conversations up. A Keeper that begins later goes on where the last one stopped.
func TestFarBehind(t *testing.T) {
	t.Parallel()
	pool, _, ids := quietList(t, 12)
	before := place(t, pool)
	dbtest.Exec(t, pool, `UPDATE conversations SET last_activity_at = $2 WHERE convo_id = $1`, ids[5], noon.Add(time.Hour))
	dbtest.Exec(t, pool, `INSERT INTO messages (convo_id, seq, message_id, kind, epoch, ciphertext, created_at, gen, pos)
		SELECT $1, n, uuid_send(gen_random_uuid()), 'app', 1, 'x', now(), log_current_generation(), log_own_xid() FROM generate_series(1, 2500) n`, ids[5])
	want := append([]xrpc.ConvoID{ids[5]}, append(slices.Clone(ids[:5]), ids[6:]...)...)
	var s seen
	check := func() {
		t.Helper()
		if got := wholeList(t, pool, noon, 5, &s); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	check()
	if got := quietOnes(t, pool); got != 12 || place(t, pool) != before {
		t.Errorf("%d are quiet at %d: reading changed something", got, place(t, pool))
	}
	servertest.Settled(t, pool)
	if f, err := keeper(pool, time.Nanosecond).Follow(t.Context()); err != nil || f != (quiet.Followed{AnyQuiet: true, Long: true}) {
		t.Errorf("%+v, %v", f, err)
	}
	if got := quietOnes(t, pool); got != 11 || place(t, pool) <= before {
		t.Errorf("%d are quiet at %d", got, place(t, pool))
	}
	check()
}

// An activity whose row another transaction still hides stays above the place.
func TestHiddenActivity(t *testing.T) {
	t.Parallel()
	pool, k, ids := quietList(t, 5)
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }() // committed below
	if err := act(t.Context(), tx, ids[3], noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	// A later transaction commits first.
	if err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return act(t.Context(), tx, ids[4], noon.Add(2*time.Hour)) }); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	follow(t, k)
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []xrpc.ConvoID{ids[4], ids[3], ids[0], ids[1], ids[2]}
	if got := wholeList(t, pool, noon, 2, &seen{}); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A membership that another transaction has locked is not waited for, and its activity
// is not passed over.
func TestLockedMembership(t *testing.T) {
	t.Parallel()
	pool, k, ids := quietList(t, 5)
	for _, id := range ids[2:4] {
		if err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return act(t.Context(), tx, id, noon.Add(time.Hour)) }); err != nil {
			t.Fatal(err)
		}
	}
	servertest.Settled(t, pool)
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }() // committed below
	if _, err := tx.Exec(t.Context(), `SELECT FROM memberships WHERE convo_id = $1 AND did = $2 FOR UPDATE`, ids[2], alice); err != nil {
		t.Fatal(err)
	}
	if behind := follow(t, k); !behind {
		t.Error("the Keeper has passed over a membership that was locked")
	}
	want := append(slices.Sorted(slices.Values(ids[2:4])), ids[0], ids[1], ids[4])
	if got := wholeList(t, pool, noon, 2, &seen{}); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	servertest.Settled(t, pool)
	if behind := follow(t, k); behind || quietOnes(t, pool) != 3 {
		t.Errorf("behind: %v; %d are quiet", behind, quietOnes(t, pool))
	}
}

// After a restore nothing is trusted that was noted before it.
func TestNewGeneration(t *testing.T) {
	t.Parallel()
	pool, k, ids := quietList(t, 5)
	if err := eventlog.BeginGeneration(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	// The restored database has an activity that the place is above.
	dbtest.Exec(t, pool, `UPDATE conversations SET last_activity_at = $2 WHERE convo_id = $1`, ids[3], noon.Add(time.Hour))
	want := []xrpc.ConvoID{ids[3], ids[0], ids[1], ids[2], ids[4]}
	for range 3 {
		if got := wholeList(t, pool, noon, 2, &seen{}); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		follow(t, k)
		if _, err := k.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := quietOnes(t, pool); got != 5 {
		t.Errorf("%d are quiet in the end", got)
	}
}

// getConvos has the conversations of an account in many listed, by the Keeper that runs,
// and an activity ends the quiet of one of them.
func TestRun(t *testing.T) {
	t.Parallel()
	pool := dbtest.Pool(t)
	ids := addConvos(t, pool, quiet.LongList+1)
	closed := errors.New("closed")
	var gate sync.Mutex
	k := quiet.New(quiet.Config{Pool: pool, Closed: func() error { gate.Lock(); defer gate.Unlock(); return closed }})
	s := &convo.Service{Base: &convo.Base{Pool: pool, Now: time.Now, Quiet: k}}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- k.Run(ctx) }()
	page := func(first xrpc.ConvoID) {
		t.Helper()
		out, err := s.GetConvos(ctx, servertest.As(alice), &gen.GetConvosParams{Limit: 50})
		if err != nil || len(out.Conversations) != 50 || out.Conversations[0].ID != first {
			t.Fatal(out, err)
		}
	}
	await := func(n int) {
		t.Helper()
		for start := time.Now(); quietOnes(t, pool) != n; time.Sleep(20 * time.Millisecond) {
			if time.Since(start) > 5*time.Minute {
				t.Fatalf("%d are quiet, want %d", quietOnes(t, pool), n)
			}
		}
	}
	newest := ids[len(ids)-1]
	page(newest)
	gate.Lock()
	closed = nil
	gate.Unlock()
	page(newest)
	await(len(ids))
	page(newest)
	if err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return act(ctx, tx, ids[3], time.Now()) }); err != nil {
		t.Fatal(err)
	}
	page(ids[3])
	s.Notify(string(ids[3]))
	await(len(ids) - 1)
	page(ids[3])
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// An account in few conversations has none listed.
func TestFewConversations(t *testing.T) {
	t.Parallel()
	pool := dbtest.Pool(t)
	addConvos(t, pool, quiet.LongList)
	k := keeper(pool, time.Nanosecond)
	s := &convo.Service{Base: &convo.Base{Pool: pool, Now: time.Now, Quiet: k}}
	if _, err := s.GetConvos(t.Context(), servertest.As(alice), &gen.GetConvosParams{Limit: 50}); err != nil {
		t.Fatal(err)
	}
	if did, ok := k.Next(); ok {
		t.Errorf("%s is to be listed", did)
	}
}

// Conversations become quiet only some time after their last activity.
func TestQuietAfter(t *testing.T) {
	t.Parallel()
	pool := dbtest.Pool(t)
	ids := addConvos(t, pool, 5)
	dbtest.Exec(t, pool, `UPDATE conversations SET last_activity_at = now() - interval '9 minutes' WHERE convo_id = $1`, ids[2])
	k := quiet.New(quiet.Config{Pool: pool})
	list(t, k)
	for range 2 {
		if left, err := k.Look(t.Context()); err != nil || !left {
			t.Fatalf("left: %v, %v", left, err)
		}
		if got := quietOnes(t, pool); got != 4 {
			t.Fatalf("%d are quiet", got)
		}
	}
	dbtest.Exec(t, pool, `UPDATE conversations SET last_activity_at = now() - interval '11 minutes' WHERE convo_id = $1`, ids[2])
	if left, err := k.Look(t.Context()); err != nil || left {
		t.Fatalf("left: %v, %v", left, err)
	}
	if got := quietOnes(t, pool); got != 5 {
		t.Fatalf("%d are quiet", got)
	}
}
