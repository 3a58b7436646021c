package limit

import (
	"math"
	"time"
)

// maxLanes bounds the lanes of a Queue: beyond it those that are not in use and
// full again are dropped.
const maxLanes = 4096

// lane is the state of a Lane, guarded by the mutex of its queue.
type lane struct {
	row *Row
	// room is how many may be in use at once, 0 for any number.
	room, inUse int64
	// fills, each and depth are as in a bucket: the time at which it is full,
	// the time in which one unit is refilled, and that in which all are.
	fills       time.Duration
	each, depth float64
	// wanted counts the Waiters that wait for it or use it.
	wanted int
}

// lane returns the state of a Lane, for one more Waiter.
func (q *Queue) lane(of Lane) *lane {
	l := q.lanes[of]
	if l == nil {
		if len(q.lanes) >= maxLanes {
			q.dropLanes()
		}
		l = newLane(q.limits, of.Row)
		q.lanes[of] = l
	}
	l.wanted++
	return l
}

func newLane(limits *Limits, row *Row) *lane {
	l := &lane{row: row}
	switch {
	case !row.IsRate():
		l.room = row.Amount
	case !limits.off:
		l.each, l.depth = limits.pace(row)
	}
	return l
}

func (q *Queue) dropLanes() {
	now := q.limits.now()
	for key, l := range q.lanes {
		if l.wanted == 0 && l.fills <= now {
			delete(q.lanes, key)
		}
	}
}

func (l *lane) full() bool { return l.room > 0 && l.inUse >= l.room }

// wait returns how long until one unit is refilled.
func (l *lane) wait(now time.Duration) time.Duration {
	if l.each == 0 {
		return 0
	}
	over := float64(max(l.fills, now)-now) + l.each - l.depth
	return max(0, time.Duration(math.Ceil(over)))
}

func (l *lane) take(now time.Duration) {
	l.inUse++
	if l.each > 0 {
		l.fills = max(l.fills, now) + time.Duration(l.each)
	}
}

func (l *lane) giveBack() {
	l.inUse--
	l.fills -= time.Duration(l.each)
}
