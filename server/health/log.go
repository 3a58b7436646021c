package health

import (
	"context"
	"log/slog"
	"time"
)

const (
	// repeatLog is the time between two lines about a condition that lasts.
	repeatLog = time.Minute
	// startGrace is the time after the start in which nothing is logged: the parts
	// of the service are still beginning. What lasts is logged after it.
	startGrace = 5 * time.Second
)

// report logs a change of the status, and from time to time that it is still
// not healthy. The caller holds w.mu.
func (m *Monitor) report(ctx context.Context, w *watched, before State, now time.Time) {
	s := w.state
	switch {
	case s.Status == Healthy:
		if !w.logged.IsZero() {
			m.log.InfoContext(ctx, "health: healthy again", "check", w.Name, "after_s", seconds(now.Sub(before.Since)))
		}
		w.logged = time.Time{}
	case now.Sub(m.began) < startGrace:
	case w.logged.IsZero() || before.Status != s.Status || now.Sub(w.logged) >= repeatLog:
		level := slog.LevelError
		if s.Status == Degraded {
			level = slog.LevelWarn
		}
		w.logged = now
		m.log.Log(ctx, level, "health: "+s.Status.String(), "check", w.Name, "for_s", seconds(now.Sub(s.Since)), "cause", s.Err)
	}
}

func seconds(d time.Duration) int64 { return int64(d.Seconds()) }
