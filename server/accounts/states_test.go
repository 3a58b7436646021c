package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/stream"
	"catbird.blue/mls/xrpc"
)

const bob = "did:web:bob.example"

var pseudonyms = convo.NewPseudonyms([]byte("a key"))

func changesOf(pool *pgxpool.Pool) Changes {
	return Changes{Pool: pool, Pseudonyms: pseudonyms, Audit: Audit{Key: []byte("another key"), Actor: "tester"}}
}

// instance is the States of one instance, and the accounts whose streams it ended.
type instance struct {
	*States
	mu    sync.Mutex
	ended []string
}

func start(t *testing.T, pool *pgxpool.Pool) *instance {
	t.Helper()
	in := &instance{}
	in.States = New(Config{Pool: pool, Pseudonyms: pseudonyms, Refused: func(did string, why *xrpc.Error) {
		in.mu.Lock()
		defer in.mu.Unlock()
		in.ended = append(in.ended, did+" "+why.Name)
	}})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- in.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return in
}

// refusal returns the name of the error for a call of an account.
func (in *instance) refusal(t *testing.T, did string) string {
	t.Helper()
	err := in.Admit(t.Context(), &xrpc.Call{Caller: xrpc.Caller{DID: did}})
	var e *xrpc.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Name
	}
	t.Fatal(err)
	return ""
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for start := time.Now(); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Since(start) > time.Minute {
			t.Fatalf("%s does not happen", what)
		}
	}
}

// A suspension reaches every instance, also without the bus, although they have
// cached that the account may call, and so does its end.
func TestSuspensionReachesAllInstances(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	pool := dbtest.Open(t, url)
	instances := []*instance{start(t, pool), start(t, dbtest.Open(t, url))}
	c := changesOf(pool)
	for _, in := range instances {
		if got := in.refusal(t, bob); got != "" {
			t.Fatalf("refused by %s", got)
		}
	}
	for round := range 3 {
		if changed, err := c.Suspend(t.Context(), bob); err != nil || !changed {
			t.Fatalf("suspended: %v, %v", changed, err)
		}
		for _, in := range instances {
			eventually(t, "the suspension", func() bool { return in.refusal(t, bob) == xrpc.AccountSuspended })
			eventually(t, "the end of the streams", func() bool {
				in.mu.Lock()
				defer in.mu.Unlock()
				return len(in.ended) == round+1 && in.ended[round] == bob+" "+xrpc.AccountSuspended
			})
		}
		if changed, err := c.Suspend(t.Context(), bob); err != nil || changed {
			t.Fatalf("suspended twice: %v, %v", changed, err)
		}
		if changed, err := c.Resume(t.Context(), bob); err != nil || !changed {
			t.Fatalf("resumed: %v, %v", changed, err)
		}
		for _, in := range instances {
			eventually(t, "the end of the suspension", func() bool { return in.refusal(t, bob) == "" })
		}
	}
	if n := dbtest.Value[int](t, pool, `SELECT count(*) FROM account_states`); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	if got := dbtest.Value[string](t, pool, `SELECT string_agg(actor || ': ' || action, ', ' ORDER BY id) FROM admin_audit WHERE id < 3 AND subject = $1`,
		c.Audit.Subject(bob)); got != "tester: account suspend, tester: account resume" {
		t.Errorf("the audit has %q", got)
	}
}

// A suspension ends the streams of an account that was checked before the instance
// looked for changes.
func TestSuspensionBeforeTheFirstLook(t *testing.T) {
	t.Parallel()
	pool := dbtest.Pool(t)
	var ended []string
	s := New(Config{Pool: pool, Pseudonyms: pseudonyms, Refused: func(did string, _ *xrpc.Error) { ended = append(ended, did) }})
	if err := s.Check(t.Context(), bob); err != nil {
		t.Fatal(err)
	}
	if _, err := changesOf(pool).Suspend(t.Context(), bob); err != nil {
		t.Fatal(err)
	}
	if err := s.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(ended, []string{bob}) {
		t.Errorf("the streams of %v are ended", ended)
	}
}

// A call that waits for the first look ends with its own context.
func TestCheckWaitsForTheFirstLook(t *testing.T) {
	t.Parallel()
	s := New(Config{Pool: dbtest.Pool(t), Pseudonyms: pseudonyms})
	s.looking <- struct{}{} // another look that does not end
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Check(ctx, bob) }()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	<-s.looking
	if err := s.Check(t.Context(), bob); err != nil {
		t.Error(err)
	}
}

// attaching is a source during whose Attach something happens.
type attaching struct {
	stream.Source
	meanwhile func()
	attached  int
}

func (a *attaching) Attach(context.Context, stream.Want, stream.Sink) (func(), error) {
	a.meanwhile()
	a.attached++
	return func() { a.attached-- }, nil
}

