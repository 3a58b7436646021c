package stream

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"catbird.blue/mls/gen/client"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

var maxSessions = int(limit.WaitsAndStreams.Amount)

// tick is a clock that a test sets.
type tick struct{ now atomic.Int64 }

func (c *tick) add(d time.Duration) { c.now.Add(int64(d)) }

func (c *tick) limits(t testing.TB) *limit.Limits {
	t.Helper()
	l, err := limit.New(limit.Config{Clock: func() time.Duration { return time.Duration(c.now.Load()) }})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// crowd opens n streams, of both transports in turn.
func (w *world) crowd(t testing.TB, n int) []*xrpc.Events[client.ConvoEvent] {
	t.Helper()
	var all []*xrpc.Events[client.ConvoEvent]
	for i := range n {
		all = append(all, w.open(t, transports[i%2], nil))
		eventually(t, "the stream", func() bool { return w.count() >= i+1 })
	}
	return all
}

// alive delivers an event to all streams, and wants the given ones to get it.
func (w *world) alive(t *testing.T, n int, streams ...*xrpc.Events[client.ConvoEvent]) {
	t.Helper()
	w.deliver(NewEvent(message(n, 10), nil))
	for i, events := range streams {
		if ev, err := events.Next(); err != nil || ev.EventCursor() != cursorOf(n) {
			t.Errorf("stream %d: %+v %v, want event %d", i, ev, err, n)
		}
	}
}

func wantRefused(t *testing.T, err error, after time.Duration) {
	t.Helper()
	var e *xrpc.Error
	if !errors.As(err, &e) || e.Status != 429 || e.Name != xrpc.RateLimitExceeded || e.RetryAfter != after ||
		!strings.HasPrefix(e.Message, "16 waits and streams are open already: ") {
		t.Errorf("%v after %v, want %s after %v", err, e, xrpc.RateLimitExceeded, after)
	}
}

// An account that has as many streams as it may can open one more: its oldest
// stream ends, with the cursor to resume from. Other accounts are not affected.
func TestOldestStreamIsEvicted(t *testing.T) {
	var clock tick
	w := newWorld(t, Config{Limits: clock.limits(t)})
	other := w.as("did:plc:other")
	bystander := other.open(t, "sse", nil)
	eventually(t, "the bystander", func() bool { return w.count() == 1 })
	all := w.crowd(t, maxSessions-1)
	all = append(all, w.open(t, "websocket", nil))
	eventually(t, "all streams", func() bool { return w.count() == maxSessions+1 })
	w.alive(t, 1, append(all, bystander)...)
	for i, transport := range []string{"sse", "websocket"} {
		// A new device of the account connects.
		device := w.open(t, transport, nil)
		wantInfo(t, all[i], "closing", cursorOf(1+i))
		wantEnd(t, all[i])
		eventually(t, "the change", func() bool { return w.ended(transport, reasonEvicted) == 1 && w.count() == maxSessions+1 })
		all = append(all, device)
		w.alive(t, 2+i, append(all[i+1:], bystander)...)
	}
	if n := valueOf(w.metrics.Evicted.WithLabelValues("stream")); n != 2 {
		t.Errorf("%d evictions were counted", n)
	}
	// After a stream was closed, another one evicts none.
	_ = all[2].Close()
	eventually(t, "it left", func() bool { return w.count() == maxSessions })
	all = append(all, w.open(t, "sse", nil))
	w.alive(t, 4, append(all[3:], bystander)...)
}

// The close frame of an evicted WebSocket makes its client reconnect.
func TestEvictedWebSocketComesBack(t *testing.T) {
	w := newWorld(t, Config{PerDID: 1})
	ws := dial(t, w)
	w.sink(t).Deliver(NewEvent(message(1, 10), nil))
	readFrame(t, ws)
	w.open(t, "sse", nil)
	wantGoingAway(t, ws, cursorOf(1))
}

// The oldest long poll is evicted before any stream.
func TestOldestWaitIsEvicted(t *testing.T) {
	var clock tick
	w := newWorld(t, Config{Limits: clock.limits(t)})
	all := w.crowd(t, maxSessions-2)
	enter := func() (<-chan struct{}, func()) {
		t.Helper()
		ended, leave, err := w.streams.Wait("did:plc:me")
		if err != nil {
			t.Fatal(err)
		}
		return ended, leave
	}
	over := func(ended <-chan struct{}) bool {
		select {
		case <-ended:
			return true
		default:
			return false
		}
	}
	first, leaveFirst := enter()
	second, leaveSecond := enter()
	all = append(all, w.open(t, "sse", nil))
	if !over(first) || over(second) {
		t.Error("not the oldest wait has ended")
	}
	third, leaveThird := enter()
	if !over(second) || over(third) {
		t.Error("not the older of two waits has ended")
	}
	all = append(all, w.open(t, "sse", nil))
	if !over(third) {
		t.Error("the last wait has not ended")
	}
	eventually(t, "the streams", func() bool { return w.count() == len(all) })
	w.alive(t, 1, all...)
	// If there is no long poll, a new one evicts the oldest stream.
	fourth, leaveFourth := enter()
	wantInfo(t, all[0], "closing", cursorOf(1))
	wantEnd(t, all[0])
	if over(fourth) {
		t.Error("the new wait has ended")
	}
	for _, leave := range []func(){leaveFirst, leaveSecond, leaveThird, leaveFourth, leaveFourth} {
		leave()
	}
	if n := valueOf(w.metrics.Evicted.WithLabelValues("wait")); n != 3 {
		t.Errorf("%d evicted waits were counted", n)
	}
	// Those that left were removed, and no others.
	w.alive(t, 2, all[1:]...)
	w.streams.sessions.mu.Lock()
	defer w.streams.sessions.mu.Unlock()
	if n := len(w.streams.sessions.byDID["did:plc:me"]); n != maxSessions-1 {
		t.Errorf("%d sessions, want %d", n, maxSessions-1)
	}
}

// Evictions of an account have a limit per minute. Beyond it a new stream or long
// poll is refused, and the open ones stay. Other accounts are not affected.
func TestEvictionsAMinute(t *testing.T) {
	var clock tick
	w := newWorld(t, Config{Limits: clock.limits(t)})
	all := w.crowd(t, maxSessions)
	burst := int(limit.Evictions.Amount)
	w.alive(t, 0, all...)
	for i := range burst {
		all = append(all, w.open(t, "sse", nil))
		wantInfo(t, all[i], "closing", cursorOf(0))
		wantEnd(t, all[i])
	}
	stay := all[burst:]
	refused := func(after time.Duration) {
		t.Helper()
		_, err := w.client.StreamConvoEvents(t.Context(), &client.StreamConvoEventsParams{})
		wantRefused(t, err, after)
		_, err = w.client.SubscribeConvoEvents(t.Context(), &client.SubscribeConvoEventsParams{})
		wantRefused(t, err, after)
		_, _, err = w.streams.Wait("did:plc:me")
		wantRefused(t, err, after)
	}
	refused(15 * time.Second)
	bystander := w.as("did:plc:other").open(t, "websocket", nil)
	eventually(t, "the change", func() bool { return w.count() == maxSessions+1 })
	w.alive(t, 1, append(stay, bystander)...)
	clock.add(15*time.Second - 1)
	refused(time.Second)
	clock.add(1)
	again := w.open(t, "sse", nil)
	wantInfo(t, stay[0], "closing", cursorOf(1))
	wantEnd(t, stay[0])
	refused(15 * time.Second)
	clock.add(time.Hour)
	for i := range burst {
		w.open(t, "sse", nil)
		wantInfo(t, stay[1+i], "closing", cursorOf(1))
		wantEnd(t, stay[1+i])
	}
	refused(15 * time.Second)
	eventually(t, "the change", func() bool { return w.count() == maxSessions+1 })
	w.alive(t, 2, append(stay[1+burst:], again, bystander)...)
}

// Streams that are ending do not count: clients that reconnect while the ends of
// their last streams are written evict none.
func TestLeavingStreamsDoNotCount(t *testing.T) {
	w := newWorld(t, Config{Limits: new(tick).limits(t)})
	all := w.crowd(t, maxSessions)
	w.alive(t, 1, all...)
	for _, to := range w.attachedSinks() {
		to.End(nil) // as a change of generation does
	}
	for range maxSessions {
		w.open(t, "sse", nil)
	}
	for _, events := range all {
		wantInfo(t, events, "closing", cursorOf(1))
		wantEnd(t, events)
	}
	if n := w.ended("sse", reasonEvicted) + w.ended("websocket", reasonEvicted); n != 0 {
		t.Errorf("%d were evicted", n)
	}
}

// A stream whose client does not read is evicted as well, and its waiting events
// are dropped at once.
func TestStalledStreamIsEvicted(t *testing.T) {
	each(t, func(t *testing.T, transport string) {
		w := newWorld(t, Config{PerDID: 1, Buffer: 64 << 20, WriteTimeout: time.Hour})
		w.open(t, transport, nil) // and never read
		to := w.sink(t).(*outbox)
		for i := range 30 {
			to.Deliver(NewEvent(message(i, 1<<20), nil))
		}
		fresh := w.open(t, transport, nil)
		to.mu.Lock()
		waits := len(to.pending.events)
		to.mu.Unlock()
		if waits > 0 {
			t.Errorf("%d events still wait", waits)
		}
		eventually(t, "the new stream", func() bool { return w.count() == 2 })
		w.alive(t, 100, fresh)
		to.clientLeft() // so that the test does not wait for its end
	})
}

// The sessions of accounts are counted exactly under concurrent calls.
func TestSessionsConcurrently(t *testing.T) {
	p := newSessions(maxSessions, (*limit.Limits)(nil).OrDefault(), NewMetrics(nil))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 1000 {
				w := &wait{ended: make(chan struct{}), metrics: p.metrics}
				did := "did:plc:" + string(rune('a'+i%2))
				if p.add(did, w) == nil {
					p.remove(did, w)
				}
			}
		})
	}
	wg.Wait()
	if len(p.byDID) != 0 {
		t.Errorf("%d accounts have sessions", len(p.byDID))
	}
}

// If limits per time are turned off, evictions are not limited, and the number of
// streams is.
func TestSessionsWithoutRates(t *testing.T) {
	off, err := limit.New(limit.Config{Off: true})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, Config{Limits: off})
	all := w.crowd(t, maxSessions)
	w.alive(t, 1, all...)
	for i := range maxSessions {
		w.open(t, transports[i%2], nil)
		wantInfo(t, all[i], "closing", cursorOf(1))
		wantEnd(t, all[i])
	}
	eventually(t, "the change", func() bool { return w.count() == maxSessions })
}
