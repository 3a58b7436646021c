package limit

import (
	"math"
	"time"
)

// maxLanes is how many lanes a Queue has before it drops those that nobody
// needs now.
const maxLanes = 4096

// lane is a Lane in use. It is guarded by its queue.
type lane struct {
	row *Row
	// room is how much may be in use at once, 0 for any number.
	room, inUse int64
	// As in a bucket: until when it fills again, the time in which one comes
	// back, and that in which all do.
	fills       time.Duration
	each, depth float64
	// wanted counts who waits for it or uses it.
	wanted int
}

// lane finds a lane or makes it, for one more that wants it.
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

// wait is how long until one comes back.
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
