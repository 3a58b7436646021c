package limit

import (
	"context"
	"sync"
	"time"

	"catbird.blue/mls/server/share"
)

const (
	// queueDecayTime is the time in which the count of a source's turns decays by
	// 1/e.
	queueDecayTime = time.Minute
	// maxSources bounds the sources whose turns a Queue remembers.
	maxSources = 20_000
)

// Queue lets work wait when more arrives than its resources allow. Turns go in
// alternation to the source that recently had the fewest turns at the expense of
// others, and to the source that has waited longest since it came or had a turn.
// By the first, a source that comes rarely is served before a flood, however much
// of it waits. By the second, sources that come for the first time do not take all
// turns of one that comes steadily. The caller decides how long it waits.
type Queue struct {
	limits *Limits
	// waiting is the row that bounds the number of Waiters.
	waiting *Row

	mu        sync.Mutex
	lines     map[string][]*Waiter
	count     int64
	seen      uint64
	resources map[Resource]*resource
	turns     map[string]turnsOf
	// granted counts all turns.
	granted uint64
	// timer is set if a resource is refilled at a known time.
	timer  *time.Timer
	wakeAt time.Duration
}

// turnsOf is what a Queue remembers of the turns of a source.
type turnsOf struct {
	// scarce counts the recent turns after which less than half of a resource was
	// left. Only these were at the expense of others. If all counted, a flood that
	// begins would go before a source that has come steadily.
	scarce share.Decaying
	// last is the number of the last turn.
	last uint64
}

// Resource is a resource that work needs: one unit of a row for a key. If the row
// is a rate, the unit is consumed, otherwise it is returned when the work is
// done.
type Resource struct {
	Row *Row
	Key string
}

// NewQueue makes a Queue; the row waiting bounds how many may wait.
func NewQueue(l *Limits, waiting *Row) *Queue {
	return &Queue{limits: l, waiting: waiting, lines: map[string][]*Waiter{}, resources: map[Resource]*resource{}, turns: map[string]turnsOf{}}
}

// Waiter is one piece of work in a Queue.
type Waiter struct {
	q         *Queue
	source    string
	resources []*resource
	// order is its number, and entered that of the last turn before it came.
	order, entered uint64
	ready          chan struct{}
	// turn, scarce, ended and refused are guarded by the queue's mutex. scarce says
	// that the turn counts for the source.
	turn    bool
	scarce  bool
	ended   bool
	refused *Row
}

// Enter adds work of a source that needs one unit of each resource. The caller
// waits on Ready and must then call Leave or Done.
func (q *Queue) Enter(source string, resources ...Resource) *Waiter {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.seen++
	w := &Waiter{q: q, source: source, order: q.seen, entered: q.granted, ready: make(chan struct{})}
	for _, l := range resources {
		w.resources = append(w.resources, q.resource(l))
	}
	if q.count >= q.waiting.Amount && !q.makeRoom(source) {
		q.refuse(w)
		return w
	}
	q.lines[source] = append(q.lines[source], w)
	q.count++
	// The others are checked when work ends or a resource is refilled.
	switch open, in := w.open(q.limits.now()); {
	case open:
		q.dispatch()
	case in > 0:
		q.wake(in)
	}
	return w
}

// Ready is closed when the work gets its turn or is refused.
func (w *Waiter) Ready() <-chan struct{} { return w.ready }

// HasTurn reports whether the work has its turn already.
func (w *Waiter) HasTurn() bool {
	select {
	case <-w.ready:
		return w.Refusal() == nil
	default:
		return false
	}
}

// Refusal returns the reason why there is no turn; nil while the work waits or
// after it got its turn.
func (w *Waiter) Refusal() error {
	w.q.mu.Lock()
	defer w.q.mu.Unlock()
	if w.refused == nil {
		return nil
	}
	return w.refused.Refuse(w.q.retryAfter(w))
}

// Wait waits for the turn until ctx ends. An error means that there is no turn.
func (w *Waiter) Wait(ctx context.Context) error {
	select {
	case <-w.ready:
		return w.Refusal()
	case <-ctx.Done():
		return w.Expire()
	}
}

// Expire ends the wait for a turn, and returns the row's error. If the work got
// its turn just now, the error is nil and the work may go on.
func (w *Waiter) Expire() error {
	w.q.mu.Lock()
	if !w.turn && !w.ended {
		w.q.remove(w)
		w.q.refuse(w)
	}
	w.q.mu.Unlock()
	return w.Refusal()
}

// Leave ends the wait. If the work got its turn already, the turn is given
// back, since it was not used.
func (w *Waiter) Leave() {
	q := w.q
	q.mu.Lock()
	defer q.mu.Unlock()
	if w.ended {
		return
	}
	if !w.turn {
		q.remove(w)
		w.end()
		return
	}
	for _, l := range w.resources {
		l.giveBack()
	}
	w.credit(1)
	w.end()
	q.dispatch()
}

// Done ends the work after its turn.
func (w *Waiter) Done() {
	w.q.mu.Lock()
	defer w.q.mu.Unlock()
	if w.ended {
		return
	}
	for _, l := range w.resources {
		l.inUse--
	}
	w.end()
	w.resources = nil
	w.q.dispatch()
}

