package main

import (
	"strings"
	"testing"
	"time"
)

func TestLedgerRefusesWhatCannotBe(t *testing.T) {
	l := newLedger()
	for _, step := range []struct {
		err  error
		want string
	}{
		{l.message(place{"c", 1}, "a"), ""},
		{l.message(place{"d", 1}, "a"), ""},
		{l.message(place{"c", 1}, "b"), "was acknowledged as"},
		{l.commit(epochOf{"c", 1}, place{"c", 2}), ""},
		{l.commit(epochOf{"c", 2}, place{"c", 3}), ""},
		{l.commit(epochOf{"c", 1}, place{"c", 4}), "was won at 2 and again at 4"},
	} {
		switch {
		case step.err == nil && step.want != "":
			t.Errorf("no error, want %s", step.want)
		case step.err != nil && (step.want == "" || !strings.Contains(step.err.Error(), step.want)):
			t.Errorf("got %v, want %q", step.err, step.want)
		}
	}
}

func TestLongestPause(t *testing.T) {
	at := time.Unix(1000, 0)
	list := []time.Time{at.Add(-time.Hour), at.Add(time.Second), at.Add(4 * time.Second), at.Add(5 * time.Second), at.Add(time.Hour)}
	for to, want := range map[time.Duration]time.Duration{
		6 * time.Second:        3 * time.Second, // between two
		9 * time.Second:        4 * time.Second, // after the last one
		500 * time.Millisecond: time.Second / 2, // none
	} {
		if got, _ := longestPause(list, at, at.Add(to)); got != want {
			t.Errorf("in %v: %v, want %v", to, got, want)
		}
	}
	if _, n := longestPause(list, at, at.Add(6*time.Second)); n != 3 {
		t.Errorf("%d within, want 3", n)
	}
}
