package health

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

// tick is a clock that a test moves.
type tick struct {
	mu sync.Mutex
	t  time.Time
}

func (c *tick) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *tick) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// TestConditionIsRepeatedInTheLog: a condition that lasts has a line when it
// begins, one each minute, and one at its end.
func TestConditionIsRepeatedInTheLog(t *testing.T) {
	var lines bytes.Buffer
	clock := &tick{t: time.Now()}
	var fails error
	m := New(Config{Clock: clock.now, Log: slog.New(slog.NewTextHandler(&lines, nil)), Checks: []Check{
		{Name: "part", Run: func(context.Context) error { return fails }},
	}})
	look := func(want Status) {
		t.Helper()
		if got := Worst(m.Look(t.Context())); got != want {
			t.Errorf("the state is %v, want %v", got, want)
		}
	}
	look(Healthy)
	if lines.Len() > 0 {
		t.Errorf("health is news: %s", &lines)
	}
	fails = errors.New("the start")
	look(Unhealthy)
	fails = nil
	look(Healthy)
	if lines.Len() > 0 {
		t.Errorf("the start is news: %s", &lines)
	}
	clock.add(startGrace)
	fails = errors.New("the reason")
	for range 61 { // two minutes
		look(Unhealthy)
		clock.add(2 * time.Second)
	}
	if n := strings.Count(lines.String(), "level=ERROR msg=\"health: unhealthy\" check=part"); n != 3 {
		t.Errorf("%d lines in two minutes:\n%s", n, &lines)
	}
	if !strings.Contains(lines.String(), `for_s=120 cause="the reason"`) {
		t.Errorf("no line says how long:\n%s", &lines)
	}
	fails = nil
	look(Healthy)
	if !strings.Contains(lines.String(), `msg="health: healthy again" check=part after_s=122`) {
		t.Errorf("the end is not logged:\n%s", &lines)
	}
}

// TestVisitorsDoNotProbe: visitors get the last result of a check that runs in
// the background only, and the first visit makes it.
func TestVisitorsDoNotProbe(t *testing.T) {
	clock, runs := &tick{t: time.Now()}, 0
	m := New(Config{Clock: clock.now, Log: slog.New(slog.DiscardHandler), Checks: []Check{
		{Name: "blobs", Every: time.Minute, Run: func(context.Context) error { runs++; return nil }},
	}})
	for range 5 {
		m.Look(t.Context())
		clock.add(time.Hour)
	}
	if runs != 1 {
		t.Errorf("it was made %d times", runs)
	}
}

// TestMonitorRepeats: a check is repeated in the background, and at once when a
// request met its failure.
func TestMonitorRepeats(t *testing.T) {
	ran := make(chan struct{})
	clock := &tick{t: time.Now()}
	m := New(Config{Clock: clock.now, Log: slog.New(slog.DiscardHandler), Checks: []Check{
		{Name: "database", Every: time.Hour, Run: func(context.Context) error { ran <- struct{}{}; return nil }},
	}})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = m.Run(ctx) }()
	<-ran
	for m.States()[0].Status != Healthy || m.older(m.checks[0], 1<<62) {
		time.Sleep(time.Millisecond)
	}
	clock.add(time.Minute)
	m.Kick("database")
	<-ran
	stop()
	<-ended
}

func TestClocks(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	for _, tc := range []struct {
		name      string
		took, off time.Duration
		wrong     bool
		offset    time.Duration
	}{
		{"the same", 0, 0, false, 0},
		{"a little ahead", 0, 30 * time.Second, false, 30 * time.Second},
		{"ahead", 0, 31 * time.Second, true, 31 * time.Second},
		{"behind", 0, -31 * time.Second, true, -31 * time.Second},
		{"40 days ahead", 0, 40 * 24 * time.Hour, true, 40 * 24 * time.Hour},
		{"a slow query says little", time.Minute, -40 * time.Second, false, 0},
		{"a slow query of a clock that is behind", time.Minute, -100 * time.Second, true, -40 * time.Second},
	} {
		before := at.Add(tc.off)
		after := before.Add(tc.took)
		if got := Offset(before, after, at); got != tc.offset {
			t.Errorf("%s: off by %v, want %v", tc.name, got, tc.offset)
		}
		c := NewClock(nil, nil)
		c.note(before, after, at)
		if err := c.Wrong(); errors.Is(err, ErrClock) != tc.wrong {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

func TestLogProgress(t *testing.T) {
	clock := &tick{t: time.Now()}
	var last time.Time
	var failed error
	c := Log(func() (time.Time, error) { return last, failed }, clock.now)
	want := func(text string) {
		t.Helper()
		if err := c.Run(t.Context()); text == "" && err != nil || text != "" && (err == nil || !strings.Contains(err.Error(), text)) {
			t.Errorf("%v, want %q", err, text)
		}
	}
	want("") // the first read may be about to come
	clock.add(logAge)
	want("not read yet")
	last = clock.now()
	want("")
	failed = errors.New("permission denied")
	want("") // the next attempt may succeed
	clock.add(25 * time.Second)
	want("last read 25 s ago: permission denied")
	failed = nil
	want("does not end")
}
