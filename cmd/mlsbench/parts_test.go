package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestChoose(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		list, set string
		parts     []string
	}{
		{"", "full", partNames()},
		{"quick", "quick", partNames()},
		{"fan-out,send", "full", []string{"send", "fan-out"}},
		{" send , quick ", "quick", []string{"send"}},
	} {
		got, s, err := choose(c.list)
		if err != nil {
			t.Errorf("%q: %v", c.list, err)
			continue
		}
		var names []string
		for _, p := range got {
			names = append(names, p.name)
		}
		if s.set != c.set || !slices.Equal(names, c.parts) {
			t.Errorf("%q chooses %v in the set %s", c.list, names, s.set)
		}
	}
	if _, _, err := choose("send,sned"); err == nil || !strings.Contains(err.Error(), "sned") {
		t.Errorf("a part that does not exist: %v", err)
	}
}

// Each set has turns enough for medians, and lines that rise.
func TestSizes(t *testing.T) {
	t.Parallel()
	for _, s := range []sizes{fullSizes(), quickSizes()} {
		if s.turns < minTurns {
			t.Errorf("%s: %d turns", s.set, s.turns)
		}
		for _, line := range [][]int{s.convos, s.members, s.leaves, s.streams, s.devices, s.messagesLine()} {
			if len(line) < 2 || !slices.IsSorted(line) || line[0] == largest(line) {
				t.Errorf("%s: a line of %v", s.set, line)
			}
		}
	}
	full := fullSizes()
	if line := full.messagesLine(); line[0] != 1000 || largest(line) != 10_000_000 {
		t.Errorf("messages grow along %v", line)
	}
}

// Runs whose turns are too short for the clock of CPU times judge no bound.
func TestTrial(t *testing.T) {
	t.Parallel()
	full, small, short := fullSizes(), quickSizes(), fullSizes()
	short.time = time.Second
	for s, want := range map[*sizes]bool{&full: false, &small: true, &short: true} {
		if got := s.trial() != ""; got != want {
			t.Errorf("%s for %s is a trial: %v", s.set, s.time, got)
		}
	}
}

// A smaller largest table has to leave two points of its growth line, and its results are
// not compared with those of the whole set.
func TestResize(t *testing.T) {
	for messages, ok := range map[int]bool{0: true, -1: false, 1: false, 9999: false, 10_000: true, 1_000_000: true} {
		s, o := fullSizes(), options{messages: messages}
		if err := o.resize(&s); (err == nil) != ok {
			t.Errorf("-messages %d: %v", messages, err)
		}
		if named := o.setName(&s); (named == s.set) != (messages == 0) {
			t.Errorf("-messages %d: the set is called %q", messages, named)
		}
	}
}
