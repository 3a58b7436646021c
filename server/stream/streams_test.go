package stream

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/gen/client"
	"catbird.blue/mls/xrpc"
)

var transports = []string{"sse", "websocket"}

func each(t *testing.T, test func(t *testing.T, transport string)) {
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) { test(t, transport) })
	}
}

// wantInfo reads the next event, which must be an infoEvent.
func wantInfo(t *testing.T, events *xrpc.Events[client.ConvoEvent], info, cursor string) {
	t.Helper()
	ev, err := events.Next()
	if got, ok := ev.(*gen.InfoEvent); err != nil || !ok || got.Info != info || got.Cursor != cursor {
		t.Fatalf("got %+v %v, want %s at %s", ev, err, info, cursor)
	}
}

func wantEnd(t *testing.T, events *xrpc.Events[client.ConvoEvent]) {
	t.Helper()
	if ev, err := events.Next(); !errors.Is(err, io.EOF) {
		t.Fatalf("got %+v %v, want the end", ev, err)
	}
}

// wantClosed wants the WebSocket's close frame, with the error's code.
func wantClosed(t *testing.T, events *xrpc.Events[client.ConvoEvent]) {
	t.Helper()
	if _, err := events.Next(); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
		t.Errorf("%v", err)
	}
}

// Events arrive in order, whether the source gave them before the connection was
// taken over, in a replay or live. The last event has the cursor.
func TestEventsArriveInOrder(t *testing.T) {
	each(t, func(t *testing.T, transport string) {
		w := newWorld(t, Config{})
		w.attach = func(want Want, to Sink) error {
			to.Deliver(NewEvent(&gen.InfoEvent{Cursor: want.Cursor, Info: "connected"}, w.metrics))
			go func() {
				for i := range 500 {
					if err := to.Send(context.Background(), NewEvent(message(i, 1000), w.metrics)); err != nil {
						t.Error(err)
					}
				}
				for i := 500; i < 1000; i++ {
					to.Deliver(NewEvent(message(i, 1000), w.metrics))
				}
				to.End(nil)
			}()
			return nil
		}
		from := "start"
		events := w.open(t, transport, &from)
		wantInfo(t, events, "connected", "start")
		for i := range 1000 {
			ev, err := events.Next()
			if err != nil || !reflect.DeepEqual(ev, message(i, 1000)) || events.Cursor() != cursorOf(i) {
				t.Fatalf("%d: %+v %v", i, ev, err)
			}
		}
		wantInfo(t, events, "closing", cursorOf(999))
		wantEnd(t, events)
		eventually(t, "the stream is forgotten", func() bool { return w.ended(transport, reasonClosing) == 1 && w.count() == 0 })
	})
}

// everyEvent returns an event of each kind.
func everyEvent() []gen.ConvoEvent {
	actor := "did:plc:other"
	return []gen.ConvoEvent{
		message(1, 5),
		&gen.MembershipChangeEvent{Cursor: "2", ConvoID: "00", DID: "did:plc:a", Action: "removed", Actor: &actor, Epoch: 1 << 40},
		&gen.MembershipChangeEvent{Cursor: "3", ConvoID: "00", DID: "did:plc:a", Action: "left"},
		&gen.WelcomeEvent{Cursor: "4", ConvoID: "00"},
		&gen.RejoinRequestedEvent{Cursor: "6", ConvoID: "00", DID: "did:plc:a", Reason: "state-lost"},
		&gen.ConvoDamagedEvent{Cursor: "7", ConvoID: "00", Epoch: 7},
		&gen.KeyPackagesLowEvent{Cursor: "8", DeviceID: "aaaaaaaaaaaaaaaaaaaaaaaaaa", CipherSuite: "x\n\r<é>", Available: 3},
		&gen.ReadEvent{Cursor: "9", ConvoID: "00", Seq: 9},
		&gen.PreferencesEvent{Cursor: "9b", ConvoID: "00", Muted: true},
		&gen.MemberRoleEvent{Cursor: "9c", ConvoID: "00", DID: "did:plc:a", Role: "admin", Actor: new("did:plc:b")},
		&gen.ConvoPolicyEvent{Cursor: "9d", ConvoID: "00", Policy: gen.ConvoPolicy{AddMembers: "members"}},
		&gen.ConvoLockEvent{Cursor: "9e", ConvoID: "00", LockStatus: "locked"},
		&gen.EphemeralEvent{Cursor: "10", ConvoID: "00", Ciphertext: []byte{0, 255}, Epoch: 2},
		&gen.InfoEvent{Cursor: "11", Info: "live"},
	}
}

// Events of all kinds come through both transports unchanged.
func TestEveryEvent(t *testing.T) {
	each(t, func(t *testing.T, transport string) {
		w := newWorld(t, Config{})
		events := w.open(t, transport, nil)
		to := w.sink(t)
		for _, ev := range everyEvent() {
			if !to.Deliver(NewEvent(ev, nil)) {
				t.Fatal("over")
			}
			got, err := events.Next()
			if err != nil || !reflect.DeepEqual(got, ev) {
				t.Errorf("sent %+v, got %+v %v", ev, got, err)
			}
		}
	})
}

