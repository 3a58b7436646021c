package bus

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// TestAttemptsAreFew counts how often all channels together try to subscribe
// while Redis is down, by the pauses that they are told.
func TestAttemptsAreFew(t *testing.T) {
	var log bytes.Buffer
	o := newOutage(slog.New(slog.NewTextHandler(&log, nil)))
	start := time.Now()
	o.now = func() time.Time { return start }
	down := errors.New("connection refused")
	attemptsIn := map[time.Duration]int{}
	var channels []*attempts
	for range Channels {
		a := &attempts{outage: o}
		channels = append(channels, a)
		for at := time.Duration(0); at < 10*time.Minute; {
			pause, _ := a.failed(down)
			at += pause
			attemptsIn[at.Truncate(time.Minute)]++
		}
	}
	if n := attemptsIn[0]; n > 10*Channels {
		t.Errorf("%d attempts in the first minute", n)
	}
	if n := attemptsIn[5*time.Minute]; n > 6*Channels || n == 0 {
		t.Errorf("%d attempts in the sixth minute", n)
	}
	// An outage is logged once, and again when a minute is over.
	if n := strings.Count(log.String(), "no messages of other instances"); n != 1 {
		t.Errorf("%d lines:\n%s", n, &log)
	}
	start = start.Add(logAgain)
	_, over := channels[0].failed(down)
	if n := strings.Count(log.String(), "no messages of other instances"); n != 2 || !strings.Contains(log.String(), "connection refused") {
		t.Errorf("%d lines after a minute:\n%s", n, &log)
	}
	// The first channel that is back wakes the others.
	channels[1].succeeded()
	select {
	case <-over:
	default:
		t.Error("a channel that is back did not wake the others")
	}
	for _, a := range channels {
		a.succeeded()
	}
	if n := strings.Count(log.String(), "arrive from Redis again"); n != 1 {
		t.Errorf("%d lines about the end:\n%s", n, &log)
	}
	if pause, _ := channels[0].failed(errMoved); pause > 2*movedPause {
		t.Errorf("a channel that has moved waits %s", pause)
	}
}
