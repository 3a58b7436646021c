package limit

import (
	"math"
	"time"
)

// maxResources bounds the resources of a Queue: beyond it those that are not in use and
// full again are dropped.
const maxResources = 4096

// resource is the state of a Resource, guarded by the mutex of its queue.
type resource struct {
	row *Row
	// capacity is how many may be in use at once, 0 for any number.
	capacity, inUse int64
	// fullAt, each and depth are as in a bucket: the time at which it is full,
	// the time in which one unit is refilled, and that in which all are.
	fullAt      time.Duration
	each, depth float64
	// users counts the Waiters that wait for it or use it.
	users int
}

// resource returns the state of a Resource, for one more Waiter.
func (q *Queue) resource(of Resource) *resource {
	l := q.resources[of]
	if l == nil {
		if len(q.resources) >= maxResources {
			q.dropResources()
		}
		l = newResource(q.limits, of.Row)
		q.resources[of] = l
	}
	l.users++
	return l
}

func newResource(limits *Limits, row *Row) *resource {
	l := &resource{row: row}
	switch {
	case !row.IsRate():
		l.capacity = row.Amount
	case !limits.Off():
		l.each, l.depth = limits.refillTimes(row)
	}
	return l
}

func (q *Queue) dropResources() {
	now := q.limits.now()
	for key, l := range q.resources {
		if l.users == 0 && l.fullAt <= now {
			delete(q.resources, key)
		}
	}
}

func (l *resource) full() bool { return l.capacity > 0 && l.inUse >= l.capacity }

// wait returns how long until one unit is refilled.
func (l *resource) wait(now time.Duration) time.Duration {
	if l.each == 0 {
		return 0
	}
	over := float64(max(l.fullAt, now)-now) + l.each - l.depth
	return max(0, time.Duration(math.Ceil(over)))
}

// scarce reports whether less than half of it is left.
func (l *resource) scarce(now time.Duration) bool {
	return l.capacity > 0 && 2*l.inUse > l.capacity || l.each > 0 && 2*float64(l.fullAt-now) > l.depth
}

func (l *resource) take(now time.Duration) {
	l.inUse++
	if l.each > 0 {
		l.fullAt = max(l.fullAt, now) + time.Duration(l.each)
	}
}

func (l *resource) giveBack() {
	l.inUse--
	l.fullAt -= time.Duration(l.each)
}