// A suspension that is applied while a stream of the account begins refuses the stream.
func TestSuspensionDuringAttach(t *testing.T) {
	t.Parallel()
	pool := dbtest.Pool(t)
	s := New(Config{Pool: pool, Pseudonyms: pseudonyms})
	source := &attaching{meanwhile: func() {}}
	detach, err := s.Guard(source).Attach(t.Context(), stream.Want{DID: bob}, nil)
	if err != nil || source.attached != 1 {
		t.Fatalf("%d attached, %v", source.attached, err)
	}
	detach()
	source.meanwhile = func() {
		if _, err := changesOf(pool).Suspend(t.Context(), bob); err != nil {
			t.Error(err)
		}
		if err := s.look(t.Context()); err != nil {
			t.Error(err)
		}
	}
	var e *xrpc.Error
	if _, err := s.Guard(source).Attach(t.Context(), stream.Want{DID: bob}, nil); !errors.As(err, &e) || e.Name != xrpc.AccountSuspended {
		t.Errorf("got %v", err)
	}
	if source.attached != 0 {
		t.Error("the stream is attached")
	}
}

// More changes than one read takes, made while an instance was not looking, are all
// applied.
func TestManyChanges(t *testing.T) {
	t.Parallel()
	pool := dbtest.Pool(t)
	s := New(Config{Pool: pool, Pseudonyms: pseudonyms})
	if err := s.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	const n = maxChanges + 5
	did := func(i int) string { return fmt.Sprintf("did:web:a%d.example", i) }
	for _, i := range []int{1, maxChanges, n} {
		if err := s.Check(t.Context(), did(i)); err != nil {
			t.Fatal(err)
		}
	}
	dbtest.Exec(t, pool, `INSERT INTO account_states (did, suspended_at, version)
		SELECT 'did:web:a' || i || '.example', now(), i FROM generate_series(1, $1::int) i`, n)
	dbtest.Exec(t, pool, `UPDATE account_states_version SET version = $1`, n)
	if err := s.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{1, maxChanges, n} {
		if s.Check(t.Context(), did(i)) == nil {
			t.Errorf("account %d is not refused", i)
		}
	}
	if s.version != n {
		t.Errorf("the version is %d", s.version)
	}
}

// A state that was read before a change is not cached after it.
func TestStateReadBeforeAChange(t *testing.T) {
	t.Parallel()
	pool := dbtest.Pool(t)
	s := New(Config{Pool: pool, Pseudonyms: pseudonyms})
	c := changesOf(pool)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					_ = s.Check(context.Background(), bob)
				}
			}
		})
	}
	for i := range 20 {
		var err error
		if i%2 == 0 {
			_, err = c.Suspend(t.Context(), bob)
		} else {
			_, err = c.Resume(t.Context(), bob)
		}
		if err == nil {
			err = s.look(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		if refused := s.Check(t.Context(), bob) != nil; refused != (i%2 == 0) {
			t.Fatalf("after change %d refused is %v", i, refused)
		}
	}
	close(stop)
	wg.Wait()
}

// A status of the relay decides as long as it lasts; an account that the service does
// not know leaves no row, and one that its present PDS has is not deleted.
func TestAccountEvents(t *testing.T) {
	t.Parallel()
	pool := dbtest.Pool(t)
	var forgotten []string
	status, asked := Deleted, error(nil)
	e := &Events{Changes: changesOf(pool), Grace: time.Hour,
		HostStatus: func(context.Context, string) (string, error) { return status, asked },
		ForgetKey:  func(did string) { forgotten = append(forgotten, did) }}
	say := func(did string, active bool, stated string) string {
		t.Helper()
		if err := e.Account(t.Context(), did, active, stated); err != nil {
			t.Fatal(err)
		}
		s, err := e.Read(t.Context(), did)
		if err != nil {
			t.Fatal(err)
		}
		return s.String()
	}
	if got := say("did:web:stranger.example", false, Deleted); got != "active" {
		t.Errorf("an unknown account is %s", got)
	}
	dbtest.Exec(t, pool, `INSERT INTO accounts (did, created_at) VALUES ($1, now())`, bob)
	dbtest.Exec(t, pool, `INSERT INTO account_keys VALUES ($1, 'zkey', now())`, bob)
	for _, c := range []struct {
		active       bool
		stated, want string
	}{
		{false, Deactivated, "deactivated at its PDS"}, {false, Suspended, "suspended at its PDS"}, {false, TakenDown, "takendown at its PDS"},
		{false, "throttled", "deactivated at its PDS"}, {false, "", "deactivated at its PDS"}, {true, "", "active"},
		{false, Deleted, "deleted at its PDS"}, {true, "", "active"},
	} {
		if got := say(bob, c.active, c.stated); got != c.want {
			t.Errorf("%v %q: it is %s, want %s", c.active, c.stated, got, c.want)
		}
	}
	status = ""
	if got := say(bob, false, Deleted); got != "active" {
		t.Errorf("its PDS has it, and it is %s", got)
	}
	asked = errors.New("no answer")
	if got := say(bob, false, Deleted); got != "deleted at its PDS" {
		t.Errorf("its PDS does not answer, and it is %s", got)
	}
	if due := dbtest.Value[bool](t, pool, `SELECT erase_at BETWEEN now() + interval '59 minutes' AND now() + interval '61 minutes' FROM account_states`); !due {
		t.Error("the erasure is due at another time")
	}
	if err := e.Identity(t.Context(), bob); err != nil {
		t.Fatal(err)
	}
	if n := dbtest.Value[int](t, pool, `SELECT count(*) FROM account_keys`); n != 0 || len(forgotten) != 1 || forgotten[0] != bob {
		t.Errorf("%d keys are stored, forgotten is %v", n, forgotten)
	}
}