// Credit takes back a part of a turn, so that it counts less against its
// source.
func (w *Waiter) Credit(part float64) {
	w.q.mu.Lock()
	defer w.q.mu.Unlock()
	w.credit(part)
}

func (w *Waiter) credit(part float64) {
	if t, ok := w.q.turns[w.source]; ok && w.scarce {
		t.scarce = t.scarce.Plus(-part, w.q.limits.now(), queueDecayTime)
		w.q.turns[w.source] = t
	}
}

// end releases the resources.
func (w *Waiter) end() {
	w.ended = true
	for _, l := range w.resources {
		l.users--
	}
}

func (q *Queue) refuse(w *Waiter) {
	q.limits.Refused(w.resources[0].row)
	w.refused = w.resources[0].row
	w.end()
	close(w.ready)
}

// remove takes waiting work out of the line of its source.
func (q *Queue) remove(w *Waiter) {
	line := q.lines[w.source]
	for i, other := range line {
		if other == w {
			q.lines[w.source] = append(line[:i:i], line[i+1:]...)
			q.count--
			break
		}
	}
	if len(q.lines[w.source]) == 0 {
		delete(q.lines, w.source)
	}
}

// makeRoom refuses the last Waiter of the longest line, unless that is the line
// of the source that wants to enter.
func (q *Queue) makeRoom(newcomer string) bool {
	longest, most := "", len(q.lines[newcomer])+1
	for source, line := range q.lines {
		if len(line) > most {
			longest, most = source, len(line)
		}
	}
	line := q.lines[longest]
	if longest == newcomer || len(line) == 0 {
		return false
	}
	last := line[len(line)-1]
	q.remove(last)
	q.refuse(last)
	return true
}

// retryAfter estimates a Retry-After: the time to serve all that wait now.
func (q *Queue) retryAfter(w *Waiter) time.Duration {
	const most = 30 * time.Second
	wait := time.Second
	for _, l := range w.resources {
		wait = max(wait, time.Duration(l.each*float64(q.count)))
	}
	return min(wait, most)
}

// dispatch gives turns while the resources have room.
func (q *Queue) dispatch() {
	now := q.limits.now()
	for {
		w, wait := q.next(now)
		if w == nil {
			if wait > 0 {
				q.wake(wait)
			}
			return
		}
		q.remove(w)
		q.grant(w, now)
	}
}

func (q *Queue) grant(w *Waiter, now time.Duration) {
	for _, l := range w.resources {
		l.take(now)
		w.scarce = w.scarce || l.scarce(now)
	}
	if len(q.turns) >= maxSources {
		q.forget(now)
	}
	q.granted++
	t := q.turns[w.source]
	t.last = q.granted
	if w.scarce {
		t.scarce = t.scarce.Plus(1, now, queueDecayTime)
	}
	q.turns[w.source] = t
	w.turn = true
	close(w.ready)
}

// next returns the Waiter whose turn it is. If there is none, wait is the time
// until a resource is refilled, 0 if only the end of other work helps.
func (q *Queue) next(now time.Duration) (best *Waiter, wait time.Duration) {
	var least float64
	for _, line := range q.lines {
		for _, w := range line {
			open, in := w.open(now)
			if !open {
				if in > 0 && (wait == 0 || in < wait) {
					wait = in
				}
				continue
			}
			if rank := q.rank(w, now); best == nil || rank < least || rank == least && w.order < best.order {
				best, least = w, rank
			}
			break
		}
	}
	return best, wait
}

// rank orders those that are first in the lines of their sources for the next turn:
// the least goes first.
func (q *Queue) rank(w *Waiter, now time.Duration) float64 {
	t := q.turns[w.source]
	if q.granted%2 == 1 {
		return float64(max(t.last, w.entered))
	}
	return t.scarce.Now(now, queueDecayTime)
}

// open reports whether all resources have room. If they only need a refill, in is
// the time until then.
func (w *Waiter) open(now time.Duration) (open bool, in time.Duration) {
	for _, l := range w.resources {
		if l.full() {
			return false, 0
		}
		in = max(in, l.wait(now))
	}
	return in == 0, in
}

// wake calls dispatch after a time, unless an earlier call is scheduled.
func (q *Queue) wake(in time.Duration) {
	at := q.limits.now() + in
	if q.timer != nil && q.wakeAt <= at {
		return
	}
	if q.timer != nil {
		q.timer.Stop()
	}
	q.wakeAt = at
	q.timer = time.AfterFunc(in, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		if q.wakeAt == at {
			q.timer = nil
			q.dispatch()
		}
	})
}

// forget drops sources with few turns, and if fewer than a tenth have, others.
func (q *Queue) forget(now time.Duration) {
	for source, t := range q.turns {
		if t.scarce.Now(now, queueDecayTime) < 0.05 {
			delete(q.turns, source)
		}
	}
	for source := range q.turns {
		if len(q.turns) < maxSources-maxSources/10 {
			return
		}
		delete(q.turns, source)
	}
}
