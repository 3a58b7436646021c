package eventlog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/stream"
	"catbird.blue/mls/xrpc"
)

// Config is what a Hub needs.
type Config struct {
	// Pool reaches the database. Every new connection of it goes through
	// CheckConnection.
	Pool *pgxpool.Pool
	// Reader reaches the same database, for new rows of the log alone. Its one
	// connection has the settings of pgplan.Reader; nil for Pool, with which
	// PostgreSQL plans each read anew, as a test can bear.
	Reader *pgxpool.Pool
	// Metrics counts what the Hub does with the log, StreamMetrics the encodings
	// of events; nil for metrics that are not registered.
	Metrics       *Metrics
	StreamMetrics *stream.Metrics
	// Log gets failures after which the Hub tries again; nil for slog.Default.
	Log *slog.Logger

	// PollInterval is how often the log is read without a notification. It is
	// for tests; zero means a little more than a second.
	PollInterval time.Duration
}

// Hub connects the log of an instance with its streams. It is a stream.Source:
// a stream gets every event of its account after the position at which it was
// attached, in order and once. The tailer reads each row once, and all streams
// that see it get the same Event.
type Hub struct {
	pool, reader *pgxpool.Pool
	metrics      *Metrics
	log          *slog.Logger
	pollInterval time.Duration
	state        *hubState
}

var _ stream.Source = (*Hub)(nil)

// NewHub makes a Hub. It does nothing until Run.
func NewHub(c Config) *Hub {
	h := &Hub{pool: c.Pool, reader: cmp.Or(c.Reader, c.Pool), metrics: c.Metrics, log: c.Log, pollInterval: cmp.Or(c.PollInterval, pollInterval)}
	if h.metrics == nil {
		h.metrics = NewMetrics(nil)
	}
	if h.log == nil {
		h.log = slog.Default()
	}
	h.state = newHubState(h.metrics, c.StreamMetrics)
	return h
}

// Run reads the log until ctx ends, and returns nil then. It logs failures and
// tries again.
func (h *Hub) Run(ctx context.Context) error {
	newTailer(h).run(ctx)
	return nil
}

// Notify says that the log may have new rows. It does nothing if no account has a
// stream at this instance. It never blocks.
func (h *Hub) Notify() {
	if h.state.hasSubscribers.Load() {
		h.state.wake.send()
	}
}

// Codec returns that of the current generation. It waits until the tailer has
// found the end of the log for the first time.
func (h *Hub) Codec(ctx context.Context) (*Codec, error) {
	select {
	case <-h.state.ready:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the log: %w", ctx.Err())
	}
	return h.state.builder().codec, nil
}

// Attach implements stream.Source.
func (h *Hub) Attach(ctx context.Context, want stream.Want, sink stream.Sink) (func(), error) {
	f := &feed{hub: h, sink: sink, did: want.DID}
	if len(want.ConvoIDs) > 0 {
		f.scope = map[xrpc.ConvoID]bool{}
		for _, id := range want.ConvoIDs {
			f.scope[id] = true
		}
	}
	end, err := h.register(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("attach stream: %w", err)
	}
	a := &attachment{feed: f, resumes: want.Cursor != "", logEnd: end}
	// The feed is registered: a removal after this check ends the stream.
	if err := a.checkScope(ctx); err != nil {
		h.state.remove(f)
		return nil, err
	}
	if err := a.start(ctx, want.Cursor); err != nil {
		h.state.remove(f)
		return nil, err
	}
	return func() { h.state.remove(f) }, nil
}

// Watch calls w for what happens to an account: for every event that is not
// visible yet to a read of the database which begins after Watch has returned.
// The caller must call stop.
func (h *Hub) Watch(ctx context.Context, did string, w Watcher) (stop func(), err error) {
	s := &watchSink{watcher: w, done: make(chan struct{})}
	f := &feed{hub: h, sink: s, did: did}
	if _, err := h.register(ctx, f); err != nil {
		return nil, fmt.Errorf("watch the log: %w", err)
	}
	f.goLive(f.registeredAt)
	return sync.OnceFunc(func() {
		close(s.done)
		h.state.remove(f)
	}), nil
}

// Signal delivers an ephemeral signal. A member sent it at some version of the
// roster; those who are members at that version or a later one get it.
func (h *Hub) Signal(ctx context.Context, s bus.Signal) error {
	convo := xrpc.ConvoID(s.ConvoID)
	h.metrics.Signals.Inc()
	if !h.state.hasRoster(convo, s.RosterVersion) {
		rows, err := db.New(h.pool).EphemeralMembers(ctx, convo)
		if err != nil {
			return fmt.Errorf("read members: %w", err)
		}
		h.state.setRoster(convo, rows)
	}
	h.state.signal(s)
	return nil
}

// register adds a feed, and returns the end of the log as it was before. From
// that read on the tailer skips no rows.
func (h *Hub) register(ctx context.Context, f *feed) (end db.ReadPlaceRow, err error) {
	if _, err := h.Codec(ctx); err != nil {
		return end, err
	}
	h.state.registering.Add(1)
	defer h.state.registering.Add(-1)
	for range 10 {
		if end, err = db.New(h.pool).ReadPlace(ctx); err != nil {
			return end, fmt.Errorf("find the end of the log: %w", err)
		}
		if done, err := h.tryRegister(ctx, f, end); done || err != nil {
			return end, err
		}
		select {
		case <-ctx.Done():
			return end, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return end, xrpc.Errorf(503, xrpc.ServiceUnavailable, "too many changes at this moment")
}

// tryRegister reads the windows of the account, unless it has streams at this
// instance already, and adds the feed. It is false if too much has changed
// meanwhile.
func (h *Hub) tryRegister(ctx context.Context, f *feed, end db.ReadPlaceRow) (bool, error) {
	known, pos := h.state.lookup(f.did)
	var windows []db.WindowsOfRow
	if !known {
		var err error
		if windows, err = db.New(h.pool).WindowsOf(ctx, f.did, end.Gen, pos); err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return false, fmt.Errorf("read memberships: %w", err)
		}
	}
	return h.state.add(f, end, known, windows), nil
}