// An event is encoded once in each form, however many streams get it.
func TestEncodedOnce(t *testing.T) {
	w := newWorld(t, Config{PerDID: 1000})
	const each, rounds = 20, 30
	var wg sync.WaitGroup
	for i := range 2 * each {
		events := w.open(t, transports[i%2], nil)
		wg.Go(func() {
			for n := range rounds {
				if ev, err := events.Next(); err != nil || ev.EventCursor() != cursorOf(n) {
					t.Errorf("%+v %v", ev, err)
					return
				}
			}
		})
	}
	eventually(t, "all streams", func() bool { return w.count() == 2*each })
	for n := range rounds {
		w.deliver(NewEvent(message(n, 100), w.metrics))
	}
	wg.Wait()
	if json, cbor, gzip := w.encoded("json"), w.encoded("cbor"), w.encoded("gzip"); json != rounds || cbor != rounds || gzip != 0 {
		t.Errorf("encoded %d times as JSON, %d as CBOR, %d compressed", json, cbor, gzip)
	}
}

// If the source refuses a stream, the answer is the error; a WebSocket gets an error
// frame.
func TestRefusedBySource(t *testing.T) {
	w := newWorld(t, Config{})
	w.attach = func(Want, Sink) error { return gen.Errorf(gen.ErrFutureCursor, "the cursor is ahead") }
	var e *xrpc.Error
	_, err := w.client.StreamConvoEvents(t.Context(), &client.StreamConvoEventsParams{})
	if !errors.As(err, &e) || e.Status != 400 || e.Name != gen.ErrFutureCursor {
		t.Errorf("%v", err)
	}
	events := w.open(t, "websocket", nil)
	if _, err := events.Next(); !errors.As(err, &e) || e.Name != gen.ErrFutureCursor || e.Message != "the cursor is ahead" {
		t.Errorf("%v", err)
	}
	wantClosed(t, events)
	eventually(t, "the streams are forgotten", func() bool { return w.ended("sse", reasonError) == 1 && w.ended("websocket", reasonError) == 1 })
}

// At shutdown every stream gets its waiting events and its cursor, and new streams
// are refused.
func TestShutdown(t *testing.T) {
	w := newWorld(t, Config{PerDID: 100, Heartbeat: time.Hour})
	var all []*xrpc.Events[client.ConvoEvent]
	for i := range 20 {
		all = append(all, w.open(t, transports[i%2], nil))
	}
	eventually(t, "all streams", func() bool { return w.count() == len(all) })
	for i := range 100 {
		w.deliver(NewEvent(message(i, 5000), nil))
	}
	done := make(chan error)
	go func() { done <- w.streams.Shutdown(t.Context()) }()
	var readers sync.WaitGroup
	for _, events := range all {
		readers.Go(func() {
			for i := range 100 {
				if ev, err := events.Next(); err != nil || ev.EventCursor() != cursorOf(i) {
					t.Errorf("%+v %v", ev, err)
					return
				}
			}
			if ev, err := events.Next(); err != nil || ev.EventCursor() != cursorOf(99) || ev.(*gen.InfoEvent).Info != "closing" {
				t.Errorf("%+v %v, want closing", ev, err)
			}
			if ev, err := events.Next(); !errors.Is(err, io.EOF) {
				t.Errorf("%+v %v, want the end", ev, err)
			}
		})
	}
	readers.Wait()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if w.detached != len(all) {
		t.Errorf("%d of %d detached", w.detached, len(all))
	}
	var e *xrpc.Error
	if _, err := w.client.StreamConvoEvents(t.Context(), &client.StreamConvoEventsParams{}); !errors.As(err, &e) || e.Status != 503 {
		t.Errorf("%v", err)
	}
}

// A shutdown cuts clients that do not read.
func TestShutdownCutsStalled(t *testing.T) {
	each(t, func(t *testing.T, transport string) {
		// The client would also be cut for not reading, if that were not so slow.
		w := newWorld(t, Config{Buffer: 64 << 20, WriteTimeout: time.Hour})
		w.open(t, transport, nil) // and never read
		to := w.sink(t)
		for i := range 30 {
			to.Deliver(NewEvent(message(i, 1<<20), nil))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		start := time.Now()
		if err := w.streams.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("took %v", took)
		}
		<-to.Done()
	})
}

// A request that is no WebSocket handshake is refused before anything else happens.
func TestNotAWebSocket(t *testing.T) {
	w := newWorld(t, Config{})
	r, _ := http.NewRequest(http.MethodGet, w.srv.URL+"/xrpc/"+gen.NSIDSubscribeConvoEvents, nil)
	r.Header.Set("Authorization", "Bearer did:plc:me")
	res, err := w.client.HTTP.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if e := xrpc.Failure(res); e.Status != http.StatusUpgradeRequired || e.Name != xrpc.InvalidRequest || res.Header.Get("Upgrade") != "websocket" {
		t.Errorf("%v %v", e, res.Header)
	}
	if w.attached != 0 {
		t.Error("attached")
	}
}
