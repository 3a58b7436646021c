package main

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{3}, 3},
		{[]float64{9, 1, 5}, 5},
		{[]float64{4, 1, 3, 2}, 2.5},
		{[]float64{1, 1000, 2, 3, 2}, 2},
	} {
		before := slices.Clone(c.values)
		if got := median(c.values); got != c.want {
			t.Errorf("median of %v is %v, want %v", c.values, got, c.want)
		}
		if !slices.Equal(before, c.values) {
			t.Errorf("median changed the order of the turns to %v", c.values)
		}
	}
	if got := median(nil); !math.IsNaN(got) {
		t.Errorf("median of nothing is %v", got)
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	f := &figure{Unit: micros, Turns: []float64{12, 7.5, 30, 9}}
	if low, high := f.spread(); low != 7.5 || high != 30 {
		t.Errorf("spread is %v–%v", low, high)
	}
	if got, want := f.String(), "10.5 µs (7.50–30.0, 4 turns)"; got != want {
		t.Errorf("figure is %q, want %q", got, want)
	}
	empty := &figure{}
	if low, high := empty.spread(); !math.IsNaN(low) || !math.IsNaN(high) {
		t.Errorf("spread of nothing is %v–%v", low, high)
	}
}

func TestShort(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{0: "0", 0.0123456: "0.0123", 1: "1.00", 12.345: "12.3", 123.45: "123", 12345.6: "12346", -1.5: "-1.50"} {
		if got := short(v); got != want {
			t.Errorf("%v is written as %q, want %q", v, got, want)
		}
	}
}

func TestTimesAreInTheUnitOfTheFigure(t *testing.T) {
	t.Parallel()
	inMicros, inMillis := &figure{Unit: micros}, &figure{Unit: millis}
	var unwanted *figure
	for _, f := range []*figure{inMicros, inMillis, unwanted} {
		f.addTime(1500 * time.Microsecond)
	}
	if inMicros.Turns[0] != 1500 || inMillis.Turns[0] != 1.5 {
		t.Errorf("1.5 ms is %v µs and %v ms", inMicros.Turns, inMillis.Turns)
	}
}

// A ratio is that of each turn: a machine that is slow in one turn is so for both
// sides.
func TestByTurn(t *testing.T) {
	t.Parallel()
	if got := byTurn([]float64{10, 100, 30}, []float64{5, 50, 10}); !slices.Equal(got, []float64{2, 2, 3}) {
		t.Errorf("ratios are %v", got)
	}
	if got := byTurn([]float64{10, 20}, []float64{0, 5}); !slices.Equal(got, []float64{4}) {
		t.Errorf("ratios with a turn that has nothing to divide by are %v", got)
	}
	if got := byTurn([]float64{10, 20}, []float64{5}); !slices.Equal(got, []float64{2}) {
		t.Errorf("ratios of sides with different numbers of turns are %v", got)
	}
}

func TestRecorder(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	r := newRecorder(&out)
	r.part = "send"
	one, other := r.figure("whole", perSecond), r.figure("floor", perSecond)
	for i := range 5 {
		one.add(float64(100 * (i + 1)))
		other.add(float64(200 * (i + 1)))
	}
	f := r.ratio("whole / floor", one, other)
	if f.median() != 0.5 || f.Name != "send: whole / floor" || f.Unit != times || len(r.figures) != 3 {
		t.Errorf("ratio is %v %v of %d figures", f.Name, f, len(r.figures))
	}
	if !strings.Contains(out.String(), "  whole / floor ") || !strings.Contains(out.String(), "0.500 x (0.500–0.500, 5 turns)") {
		t.Errorf("printed is %q", out.String())
	}
}

func TestExtend(t *testing.T) {
	t.Parallel()
	if got := extend([]int{1, 2, 4}, []float64{130, 160, 220}, 10); math.Abs(got-400) > 1e-9 {
		t.Errorf("the line 100 + 30 x is %v at 10", got)
	}
	// The line through (1,1), (2,1), (4,3) that fits best is 1/7 * (1 + 5 x)... at 10.
	if got, want := extend([]int{1, 2, 4}, []float64{1, 1, 3}, 10), 5.0/3+5.0/7*(10-7.0/3); math.Abs(got-want) > 1e-9 {
		t.Errorf("the line that fits best is %v at 10, want %v", got, want)
	}
}
