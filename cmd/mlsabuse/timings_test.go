package main

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// The ranks of timings show one that is a little slower, and nothing where all are alike,
// however much the machine as a whole slows down and speeds up.
func TestDeviations(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	measured := func(slower time.Duration) []float64 {
		rounds := make([][]time.Duration, 2000)
		for i := range rounds {
			load := time.Duration(i%200) * time.Millisecond
			for n := range 5 {
				took := load + time.Millisecond + time.Duration(random.ExpFloat64()*float64(200*time.Microsecond))
				if n == 3 {
					took += slower
				}
				rounds[i] = append(rounds[i], took)
			}
		}
		return deviations(rounds, 5)
	}
	for i, d := range measured(0) {
		if math.Abs(d) > deviationBound {
			t.Errorf("timing %d of 5 that are alike deviates by %.1f", i, d)
		}
	}
	slow := measured(30 * time.Microsecond)
	if slow[3] <= deviationBound {
		t.Errorf("one that is 30 µs slower deviates by %.1f: %.1f", slow[3], slow)
	}
	if same := deviations([][]time.Duration{{1, 1, 1}, {2, 2, 2}}, 3); same[0] != 0 || same[1] != 0 || same[2] != 0 {
		t.Errorf("equal times deviate by %v", same)
	}
}
