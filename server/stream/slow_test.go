package stream

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/coder/websocket"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// The stream of a client that stops reading ends when its buffer is full. When the
// client reads again it gets all events up to the error. Delivering does not block.
func TestConsumerTooSlow(t *testing.T) {
	each(t, func(t *testing.T, transport string) {
		w := newWorld(t, Config{Buffer: 1 << 20, WriteTimeout: time.Hour})
		events := w.open(t, transport, nil)
		stalled := w.sink(t)
		n := 0
		start := time.Now()
		for ; stalled.Deliver(NewEvent(message(n, 100_000), nil)); n++ {
			if n > 1000 {
				t.Fatal("Deliver accepts more than the buffer")
			}
		}
		if took := time.Since(start); took > 10*time.Minute {
			t.Errorf("delivering took %v", took)
		}
		var last string
		for i := 0; ; i++ {
			ev, err := events.Next()
			if info, ok := ev.(*gen.InfoEvent); ok && transport == "sse" {
				if info.Info != gen.ErrConsumerTooSlow || info.Cursor != last {
					t.Errorf("%+v behind %s", info, last)
				}
				wantEnd(t, events)
				break
			}
			var e *xrpc.Error
			if errors.As(err, &e) && transport == "websocket" {
				if e.Name != gen.ErrConsumerTooSlow {
					t.Error(err)
				}
				wantClosed(t, events)
				break
			}
			if err != nil || ev.EventCursor() != cursorOf(i) {
				t.Fatalf("%d: %+v %v", i, ev, err)
			}
			last = ev.EventCursor()
		}
		eventually(t, "the stream is forgotten", func() bool { return w.ended(transport, reasonSlow) == 1 && w.count() == 0 })
	})
}

// A client that never reads again is cut off at the write deadline.
func TestWriteDeadline(t *testing.T) {
	each(t, func(t *testing.T, transport string) {
		w := newWorld(t, Config{WriteTimeout: 100 * time.Millisecond, Buffer: 64 << 20})
		w.open(t, transport, nil)
		to := w.sink(t)
		for i := range 4000 {
			to.Deliver(NewEvent(message(i, 10_000), nil))
		}
		select {
		case <-to.Done():
		case <-time.After(5 * time.Minute):
			t.Fatal("still open")
		}
		eventually(t, "the stream is forgotten", func() bool { return w.ended(transport, reasonSlow) == 1 })
	})
}

// Send waits for a slow client instead of ending its stream, and returns when the
// stream is over.
func TestReplayWaits(t *testing.T) {
	each(t, func(t *testing.T, transport string) {
		w := newWorld(t, Config{Buffer: 1 << 20, WriteTimeout: time.Hour})
		events := w.open(t, transport, nil)
		to := w.sink(t)
		sent := make(chan int, 1)
		go func() {
			i := 0
			for ; to.Send(context.Background(), NewEvent(message(i, 100_000), nil)) == nil; i++ {
			}
			sent <- i
		}()
		select {
		case i := <-sent:
			t.Fatalf("the replay ended at %d", i)
		case <-time.After(300 * time.Millisecond):
		}
		for i := range 300 {
			if ev, err := events.Next(); err != nil || ev.EventCursor() != cursorOf(i) {
				t.Fatalf("%d: %+v %v", i, ev, err)
			}
		}
		_ = events.Close()
		if i := <-sent; i < 300 {
			t.Errorf("%d", i)
		}
		// Send returns when its context ends.
		other := w.open(t, transport, nil)
		eventually(t, "the other stream", func() bool { return w.count() == 1 && w.sink(t) != to })
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		var err error
		for i := 0; err == nil; i++ {
			err = w.sink(t).Send(ctx, NewEvent(message(i, 100_000), nil))
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		_ = other.Close()
	})
}

// When a client closes or resets its connection, its stream is over at once.
func TestClientLeaves(t *testing.T) {
	for _, abrupt := range []bool{false, true} {
		w := newWorld(t, Config{})
		conn, _, _ := w.raw(t, ssePath)
		to := w.sink(t)
		if abrupt {
			_ = conn.(*net.TCPConn).SetLinger(0)
		}
		conn.Close()
		select {
		case <-to.Done():
		case <-time.After(5 * time.Minute):
			t.Fatal("still open")
		}
		if to.Deliver(NewEvent(message(1, 1), nil)) {
			t.Error("delivered")
		}
		if err := to.Send(t.Context(), NewEvent(message(1, 1), nil)); !errors.Is(err, ErrOver) {
			t.Error(err)
		}
		to.End(nil)
	}
}

// A client that sends data on a stream is cut off.
func TestTalkativeClients(t *testing.T) {
	w := newWorld(t, Config{})
	conn, _, _ := w.raw(t, ssePath)
	to := w.sink(t)
	for {
		if _, err := conn.Write(make([]byte, 1000)); err != nil {
			break
		}
	}
	<-to.Done()

	ws, _, err := websocket.Dial(t.Context(), w.srv.URL+"/xrpc/"+gen.NSIDSubscribeConvoEvents,
		&websocket.DialOptions{HTTPHeader: map[string][]string{"Authorization": {"Bearer did:plc:me"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer ws.CloseNow()
	to = w.sink(t)
	if err := ws.Write(t.Context(), websocket.MessageText, []byte("hello")); err != nil {
		t.Error(err)
	}
	if _, frame, err := ws.Read(t.Context()); err != nil || string(frame) != string(xrpc.ErrorFrame(xrpc.InvalidRequest, "this stream goes one way")) {
		t.Errorf("%q %v", frame, err)
	}
	if _, _, err := ws.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
		t.Error(err)
	}
	<-to.Done()
}

// The close code of a WebSocket tells standard clients whether to reconnect.
func TestCloseCodes(t *testing.T) {
	for err, want := range map[error]websocket.StatusCode{
		nil: websocket.StatusGoingAway, ErrComplete: websocket.StatusNormalClosure,
		gen.Errorf(gen.ErrConsumerTooSlow, "slow"): websocket.StatusPolicyViolation,
	} {
		w := newWorld(t, Config{})
		ws := dial(t, w)
		to := w.sink(t)
		to.Deliver(NewEvent(message(1, 10), nil))
		to.End(err)
		var last error
		frames := -1
		for ; last == nil; frames++ {
			_, _, last = ws.Read(t.Context())
		}
		if got := websocket.CloseStatus(last); got != want || frames != 2 {
			t.Errorf("%v: %d frames, code %d, want %d", err, frames, got, want)
		}
		<-to.Done()
	}
}

// A WebSocket whose client does not answer pings is closed.
func TestDeadWebSocket(t *testing.T) {
	w := newWorld(t, Config{Heartbeat: 150 * time.Millisecond, WriteTimeout: 200 * time.Millisecond})
	w.raw(t, "/xrpc/"+gen.NSIDSubscribeConvoEvents, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
		"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")
	select {
	case <-w.sink(t).Done():
	case <-time.After(5 * time.Minute):
		t.Fatal("still open")
	}
	// One that answers stays open.
	w = newWorld(t, Config{Heartbeat: 150 * time.Millisecond, WriteTimeout: time.Hour})
	events := w.open(t, "websocket", nil)
	go func() {
		for {
			if _, err := events.Next(); err != nil {
				return
			}
		}
	}()
	select {
	case <-w.sink(t).Done():
		t.Error("closed")
	case <-time.After(time.Second):
	}
}
