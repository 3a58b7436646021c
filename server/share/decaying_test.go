package share_test

import (
	"math"
	"testing"
	"time"

	"catbird.blue/mls/server/share"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestDecaying(t *testing.T) {
	const period = time.Minute
	d := share.NewDecaying(100, time.Hour)
	for after, want := range map[time.Duration]float64{0: 100, period: 100 / math.E, 2 * period: 100 / math.E / math.E} {
		if got := d.Now(time.Hour+after, period); !near(got, want) {
			t.Errorf("%v after %s, want %v", got, after, want)
		}
	}
	more := d.Plus(10, time.Hour+period, period)
	if got, want := more.Now(time.Hour+period, period), 100/math.E+10; !near(got, want) {
		t.Errorf("%v with 10 more, want %v", got, want)
	}
	if got := more.Since(); got != time.Hour+period {
		t.Errorf("changed at %s", got)
	}
	if got := (share.Decaying{}).Now(time.Hour, period); got != 0 {
		t.Errorf("an empty amount has %v", got)
	}
}

// TestDecayingIsNeverNegative: taking back more than is left leaves nothing.
func TestDecayingIsNeverNegative(t *testing.T) {
	d := share.NewDecaying(5, 0).Plus(-10, time.Second, time.Minute)
	if got := d.Now(time.Second, time.Minute); got != 0 {
		t.Errorf("%v is left", got)
	}
}

// TestDecayingBackwards: an earlier time, which concurrent callers can pass,
// neither raises the amount nor moves its time back.
func TestDecayingBackwards(t *testing.T) {
	d := share.NewDecaying(100, time.Hour)
	if got := d.Now(0, time.Minute); got != 100 {
		t.Errorf("%v at an earlier time", got)
	}
	later := d.Plus(1, 0, time.Minute)
	if got := later.Since(); got != time.Hour {
		t.Errorf("changed at %s", got)
	}
	if got := later.Now(time.Hour, time.Minute); got != 101 {
		t.Errorf("%v after adding one at an earlier time", got)
	}
}

// TestDecayingAtASteadyRate: the amount tends to the rate times the period.
func TestDecayingAtASteadyRate(t *testing.T) {
	const period = 1000 * time.Second
	var d share.Decaying
	for second := range 20_000 {
		d = d.Plus(3, time.Duration(second)*time.Second, period)
	}
	if got := d.Now(20_000*time.Second, period); got < 2990 || got > 3010 {
		t.Errorf("%v at 3 a second, want about 3000", got)
	}
}
