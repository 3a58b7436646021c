package main

import (
	"fmt"
	"io"
	"math"
)

// compareFiles prints the figures of two runs side by side.
func compareFiles(out io.Writer, oldFile, newFile string) error {
	before, err := readResult(oldFile)
	if err != nil {
		return err
	}
	after, err := readResult(newFile)
	if err != nil {
		return err
	}
	return compare(out, before, after)
}

// compare prints the figures that both runs have, with the ratio new / old, and
// says which differ by more than the spread. Runs of different sets measure with
// different sizes, so they cannot be compared.
func compare(out io.Writer, before, after *result) error {
	if before.Set != after.Set {
		return fmt.Errorf("the old run is of the set %s, the new one of %s: their figures cannot be compared", before.Set, after.Set)
	}
	fmt.Fprintf(out, "old: %s\nnew: %s\n", &before.Facts, &after.Facts)
	if before.Facts.CPU != after.Facts.CPU || before.Facts.Cores != after.Facts.Cores {
		fmt.Fprintln(out, "The machines differ: only ratios can be compared.")
	}
	if before.Time != after.Time {
		fmt.Fprintf(out, "The old run measured for %s, the new one for %s.\n", before.Time, after.Time)
	}
	news := map[string]*figure{}
	for _, f := range after.Figures {
		news[f.Name] = f
	}
	olds := map[string]bool{}
	compared, different := 0, 0
	for _, o := range before.Figures {
		olds[o.Name] = true
		n := news[o.Name]
		if n == nil {
			fmt.Fprintf(out, "  %-70s only in the old run: %s\n", o.Name, o)
			continue
		}
		compared++
		verdict := "within the spread"
		if differ(o, n) {
			different++
			verdict = "DIFFERS"
		}
		fmt.Fprintf(out, "  %-70s old %s, new %s: %s x, %s\n", o.Name, o, n, short(quotient(n.median(), o.median())), verdict)
	}
	for _, n := range after.Figures {
		if !olds[n.Name] {
			fmt.Fprintf(out, "  %-70s only in the new run: %s\n", n.Name, n)
		}
	}
	fmt.Fprintf(out, "  %d of %d figures differ by more than the spread\n", different, compared)
	if compared == 0 {
		return fmt.Errorf("the runs have no figure in common")
	}
	return nil
}

// differ reports whether two figures differ by more than the spread: every turn
// of the one is larger than every turn of the other. With five turns on each
// side, chance alone does that in 1 of 126 comparisons.
func differ(one, other *figure) bool {
	low, high := one.spread()
	otherLow, otherHigh := other.spread()
	return high < otherLow || otherHigh < low
}

// quotient divides; two equal values, also two zeros, give 1.
func quotient(one, other float64) float64 {
	switch {
	case one == other:
		return 1
	case other == 0:
		return math.Inf(1)
	default:
		return one / other
	}
}
