package main

import (
	"fmt"
	"time"
)

// minTurns is the least number of turns of a figure.
const minTurns = 5

// sizes are the sizes of a run.
type sizes struct {
	// set is the name of the set.
	set string
	// time is how long each side of a comparison is measured, in all turns
	// together, and turns is their number.
	time  time.Duration
	turns int
	// warm is the number of messages that are sent before a measurement.
	warm int
	// quiet is how long an idle server is left alone before its memory is read.
	// settled is the same for the memory of streams.
	quiet, settled time.Duration
	// connections are the numbers of connections with which pgbench is tried.
	connections []int
	// messages is the size of the largest table, and depth that of the
	// conversation of which pages are read.
	messages, depth int
	// convos, members, leaves, streams and devices are the points of the growth
	// lines, smallest first.
	convos, members, leaves, streams, devices []int
	// removed is the number of messages that retention removes, and stored that
	// of which the bytes are counted.
	removed, stored int
	// replayed is the number of events that a stream missed.
	replayed int
}

// fullSizes are those of which the bounds speak.
func fullSizes() sizes {
	return sizes{
		set: "full", time: 10 * time.Second, turns: 5, warm: 2000, quiet: 20 * time.Second, settled: 10 * time.Second,
		connections: []int{4, 8, 16, 32, 64}, messages: 10_000_000, depth: 100_000,
		convos: []int{10, 100, 1000, 10_000}, members: []int{2, 10, 100, 1000}, leaves: []int{2, 10, 100, 1000},
		streams: []int{10, 100, 1000}, devices: []int{1, 4, 16, 32},
		removed: 20_000, stored: 10_000, replayed: 10_000,
	}
}

// quickSizes are those of a run that shows in a few minutes that
// everything works. Its figures are not those of which the bounds speak.
func quickSizes() sizes {
	return sizes{
		set: "quick", time: time.Second, turns: minTurns, warm: 200, quiet: 200 * time.Millisecond, settled: 200 * time.Millisecond,
		connections: []int{16}, messages: 20_000, depth: 5000,
		convos: []int{10, 200}, members: []int{2, 100}, leaves: []int{2, 30},
		streams: []int{10, 100}, devices: []int{1, 4},
		removed: 500, stored: 500, replayed: 1000,
	}
}

// trial says why figures of these sizes are too coarse to judge by, "" if they
// are not: in short turns, background work of PostgreSQL and Go falls into one side.
func (s *sizes) trial() string {
	switch least := fullSizes().time / 2; {
	case s.set == quick:
		return "a quick run"
	case s.time < least:
		return fmt.Sprintf("measured for %s, less than %s", s.time, least)
	default:
		return ""
	}
}

// turn is the length of one turn of a side.
func (s *sizes) turn() time.Duration { return s.time / time.Duration(s.turns) }

// largest returns the last point of a growth line.
func largest(line []int) int { return line[len(line)-1] }

// messagesLine returns the points of the growth line of messages: powers of ten
// from a thousand to the largest table.
func (s *sizes) messagesLine() []int {
	var out []int
	for n := 1000; n <= s.messages; n *= 10 {
		out = append(out, n)
	}
	return out
}
