package stream

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/bluesky-social/indigo/atproto/atdata"
	"github.com/coder/websocket"
	cbg "github.com/whyrusleeping/cbor-gen"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// indigoFrame decodes a frame as the event stream consumer of indigo does: with a
// cbor-gen reader, one object after the other, and both in the data model of
// atproto. It wants the same bytes when it encodes them again.
func indigoFrame(t *testing.T, frame []byte) (header, body map[string]any) {
	t.Helper()
	r := cbg.NewCborReader(bytes.NewReader(frame))
	var objects [2]map[string]any
	for i := range objects {
		var raw cbg.Deferred
		if err := raw.UnmarshalCBOR(r); err != nil {
			t.Fatalf("%x: %v", frame, err)
		}
		v, err := atdata.UnmarshalCBOR(raw.Raw)
		if err != nil {
			t.Fatalf("%x: %v", frame, err)
		}
		if again, err := atdata.MarshalCBOR(v); err != nil || !bytes.Equal(again, raw.Raw) {
			t.Errorf("%x became %x, %v", raw.Raw, again, err)
		}
		objects[i] = v
	}
	if _, err := r.ReadByte(); err == nil {
		t.Errorf("%x: more than two objects", frame)
	}
	return objects[0], objects[1]
}

func dial(t *testing.T, w *world) *websocket.Conn {
	t.Helper()
	ws, _, err := websocket.Dial(t.Context(), w.srv.URL+"/xrpc/"+gen.NSIDSubscribeConvoEvents,
		&websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer did:plc:me"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.CloseNow() })
	return ws
}

func readFrame(t *testing.T, ws *websocket.Conn) []byte {
	t.Helper()
	kind, frame, err := ws.Read(t.Context())
	if err != nil || kind != websocket.MessageBinary {
		t.Fatalf("%v %v", kind, err)
	}
	return frame
}

// indigo reads the frame of every event.
func TestFramesForIndigo(t *testing.T) {
	w := newWorld(t, Config{})
	ws := dial(t, w)
	to := w.sink(t)
	for _, ev := range everyEvent() {
		to.Deliver(NewEvent(ev, nil))
		header, body := indigoFrame(t, readFrame(t, ws))
		if header["op"] != int64(1) || header["t"] != "#"+ev.EventName() || len(header) != 2 || body["cursor"] != ev.EventCursor() {
			t.Errorf("%s: %v %v", ev.EventName(), header, body)
		}
		if m, ok := ev.(*gen.MessageEvent); ok {
			view := body["message"].(map[string]any)
			if !bytes.Equal(view["ciphertext"].(atdata.Bytes), m.Message.Ciphertext) || view["seq"] != m.Message.Seq {
				t.Errorf("%v", view)
			}
		}
	}
}

// indigo reads the frames that end a stream with an error.
func TestErrorFramesForIndigo(t *testing.T) {
	want := func(name string, frame []byte) {
		t.Helper()
		header, body := indigoFrame(t, frame)
		if header["op"] != int64(-1) || len(header) != 1 || body["error"] != name || body["message"] == "" || len(body) != 2 {
			t.Errorf("%v %v", header, body)
		}
	}
	w := newWorld(t, Config{Buffer: 1 << 20})
	w.attach = func(Want, Sink) error { return gen.Errorf(gen.ErrFutureCursor, "the cursor is ahead") }
	want(gen.ErrFutureCursor, readFrame(t, dial(t, w)))

	w.attach = nil
	ws := dial(t, w)
	ws.SetReadLimit(1 << 20)
	for to, n := w.sink(t), 0; to.Deliver(NewEvent(message(n, 100_000), nil)); n++ {
		if n > 1000 {
			t.Fatal("Deliver accepts more than the buffer")
		}
	}
	for {
		frame := readFrame(t, ws)
		if f, err := xrpc.ParseFrame(frame); err != nil || f.Err != nil {
			want(gen.ErrConsumerTooSlow, frame)
			return
		}
	}
}
