package stream

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"catbird.blue/mls/gen/client"
	"catbird.blue/mls/xrpc"
)

// wantGoingAway wants the end of a WebSocket whose client has to reconnect: the
// cursor, and the code "going away".
func wantGoingAway(t *testing.T, ws *websocket.Conn, cursor string) {
	t.Helper()
	if _, body := indigoFrame(t, readFrame(t, ws)); body["info"] != "closing" || body["cursor"] != cursor {
		t.Errorf("last frame is %v, want closing at %s", body, cursor)
	}
	if _, _, err := ws.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("closed with %v, want 1001", err)
	}
}

// wallClock is a clock that a test sets.
type wallClock struct {
	base  time.Time
	since atomic.Int64
}

func newWallClock() *wallClock { return &wallClock{base: time.Now()} }

func (c *wallClock) now() time.Time { return c.base.Add(time.Duration(c.since.Load())) }

func (c *wallClock) set(d time.Duration) { c.since.Store(int64(d)) }

// beat sets the clock and calls beat of every stream.
func (w *world) beat(c *wallClock, at time.Duration) {
	c.set(at)
	for _, o := range w.streams.all() {
		o.beat(w.streams.age())
	}
}

// staying counts the streams that are not ending.
func (w *world) staying() (n int) {
	for _, o := range w.streams.all() {
		o.mu.Lock()
		if !o.ending && o.state != over {
			n++
		}
		o.mu.Unlock()
	}
	return n
}

// A stream ends within the last ten minutes of its hour, with its cursor. Streams
// that began together end one by one, and their clients resume from the cursor.
func TestStreamsEndWithinAnHour(t *testing.T) {
	each(t, func(t *testing.T, transport string) {
		clock := newWallClock()
		w := newWorld(t, Config{Now: clock.now, PerDID: 100})
		var all []*xrpc.Events[client.ConvoEvent]
		for range 60 {
			all = append(all, w.open(t, transport, nil))
		}
		eventually(t, "all streams", func() bool { return w.count() == len(all) })
		w.alive(t, 1, all...)
		w.beat(clock, 50*time.Minute)
		if n := w.staying(); n != len(all) {
			t.Fatalf("%d of %d are left after 50 minutes", n, len(all))
		}
		w.alive(t, 2, all...)
		w.beat(clock, 55*time.Minute)
		// Each of 60 has ended with a probability of about one half. That all or
		// none have is less likely than a hardware fault.
		half := len(all) - w.staying()
		if half == 0 || half == len(all) {
			t.Errorf("%d of %d ended in the middle: they end together", half, len(all))
		}
		eventually(t, "the ends", func() bool { return w.ended(transport, reasonAged) == half })
		w.beat(clock, 59*time.Minute)
		for _, events := range all {
			wantInfo(t, events, "closing", cursorOf(2))
			wantEnd(t, events)
		}
		eventually(t, "the end", func() bool { return w.ended(transport, reasonAged) == len(all) && w.count() == 0 })
		// The stream of a client that comes back has another hour.
		cursor := cursorOf(2)
		again := w.open(t, transport, &cursor)
		eventually(t, "the next stream", func() bool { return w.count() == 1 })
		w.beat(clock, 109*time.Minute)
		w.alive(t, 3, again)
		w.beat(clock, 119*time.Minute)
		wantInfo(t, again, "closing", cursorOf(3))
		wantEnd(t, again)
	})
}

// An aged WebSocket is closed as at a shutdown, so that every client comes back.
func TestAgedWebSocketComesBack(t *testing.T) {
	clock := newWallClock()
	w := newWorld(t, Config{Now: clock.now})
	ws := dial(t, w)
	w.sink(t).Deliver(NewEvent(message(1, 10), nil))
	readFrame(t, ws)
	w.beat(clock, 59*time.Minute)
	wantGoingAway(t, ws, cursorOf(1))
}

// A client that does not read the end of its stream is cut off at the hour.
func TestStalledStreamIsCutAtItsHour(t *testing.T) {
	each(t, func(t *testing.T, transport string) {
		clock := newWallClock()
		w := newWorld(t, Config{Now: clock.now, Buffer: 64 << 20, WriteTimeout: time.Hour})
		w.open(t, transport, nil) // and never read
		to := w.sink(t)
		for i := range 30 {
			to.Deliver(NewEvent(message(i, 1<<20), nil))
		}
		w.beat(clock, 59*time.Minute)
		w.beat(clock, time.Hour)
		eventually(t, "the end", func() bool { return w.count() == 0 })
		<-to.Done()
	})
}
