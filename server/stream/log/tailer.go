package eventlog

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/xrpc"
)

const (
	// pollInterval is how often the log is read without a notification.
	pollInterval = 1100 * time.Millisecond
	// idleIntervals is the time between two steps, in intervals, while no account
	// has a stream. With it an instance without traffic sends less than one query a
	// second, those for account states and of its cleaner included.
	idleIntervals = 2
	// hiddenPause is the wait if the visibility horizon hides rows. After
	// hiddenRetries such waits in a row, each further wait is twice as long, up
	// to hiddenMaxPause: a long transaction hides the rows.
	hiddenPause    = 2 * time.Millisecond
	hiddenRetries  = 50
	hiddenMaxPause = 50 * time.Millisecond
	// readRows is how many rows ReadLog returns at most, and inlineBytes the size up to
	// which it returns their ciphertexts. Both bound the memory of a read.
	readRows    = 1000
	inlineBytes = 8 << 10
	// largeBytes is how many bytes of larger ciphertexts one step reads. The message with
	// which they exceed it is the last one.
	largeBytes = 8 << 20
	// logInterval is the time between two log lines while reading fails.
	logInterval = time.Minute
	// readTimeout bounds one step, so that a database that does not answer does
	// not stop the tailer for ever.
	readTimeout = 15 * time.Second
)

// tailer is the only reader of new rows of the log at an instance.
type tailer struct {
	reader   *pgxpool.Pool
	metrics  *Metrics
	log      *slog.Logger
	state    *hubState
	interval time.Duration

	timer *time.Timer
	begun bool
	gen   int64
	// failed counts failed steps in a row; hidden counts reads in a row of which
	// the visibility horizon hid rows.
	failed, hidden int
	// lastLogged is when the last line about a failure was written.
	lastLogged time.Time
}

func newTailer(h *Hub) *tailer {
	return &tailer{
		reader: h.reader, metrics: h.metrics, log: h.log, state: h.state, interval: h.pollInterval, timer: time.NewTimer(h.pollInterval),
	}
}

// run reads until ctx ends.
func (t *tailer) run(ctx context.Context) {
	defer t.timer.Stop()
	for {
		wait, err := t.step(ctx)
		if ctx.Err() != nil {
			return
		}
		t.state.progress.note(err)
		if err != nil {
			t.failed++
			t.metrics.Errors.Inc()
			wait = min(t.interval, 50*time.Millisecond<<min(t.failed, 5))
			if now := time.Now(); t.failed == 1 || now.Sub(t.lastLogged) > logInterval {
				t.lastLogged = now
				t.log.WarnContext(ctx, "reading the log failed and will be tried again", "error", err)
			}
		} else {
			t.failed = 0
			t.metrics.LastRead.SetToCurrentTime()
		}
		if !t.wait(ctx, wait) {
			return
		}
	}
}

