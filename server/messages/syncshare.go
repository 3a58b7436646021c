package messages

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"catbird.blue/mls/server/limit"
	eventlog "catbird.blue/mls/server/stream/log"
)

// syncCalls are the calls of sync at this instance, by account.
//
// The calls of an account share what they read: one read of the account is
// under way at a time, and calls that ask the same while it is get the answer of
// one further read. So an account with many long polls costs about as much as one
// with a single one, also where something happens to it all the time.
type syncCalls struct {
	hub    *eventlog.Hub
	limits *limit.Limits

	mu       sync.Mutex
	accounts map[string]*accountSyncs
}

func newSyncCalls(hub *eventlog.Hub, l *limit.Limits) *syncCalls {
	return &syncCalls{hub: hub, limits: l, accounts: map[string]*accountSyncs{}}
}

// accountSyncs are the calls of sync of one account.
type accountSyncs struct {
	did string
	hub *eventlog.Hub
	// calls is how many there are; syncCalls has the lock.
	calls int
	// turn is taken by the read that is under way.
	turn chan struct{}

	mu sync.Mutex
	// next is the round that new calls join; nil where there is none that has
	// not begun.
	next *syncRound
	// waits are told of what happens by watch; while it is being set up, coming
	// is there, and is closed then.
	waits  map[*syncWait]struct{}
	watch  *syncWatch
	coming chan struct{}
	// lookAt is from when on they look again.
	lookAt time.Time
}

// syncRound is reads of an account that begin after the calls have joined, so
// that they show each of them all that had happened by then.
type syncRound struct {
	reads map[syncAsked]*syncRead
}

// syncRead is a read for one call or several.
type syncRead struct {
	calls  int
	cancel context.CancelFunc
	done   chan struct{}
	found  syncFound
	err    error
}

// enter counts a call, which leave ends.
func (s *syncCalls) enter(did string) (a *accountSyncs, leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a = s.accounts[did]
	if a == nil {
		a = &accountSyncs{did: did, hub: s.hub, turn: make(chan struct{}, 1), waits: map[*syncWait]struct{}{}}
		s.accounts[did] = a
	}
	if int64(a.calls) >= limit.SyncCalls.Amount {
		s.limits.Refused(limit.SyncCalls)
		return nil, nil, limit.SyncCalls.Refuse(time.Second)
	}
	a.calls++
	return a, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if a.calls--; a.calls == 0 {
			delete(s.accounts, did)
		}
	}, nil
}

// join gives a round that has not begun.
func (a *accountSyncs) join() *syncRound {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.joinLocked()
}

func (a *accountSyncs) joinLocked() *syncRound {
	if a.next == nil {
		a.next = &syncRound{reads: map[syncAsked]*syncRead{}}
	}
	return a.next
}

// look gives what a read of the round finds for a call that asks so.
func (a *accountSyncs) look(ctx context.Context, round *syncRound, asked syncAsked, read func(context.Context) (syncFound, error)) (syncFound, error) {
	a.mu.Lock()
	r := round.reads[asked]
	if r == nil {
		// The call that is first may leave before the others have their answer.
		shared, cancel := context.WithCancel(context.WithoutCancel(ctx))
		r = &syncRead{cancel: cancel, done: make(chan struct{})}
		round.reads[asked] = r
		go a.run(shared, round, r, read)
	}
	r.calls++
	a.mu.Unlock()
	select {
	case <-r.done:
		return r.found, r.err
	case <-ctx.Done():
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.calls--; r.calls == 0 {
		r.cancel()
		if round.reads[asked] == r {
			delete(round.reads, asked)
		}
	}
	return syncFound{}, fmt.Errorf("sync: %w", ctx.Err())
}

// run reads when it is its turn.
func (a *accountSyncs) run(ctx context.Context, round *syncRound, r *syncRead, read func(context.Context) (syncFound, error)) {
	defer close(r.done)
	defer r.cancel()
	defer func() {
		if v := recover(); v != nil {
			r.err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	select {
	case a.turn <- struct{}{}:
		defer func() { <-a.turn }()
	case <-ctx.Done():
		r.err = ctx.Err()
		return
	}
	a.mu.Lock()
	if a.next == round {
		a.next = nil
	}
	a.mu.Unlock()
	r.found, r.err = read(ctx)
}
