package share

import (
	"math"
	"time"
)

// Decaying is an amount that decays exponentially, by 1/e in each period, which
// the caller chooses and always passes the same. A source that adds to it at a
// steady rate ends up at that rate times the period.
type Decaying struct {
	amount float64
	// at is the time at which amount was exact.
	at time.Duration
}

// NewDecaying returns an amount that starts to decay at the given time.
func NewDecaying(amount float64, at time.Duration) Decaying { return Decaying{amount, at} }

// Now returns what is left at the given time. Time that goes backwards changes
// nothing.
func (d Decaying) Now(at, period time.Duration) float64 {
	if d.amount == 0 || at <= d.at {
		return d.amount
	}
	return d.amount * math.Exp(-float64(at-d.at)/float64(period))
}

// Plus returns what is left at the given time and n more, but at least 0.
func (d Decaying) Plus(n float64, at, period time.Duration) Decaying {
	return Decaying{max(0, d.Now(at, period)+n), max(d.at, at)}
}

// Since returns the time of the last change.
func (d Decaying) Since() time.Duration { return d.at }
