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

// syncCalls has the calls of sync at this instance, by account.
//
// The calls of an account share reads: only one read of the account runs at a time,
// and all calls with the same question that arrive meanwhile share the next one. So
// an account with many long polls costs about as much as an account with one, even
// if it has events all the time.
type syncCalls struct {
	hub    *eventlog.Hub
	limits *limit.Limits

	mu       sync.Mutex
	accounts map[string]*accountSyncs
}

func newSyncCalls(hub *eventlog.Hub, l *limit.Limits) *syncCalls {
	return &syncCalls{hub: hub, limits: l, accounts: map[string]*accountSyncs{}}
}

// accountSyncs has the calls of sync of one account.
type accountSyncs struct {
	did string
	hub *eventlog.Hub
	// calls is the number of calls. The mutex of syncCalls guards it.
	calls int
	// turn holds a value while a read runs.
	turn chan struct{}

	mu sync.Mutex
	// next is the round that new calls join; nil if no round is waiting to begin.
	next *syncRound
	// watch wakes the waits. While it is being set up, settingUp is not nil; it is
	// closed when that is done.
	waits     map[*syncWait]struct{}
	watch     *syncWatch
	settingUp chan struct{}
	// readAt is the earliest time of the next read for waits that events wake.
	readAt time.Time
}

// syncRound has the reads of an account, by question, that begin after the calls
// joined the round. So each call is answered with everything that happened before it
// joined.
type syncRound struct {
	reads map[syncQuestion]*sharedRead
}

// sharedRead is a read for one call or several.
type sharedRead struct {
	calls  int
	cancel context.CancelFunc
	done   chan struct{}
	found  syncFound
	err    error
}

// enter counts a call of an account until leave is called. It refuses a call beyond
// limit.SyncCalls.
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

// join returns a round that has not begun.
func (a *accountSyncs) join() *syncRound {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.joinLocked()
}

func (a *accountSyncs) joinLocked() *syncRound {
	if a.next == nil {
		a.next = &syncRound{reads: map[syncQuestion]*sharedRead{}}
	}
	return a.next
}

// read returns the result of the round's read for a question, and starts that read if
// this call is the first to ask. The read is cancelled when all its calls are.
func (a *accountSyncs) read(ctx context.Context, round *syncRound, question syncQuestion, read func(context.Context) (syncFound, error)) (syncFound, error) {
	a.mu.Lock()
	r := round.reads[question]
	if r == nil {
		// Not the context of the first call, which may end before the others have
		// their answer.
		shared, cancel := context.WithCancel(context.WithoutCancel(ctx))
		r = &sharedRead{cancel: cancel, done: make(chan struct{})}
		round.reads[question] = r
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
		if round.reads[question] == r {
			delete(round.reads, question)
		}
	}
	return syncFound{}, fmt.Errorf("sync: %w", ctx.Err())
}

// run waits until no other read of the account runs, begins the round, and reads.
func (a *accountSyncs) run(ctx context.Context, round *syncRound, r *sharedRead, read func(context.Context) (syncFound, error)) {
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
