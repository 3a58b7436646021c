package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// row is what one trial showed.
type row struct {
	trial
	from, to time.Time
	// healed is the time until every machine was back.
	healed time.Duration
	// pause is the longest time without an acknowledged write.
	pause        time.Duration
	acknowledged int
	promotions   int
	// ended is how many streams ended. resumed are the times until each of them
	// delivered again, in ascending order, and silence is the longest time
	// without a message on one of them.
	ended   int
	resumed []time.Duration
	silence time.Duration
	notes   []string
	failed  []error
}

func (r *row) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

func (r *row) fail(format string, args ...any) {
	r.failed = append(r.failed, fmt.Errorf(r.name+": "+format, args...))
}

func since(t time.Time) time.Duration { return time.Since(t).Round(100 * time.Millisecond) }

// measure takes the figures of a trial from the ledger and the listeners, and
// compares them with its bounds.
func (r *row) measure(l *load) {
	r.pause, r.acknowledged = l.ledger.longestPause(r.from, r.to)
	for _, ear := range l.listeners {
		ear.mu.Lock()
		for _, one := range ear.resumed {
			if one.at.After(r.from) && one.at.Before(r.to) {
				r.resumed = append(r.resumed, one.took)
			}
		}
		if silence, n := longestPause(ear.heard, r.from, r.to); n > 0 {
			r.silence = max(r.silence, silence)
		}
		ear.mu.Unlock()
	}
	slices.Sort(r.resumed)
	r.ended = len(r.resumed)
	if r.pause > r.bound {
		r.fail("no write was acknowledged for %s, bound %s", r.pause.Round(time.Millisecond), r.bound)
	}
	if r.promotes != (r.promotions > 0) {
		r.fail("%d promotions", r.promotions)
	}
}

// at returns a percentile of the times in which streams resumed.
func (r *row) at(percent int) string {
	if len(r.resumed) == 0 {
		return "-"
	}
	return seconds(r.resumed[(len(r.resumed)-1)*percent/100])
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

// report is what all trials showed.
type report struct {
	rows       []*row
	total      totals
	generation int64
	failed     []error
}

// print prints the figures as a table in Markdown, and returns what failed.
func (r *report) print(out io.Writer) error {
	fmt.Fprintf(out, "\n| trial | no write acknowledged for | bound | acknowledged | promotions | streams ended | "+
		"delivering again: p50, max | longest silence | whole again after |\n|%s\n", strings.Repeat("---|", 9))
	failed, promotions := r.failed, int64(0)
	for _, row := range r.rows {
		fmt.Fprintf(out, "| %s | %s | %s | %d | %d | %d | %s, %s | %s | %s |\n", row.name, seconds(row.pause), seconds(row.bound),
			row.acknowledged, row.promotions, row.ended, row.at(50), row.at(100), seconds(row.silence), seconds(row.healed))
		failed = append(failed, row.failed...)
		promotions += int64(row.promotions)
	}
	t := r.total
	fmt.Fprintf(out, "\n| all trials | |\n|---|---|\n")
	for _, line := range []struct {
		what  string
		value any
	}{
		{"acknowledged writes", t.acknowledged}, {"of them lost", t.lost}, {"commits acknowledged", t.commits},
		{"epochs used twice", t.twice}, {"messages stored", t.stored},
		{"WAL for each of them", fmt.Sprintf("%d bytes", t.wal/int64(max(t.stored, 1)))},
		{"deliveries", t.delivered},
		{"delivered and not stored", t.unstored}, {"delivered more than once", t.duplicates},
		{"calls that were repeated", t.repeatedCalls}, {"calls of sync", t.syncs},
		{"promotions, generation at the end", fmt.Sprintf("%d, %d", promotions, r.generation)},
		{"jumps of numbers by 2^20", t.jumps},
	} {
		fmt.Fprintf(out, "| %s | %v |\n", line.what, line.value)
	}
	if promotions > 0 && (t.jumps == 0 || r.generation < 2) {
		failed = append(failed, errors.New("there were promotions, and no numbers jumped"))
	}
	return errors.Join(failed...)
}
