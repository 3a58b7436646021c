package messages

import (
	"context"
	"fmt"
	"time"

	"catbird.blue/mls/gen"
	eventlog "catbird.blue/mls/server/stream/log"
)

// readDelay is how much each answered long poll delays the next read of its account.
// Events of that time are answered together. Otherwise an account with many events
// and long polls would be answered, and would call again, for every event.
const readDelay = 60 * time.Millisecond

// waitFor is sync with waitMs. It answers when there is news, when the time is up,
// when the account opens more waits and streams than it may have and this is the
// oldest, or when the instance drains.
func (s *Service) waitFor(ctx context.Context, a *accountSyncs, r *syncRequest, most time.Duration) (*gen.SyncOutput, error) {
	evicted, leave, err := s.streams.Wait(a.did)
	if err != nil {
		return nil, err
	}
	defer leave()
	// The watch begins before the first read, so that no event is missed in between.
	w := &syncWait{wants: r.isNews, wakes: make(chan wakeUp, 1)}
	if err := a.await(ctx, w); err != nil {
		return nil, err
	}
	defer a.forget(w)
	late := time.NewTimer(most)
	defer late.Stop()
	ends := waitEnds{late.C, evicted, s.drained}
	for found := (syncFound{}); ; {
		now, woken := w.sleep(ctx, ends)
		switch {
		case ctx.Err() != nil:
			return nil, fmt.Errorf("sync: %w", ctx.Err())
		case !woken && found.out != nil:
			return found.out, nil
		case !woken: // before the first read
			now = wakeUp{round: a.join(), last: true}
		}
		if found, err = a.read(ctx, now.round, r.question, s.reader(r)); err != nil {
			return nil, err
		}
		if found.hasNews {
			a.delayNextRead(time.Now())
		}
		if found.hasNews || now.last {
			return found.out, nil
		}
	}
}

// waitEnds has the channels that end a long poll without news.
type waitEnds struct {
	late             <-chan time.Time
	evicted, drained <-chan struct{}
}

// sleep waits until an event wakes w and the read of that wake-up is due. woken is
// false if the wait ends before.
func (w *syncWait) sleep(ctx context.Context, ends waitEnds) (k wakeUp, woken bool) {
	var due <-chan time.Time
	for wakes := w.wakes; ; {
		select {
		case k = <-wakes:
			wakes, due = nil, time.After(time.Until(k.due))
		case <-due:
			return k, true
		case <-ends.late:
			return k, false
		case <-ends.evicted:
			return k, false
		case <-ends.drained:
			return k, false
		case <-ctx.Done():
			return k, false
		}
	}
}

// syncWait is a long poll that waits.
type syncWait struct {
	// wants reports whether an event is news for it.
	wants func(gen.ConvoEvent) bool
	// wakes has room for one wake-up.
	wakes chan wakeUp
}

// wakeUp makes a wait read again.
type wakeUp struct {
	// round is the same for all waits that one event wakes, so that those with the
	// same question share one read, even if they get to it at different times.
	round *syncRound
	// due is the time of the read.
	due time.Time
	// last says that nothing will wake the wait again, so it has to answer.
	last bool
}

// wake replaces the wake-up that w has not taken yet, if any. The caller holds the
// mutex of the account, so nothing else fills the channel meanwhile.
func (w *syncWait) wake(k wakeUp) {
	select {
	case old := <-w.wakes:
		k.last = k.last || old.last
	default:
	}
	w.wakes <- k
}

// syncWatch receives the events of an account from the hub while it has waits.
type syncWatch struct {
	*accountSyncs
	stop func()
	lost bool
}

var _ eventlog.Watcher = (*syncWatch)(nil)

// Observe implements eventlog.Watcher.
func (t *syncWatch) Observe(ev gen.ConvoEvent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for w := range t.waits {
		if w.wants(ev) {
			t.wakeLocked(w)
		}
	}
}

// wakeLocked makes w read in the next round. The caller holds a.mu.
func (a *accountSyncs) wakeLocked(w *syncWait) {
	w.wake(wakeUp{round: a.joinLocked(), due: a.readAt})
}

// delayNextRead delays the next read by readDelay, because a long poll was answered
// with news at now.
func (a *accountSyncs) delayNextRead(now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.readAt.Before(now) {
		a.readAt = now
	}
	a.readAt = a.readAt.Add(readDelay)
}

// Lost implements eventlog.Watcher. All waits read once more and answer, since no event
// will wake them.
func (t *syncWatch) Lost() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lost = true
	if t.watch != t {
		return // beginWatch handles lost, or the last wait has ended
	}
	t.watch = nil
	go t.stop() // not here: the hub holds its mutex
	for w := range t.waits {
		w.wake(wakeUp{round: t.joinLocked(), last: true})
	}
}

// await wakes w for its first read, and from then on for each event that it wants. The
// first wait of an account sets up the watch, and waits that arrive meanwhile wait for
// that.
func (a *accountSyncs) await(ctx context.Context, w *syncWait) error {
	for {
		a.mu.Lock()
		switch {
		case a.watch != nil:
			a.waits[w] = struct{}{}
			a.wakeLocked(w)
			a.mu.Unlock()
			return nil
		case a.settingUp == nil:
			a.settingUp = make(chan struct{})
			a.mu.Unlock()
			if err := a.beginWatch(ctx); err != nil {
				return err
			}
			continue
		}
		settingUp := a.settingUp
		a.mu.Unlock()
		select {
		case <-settingUp:
		case <-ctx.Done():
			return fmt.Errorf("sync: %w", ctx.Err())
		}
	}
}

// beginWatch sets up the watch of the account. If the hub loses it at once, a.watch
// stays nil, and the waits set up another one.
func (a *accountSyncs) beginWatch(ctx context.Context) error {
	t := &syncWatch{accountSyncs: a}
	stop, err := a.hub.Watch(ctx, a.did, t)
	a.mu.Lock()
	defer a.mu.Unlock()
	close(a.settingUp)
	a.settingUp = nil
	if err != nil {
		return err
	}
	if t.lost {
		go stop()
		return nil
	}
	t.stop, a.watch = stop, t
	return nil
}

// forget removes a wait. The last one stops the watch.
func (a *accountSyncs) forget(w *syncWait) {
	a.mu.Lock()
	delete(a.waits, w)
	t := a.watch
	if t != nil && len(a.waits) == 0 {
		a.watch = nil
	} else {
		t = nil
	}
	a.mu.Unlock()
	if t != nil {
		t.stop()
	}
}

// Drain ends all waits of sync, so that the process can stop.
func (s *Service) Drain() { s.drain() }