// wait waits for d or for a wake-up. It ignores wake-ups after a failure, and
// while a long transaction hides rows: reading at every notification would cost
// much and return nothing.
func (t *tailer) wait(ctx context.Context, d time.Duration) bool {
	if d == 0 {
		return ctx.Err() == nil
	}
	wake := t.state.wake
	if t.failed > 0 || t.hidden > hiddenRetries {
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

// step reads once, and returns how long to wait before the next step.
func (t *tailer) step(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	if !t.begun {
		if err := t.begin(ctx); err != nil {
			return 0, err
		}
		return t.interval, nil
	}
	if !t.state.hasSubscribers.Load() {
		skipped, err := t.skip(ctx)
		if skipped || err != nil {
			return idleIntervals * t.interval, err
		}
	}
	return t.read(ctx)
}

// begin finds the end of the log.
func (t *tailer) begin(ctx context.Context) error {
	end, err := db.New(t.reader).ReadPlace(ctx)
	if err != nil {
		return fmt.Errorf("find the end of the log: %w", err)
	}
	t.begun, t.gen, t.hidden = true, end.Gen, 0
	t.state.begin(end)
	return nil
}

// skip moves to the end of the log without reading the rows, since no account
// has a stream. It returns false if one has come meanwhile.
func (t *tailer) skip(ctx context.Context) (bool, error) {
	end, err := db.New(t.reader).ReadPlace(ctx)
	if err != nil {
		return false, fmt.Errorf("find the end of the log: %w", err)
	}
	t.metrics.Polls.Inc()
	t.hidden = 0 // so that the first subscriber can wake the tailer
	if end.Gen != t.gen {
		t.gen = end.Gen
		t.state.begin(end)
		return true, nil
	}
	skipped := t.state.skip(end)
	if skipped {
		t.setBehind(end.Behind)
		t.metrics.Lag.Set(0)
	}
	return skipped, nil
}

// read reads the next rows and hands them out.
func (t *tailer) read(ctx context.Context) (time.Duration, error) {
	at := t.state.currentPosition()
	rows, err := db.New(t.reader).ReadLog(ctx, db.ReadLogParams{
		Gen: t.gen, Pos: at.Pos, StreamKey: []byte(at.StreamKey), Seq: at.Seq, N: at.N, Inline: inlineBytes,
	})
	if err != nil {
		return 0, fmt.Errorf("read log: %w", err)
	}
	t.metrics.Polls.Inc()
	first := rows[0] // there is always one, with the state of the log
	lowWater := Position{Pos: first.LowWaterPos, StreamKey: StreamKey(first.LowWaterStreamKey), Seq: first.LowWaterSeq, N: first.LowWaterN}
	if first.Gen != t.gen || t.state.currentPosition().Compare(lowWater) < 0 {
		// A new generation, or retention has removed rows that this instance has
		// not handed out: it was cut off for as long as messages are kept. The
		// streams end. After that their cursors are outdated, so that clients
		// learn that they have missed events.
		t.begun = false
		return 0, nil
	}
	full := len(rows) == readRows
	rows, whole, err := t.large(ctx, rows)
	if err != nil {
		return 0, err
	}
	batch, err := t.entries(rows)
	if err != nil {
		return 0, err
	}
	if len(batch) > 0 {
		t.state.dispatch(batch)
		t.metrics.Rows.Add(float64(len(batch)))
		t.metrics.Lag.Set(t.state.lateness(rows[len(rows)-1].CreatedAt).Seconds())
		t.hidden = 0
	}
	if full || !whole {
		return 0, nil // there may be more rows
	}
	return t.pause(first.Behind), nil
}

func (t *tailer) entries(rows []db.ReadLogRow) ([]entry, error) {
	if len(rows) == 0 || rows[0].Kind == "" {
		return nil, nil
	}
	build := t.state.builder()
	batch := make([]entry, 0, len(rows))
	for _, r := range rows {
		e, err := build.logRow(r)
		if err != nil {
			return nil, err
		}
		batch = append(batch, e)
	}
	return batch, nil
}

// large reads the ciphertexts that ReadLog left out, and returns the rows that are
// complete then. whole is false if these are not all: their bytes exceed largeBytes, or
// one of them is gone, or is another one after a failover between the two statements. The
// next read finds out why.
func (t *tailer) large(ctx context.Context, rows []db.ReadLogRow) (complete []db.ReadLogRow, whole bool, err error) {
	var convos []xrpc.ConvoID
	var seqs []int64
	end, bytes := len(rows), int64(0)
	for i, r := range rows {
		if r.Size <= inlineBytes {
			continue
		}
		convos, seqs = append(convos, xrpc.ConvoIDOf(r.StreamKey)), append(seqs, r.Seq)
		if bytes += r.Size; bytes > largeBytes {
			end = i + 1
			break
		}
	}
	if len(seqs) == 0 {
		return rows, true, nil
	}
	messages, err := db.New(t.reader).ReplayMessages(ctx, xrpc.StoredConvoIDs(convos), seqs)
	if err != nil {
		return nil, false, fmt.Errorf("read large messages: %w", err)
	}
	type key struct {
		pos   int64
		convo xrpc.ConvoID
		seq   int64
		id    xrpc.MessageID
	}
	found := make(map[key][]byte, len(messages))
	for _, m := range messages {
		found[key{m.Pos, m.ConvoID, m.Seq, m.MessageID}] = m.Ciphertext
	}
	for i := range rows[:end] {
		r := &rows[i]
		if r.Size <= inlineBytes {
			continue
		}
		ciphertext, ok := found[key{r.Pos, xrpc.ConvoIDOf(r.StreamKey), r.Seq, r.MessageID}]
		if !ok {
			return rows[:i], false, nil
		}
		r.Ciphertext = ciphertext
	}
	return rows[:end], end == len(rows), nil
}

// setBehind reports whether rows are hidden. It matters without streams too,
// since sync does not see these rows either.
func (t *tailer) setBehind(behind bool) {
	v := 0.0
	if behind {
		v = 1
	}
	t.metrics.Behind.Set(v)
}

// pause returns how long to wait after a read that returned all visible rows.
func (t *tailer) pause(behind bool) time.Duration {
	t.setBehind(behind)
	if !behind {
		t.hidden = 0
		return t.interval
	}
	t.hidden++
	if t.hidden <= hiddenRetries {
		return hiddenPause
	}
	return min(hiddenMaxPause, hiddenPause<<min(t.hidden-hiddenRetries, 10))
}
