package limit

import (
	"math"
	"time"
)

// use is what somebody used lately: an amount that fades, by 1/e in each of
// some time. So what was used at a steady rate stands at the rate times that
// time.
type use struct {
	amount float64
	at     time.Duration
}

// now is what is left of the use at a moment.
func (u use) now(at, fades time.Duration) float64 {
	if u.amount == 0 || at <= u.at {
		return u.amount
	}
	return u.amount * math.Exp(-float64(at-u.at)/float64(fades))
}

// plus is the use with n more.
func (u use) plus(n float64, at, fades time.Duration) use {
	return use{max(0, u.now(at, fades)+n), max(u.at, at)}
}
