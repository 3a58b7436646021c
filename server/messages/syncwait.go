package messages

import (
	"context"
	"fmt"
	"time"

	"catbird.blue/mls/gen"
	eventlog "catbird.blue/mls/server/stream/log"
)

// lookGap is how long an account's long polls do not look for each of them that
// was told something. What comes meanwhile is told together: where much happens,
// each of them would otherwise be answered, and asked again, for every event.
const lookGap = 60 * time.Millisecond

// waitFor is sync with waitMs: it answers when there is something to tell, when
// the time is up, or when a newer wait or stream of the account needs its place.
func (s *Service) waitFor(ctx context.Context, a *accountSyncs, r *syncRequest, most time.Duration) (*gen.SyncOutput, error) {
	evicted, leave, err := s.streams.Wait(a.did)
	if err != nil {
		return nil, err
	}
	defer leave()
	// Watching begins before the first look, so that nothing comes between.
	w := &syncWait{wants: r.tells, wakes: make(chan wake, 1)}
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
		case !woken: // before the first look
			now = wake{round: a.join(), last: true}
		}
		if found, err = a.look(ctx, now.round, r.asked, s.reader(r)); err != nil {
			return nil, err
		}
		if found.tells {
			a.told(time.Now())
		}
		if found.tells || now.last {
			return found.out, nil
		}
	}
}

// waitEnds end a long poll without news.
type waitEnds struct {
	late             <-chan time.Time
	evicted, drained <-chan struct{}
}

// sleep waits until there is something to look for; it is false where the wait
// ends before that.
func (w *syncWait) sleep(ctx context.Context, ends waitEnds) (k wake, woken bool) {
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
	// wants says whether an event is news for it.
	wants func(gen.ConvoEvent) bool
	// wakes has one where something is new.
	wakes chan wake
}

// wake has a wait look again. All waits that one event wakes look by the same
// round, so that those which ask the same share one read, whichever of them
// comes to it when. due is when they do. last: nothing more will wake it.
type wake struct {
	round *syncRound
	due   time.Time
	last  bool
}

// rouse is called with the account's lock held, so nobody else fills the channel.
func (w *syncWait) rouse(k wake) {
	select {
	case old := <-w.wakes:
		k.last = k.last || old.last
	default:
	}
	w.wakes <- k
}

// syncWatch is the account's watch over the log.
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

// wakeLocked has w look with the others that look next.
func (a *accountSyncs) wakeLocked(w *syncWait) {
	w.rouse(wake{round: a.joinLocked(), due: a.lookAt})
}

// told puts off the next look, since a long poll was told something at a time.
func (a *accountSyncs) told(now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.lookAt.Before(now) {
		a.lookAt = now
	}
	a.lookAt = a.lookAt.Add(lookGap)
}

// Lost implements eventlog.Watcher: those who wait answer with what there is now.
func (t *syncWatch) Lost() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lost = true
	if t.watch != t {
		return // it is being set up, or is not needed any more
	}
	t.watch = nil
	go t.stop() // the hub holds its lock
	for w := range t.waits {
		w.rouse(wake{round: t.joinLocked(), last: true})
	}
}

// await wakes w for its first look, and from now on for what happens. The account is watched from its first wait
// on; others that come meanwhile wait for that.
func (a *accountSyncs) await(ctx context.Context, w *syncWait) error {
	for {
		a.mu.Lock()
		switch {
		case a.watch != nil:
			a.waits[w] = struct{}{}
			a.wakeLocked(w)
			a.mu.Unlock()
			return nil
		case a.coming == nil:
			a.coming = make(chan struct{})
			a.mu.Unlock()
			if err := a.beginWatch(ctx); err != nil {
				return err
			}
			continue
		}
		coming := a.coming
		a.mu.Unlock()
		select {
		case <-coming:
		case <-ctx.Done():
			return fmt.Errorf("sync: %w", ctx.Err())
		}
	}
}

// beginWatch begins to watch the account, unless that is lost at once.
func (a *accountSyncs) beginWatch(ctx context.Context) error {
	t := &syncWatch{accountSyncs: a}
	stop, err := a.hub.Watch(ctx, a.did, t)
	a.mu.Lock()
	defer a.mu.Unlock()
	close(a.coming)
	a.coming = nil
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

// forget ends a wait; with the last one the watch ends.
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

// Drain ends the waits of sync, so that the process can stop.
func (s *Service) Drain() { s.drain() }
