package stream

import (
	"context"
	"fmt"
	"time"

	"catbird.blue/mls/db"
)

const (
	// clock is how often the log is read while nobody hints at anything. It is a
	// little more than a second, so that an instance without traffic asks less
	// than once a second, with what its janitor asks.
	clock = 1100 * time.Millisecond
	// behindPause is how long the tailer waits where rows are there that the
	// horizon still hides; a transaction that lasts makes it wait longer each
	// time, up to behindMax.
	behindPause = 2 * time.Millisecond
	// behindPatience is how many times it waits no longer than that.
	behindPatience = 50
	// tailBytes is about how many bytes of messages are read at once.
	tailBytes = 8 << 20
	// maxTail is how many rows ReadLog gives at most.
	maxTail = 1000
	// behindMax is the longest wait where rows are hidden.
	behindMax = 50 * time.Millisecond
)

// Run reads the log until ctx ends, which is a success. What fails is logged
// and tried again.
func (h *Hub) Run(ctx context.Context) error {
	t := &tailer{hub: h, timer: time.NewTimer(h.clock)}
	defer t.timer.Stop()
	for {
		wait, err := t.step(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			t.failed++
			wait = min(h.clock, 50*time.Millisecond<<min(t.failed, 5))
			if t.failed == 1 {
				h.log.WarnContext(ctx, "reading the log failed and will be tried again", "error", err)
			}
		} else {
			t.failed = 0
		}
		if !t.wait(ctx, wait) {
			return nil
		}
	}
}

// tailer is the one reader of the log in an instance.
type tailer struct {
	hub   *Hub
	timer *time.Timer
	begun bool
	gen   int64
	// failed counts failures in a row, behind reads in a row that the horizon
	// kept rows from.
	failed, behind int
}

// wait waits for d, or less where a hint comes. Hints are passed over where the
// database does not answer, and where a transaction has hidden what is new for
// so long that asking at every hint would only cost.
func (t *tailer) wait(ctx context.Context, d time.Duration) bool {
	if d == 0 {
		return ctx.Err() == nil
	}
	wake := t.hub.wake
	if t.failed > 0 || t.behind > behindPatience {
		wake = nil
	}
	t.timer.Reset(d)
	select {
	case <-ctx.Done():
		return false
	case <-wake:
	case <-t.timer.C:
	}
	return true
}

// step reads once, and says how long to wait.
func (t *tailer) step(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	if !t.begun {
		if err := t.begin(ctx); err != nil {
			return 0, err
		}
		return t.hub.clock, nil
	}
	h := t.hub
	if !h.heard.Load() {
		passed, err := t.pass(ctx)
		if passed || err != nil {
			return t.hub.clock, err
		}
	}
	at := h.at()
	rows, err := db.New(h.pool).ReadLog(ctx, db.ReadLogParams{
		Gen: t.gen, Pos: at.Pos, Lane: []byte(at.Lane), Seq: at.Seq, N: at.N, Budget: tailBytes,
	})
	if err != nil {
		return 0, fmt.Errorf("read log: %w", err)
	}
	h.count.Polls.Inc()
	if rows[0].Gen != t.gen {
		t.begun = false
		return 0, nil
	}
	if r := rows[0]; h.at().Compare(Position{Pos: r.FloorPos, Lane: Lane(r.FloorLane), Seq: r.FloorSeq, N: r.FloorN}) < 0 {
		// Retention has overtaken an instance that was cut off for as long as
		// messages are kept. What it did not hand out it cannot know: streams
		// end, and their cursors say what they missed.
		t.begun = false
		return 0, nil
	}
	batch, err := t.entries(rows)
	if err != nil {
		return 0, err
	}
	if len(batch) > 0 {
		h.dispatch(batch)
		h.count.Rows.Add(float64(len(batch)))
		h.count.Lag.Set(h.late(rows[len(rows)-1].CreatedAt).Seconds())
		t.behind = 0
	}
	if n := rows[0].InPage; n == maxTail || n > int64(len(batch)) {
		return 0, nil // there is more
	}
	return t.pause(rows[0].Behind), nil
}

// pass reads no more than where the log ends: there is nobody to tell of what
// is in it. It is false where somebody came meanwhile.
func (t *tailer) pass(ctx context.Context) (bool, error) {
	at, err := db.New(t.hub.pool).ReadPlace(ctx)
	if err != nil {
		return false, fmt.Errorf("find the end of the log: %w", err)
	}
	t.hub.count.Polls.Inc()
	t.behind = 0 // so that who comes rouses the tailer
	if at.Gen != t.gen {
		t.gen = at.Gen
		t.hub.begin(at)
		return true, nil
	}
	passed := t.hub.pass(at)
	if passed {
		t.count(at.Behind)
		t.hub.count.Lag.Set(0)
	}
	return passed, nil
}

// begin finds the end of the log.
func (t *tailer) begin(ctx context.Context) error {
	at, err := db.New(t.hub.pool).ReadPlace(ctx)
	if err != nil {
		return fmt.Errorf("find the end of the log: %w", err)
	}
	t.begun, t.gen, t.behind = true, at.Gen, 0
	t.hub.begin(at)
	return nil
}

func (t *tailer) entries(rows []db.ReadLogRow) ([]entry, error) {
	if rows[0].InPage == 0 {
		return nil, nil
	}
	batch := make([]entry, 0, len(rows))
	for _, r := range rows {
		e, err := t.hub.codec.entry(r, t.hub.metrics)
		if err != nil {
			return nil, err
		}
		batch = append(batch, e)
	}
	return batch, nil
}

// count tells operators whether rows are hidden, be it from nobody but sync.
func (t *tailer) count(behind bool) {
	v := 0.0
	if behind {
		v = 1
	}
	t.hub.count.Behind.Set(v)
}

// pause is how long to wait after a read that gave all there was.
func (t *tailer) pause(behind bool) time.Duration {
	t.count(behind)
	if !behind {
		t.behind = 0
		return t.hub.clock
	}
	t.behind++
	if t.behind <= behindPatience {
		return behindPause
	}
	return min(behindMax, behindPause<<min(t.behind-behindPatience, 10))
}
