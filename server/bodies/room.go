package bodies

import (
	"math"
	"sync/atomic"
	"time"
)

// room is the memory of one body.
type room struct {
	budget *Budget
	holder string
	lose   func() bool
	began  time.Time

	arrived atomic.Int64
	// bytes, reading and lost are guarded by the budget's mutex.
	bytes         int64
	reading, lost bool
}

// speed returns how fast a body arrives, in bytes per second. A body that has
// just begun counts as fast.
func (r *room) speed(now time.Time) float64 {
	age := now.Sub(r.began)
	if age < slowAge {
		return math.Inf(1)
	}
	return float64(r.arrived.Load()) / age.Seconds()
}

// slower reports whether r loses before than: the slower one, or the larger one
// if both have just begun.
func (r *room) slower(than *room, now time.Time) bool {
	a, b := r.speed(now), than.speed(now)
	return a < b || a == b && r.bytes > than.bytes
}

// Grow implements xrpc.BodyMemory.
func (r *room) Grow(n int64) error { return r.budget.grow(r, n) }

// Shrink implements xrpc.BodyMemory.
func (r *room) Shrink(n int64) {
	r.budget.mu.Lock()
	defer r.budget.mu.Unlock()
	r.budget.charge(r, -min(n, r.bytes))
}

// Stream implements xrpc.BodyMemory.
func (r *room) Stream() error { return r.Grow(r.budget.stream) }

// Arrived implements xrpc.BodyMemory.
func (r *room) Arrived(n int) { r.arrived.Add(int64(n)) }

// Whole implements xrpc.BodyMemory.
func (r *room) Whole() {
	r.budget.mu.Lock()
	defer r.budget.mu.Unlock()
	r.budget.endReading(r)
}

// End implements xrpc.BodyMemory.
func (r *room) End() {
	r.budget.mu.Lock()
	defer r.budget.mu.Unlock()
	r.budget.endReading(r)
	r.budget.charge(r, -r.bytes)
}
