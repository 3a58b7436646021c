package health

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// MaxClockError is how far the clock of an instance may be from that of the
// database.
const MaxClockError = 30 * time.Second

// ErrClock is the error of an instance whose clock is too far from that of the
// database.
var ErrClock = errors.New("the clock of this instance differs from that of the database")

// Compare returns ErrClock if a local clock is too far from that of the database,
// which read at some time between two readings of the local one.
func Compare(before, after, database time.Time) error {
	off := Offset(before, after, database)
	if off.Abs() <= MaxClockError {
		return nil
	}
	return fmt.Errorf("%w by %d s, at most %d s are allowed: set the clock of one of the machines (NTP)",
		ErrClock, int64(off.Seconds()), int64(MaxClockError.Seconds()))
}

// Offset is how far the local clock is ahead of that of the database. A query
// that took long says little, so the time that it took counts in favour of the
// clock.
func Offset(before, after, database time.Time) time.Duration {
	// The monotonic readings would hide a clock that is set meanwhile.
	before, after = before.Round(0), after.Round(0)
	switch {
	case before.After(database):
		return before.Sub(database)
	case after.Before(database):
		return after.Sub(database)
	}
	return 0
}

// Clock compares the clock of the instance with that of the database.
type Clock struct {
	now func() time.Time

	mu     sync.Mutex
	wrong  error
	known  bool
	offset time.Duration
}

// NewClock makes a Clock; nil stands for time.Now. The metric is registered with
// reg, which may be nil.
func NewClock(now func() time.Time, reg prometheus.Registerer) *Clock {
	if now == nil {
		now = time.Now
	}
	c := &Clock{now: now}
	if reg != nil {
		reg.MustRegister(offsetMetric.NewFunc(func() float64 {
			c.mu.Lock()
			defer c.mu.Unlock()
			return c.offset.Seconds()
		}))
	}
	return c
}

// note compares the clock with a time that the database told.
func (c *Clock) note(before, after, database time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known, c.offset, c.wrong = true, Offset(before, after, database), Compare(before, after, database)
}

// Wrong returns an error while the clock is too far from that of the database.
func (c *Clock) Wrong() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wrong
}

// Check is the check "clock". The time comes with the check of the database.
func (c *Clock) Check() Check {
	return Check{Name: "clock", Run: func(context.Context) error { return c.Wrong() }}
}
