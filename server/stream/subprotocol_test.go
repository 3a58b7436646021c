package stream

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"testing"

	"github.com/coder/websocket"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/gen/wire"
	"catbird.blue/mls/xrpc"
)

// dialOffering opens a stream with the header as a client writes it, and checks which
// subprotocol the server chose.
func dialOffering(t *testing.T, w *world, want string, offers ...string) *websocket.Conn {
	t.Helper()
	ws, res, err := websocket.Dial(t.Context(), w.srv.URL+"/xrpc/"+gen.NSIDSubscribeConvoEvents,
		&websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer did:plc:me"}}, Subprotocols: offers})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.CloseNow() })
	if got := res.Header.Get("Sec-WebSocket-Protocol"); got != want {
		t.Errorf("offered %q, the server chose %q, want %q", offers, got, want)
	}
	return ws
}

// The first offered subprotocol that the server has decides about the frames. Without
// one they are binary, as before subprotocols.
func TestSubprotocols(t *testing.T) {
	for _, c := range []struct {
		offers []string
		chosen string
		kind   websocket.MessageType
	}{
		{nil, "", websocket.MessageBinary},
		{[]string{"xrpc.v0.cbor"}, "xrpc.v0.cbor", websocket.MessageBinary},
		{[]string{"xrpc.v1.json"}, "xrpc.v1.json", websocket.MessageText},
		{[]string{"xrpc.v1.json", "xrpc.v0.cbor"}, "xrpc.v1.json", websocket.MessageText},
		{[]string{"xrpc.v9.new", "xrpc.v0.cbor", "xrpc.v1.json"}, "xrpc.v0.cbor", websocket.MessageBinary},
		{[]string{"chat"}, "", websocket.MessageBinary},
	} {
		w := newWorld(t, Config{})
		ws := dialOffering(t, w, c.chosen, c.offers...)
		w.sink(t).Deliver(NewEvent(message(1, 5), nil))
		if kind, _, err := ws.Read(t.Context()); err != nil || kind != c.kind {
			t.Errorf("offered %q: a frame of type %v, %v, want %v", c.offers, kind, err, c.kind)
		}
	}
}

// Text frames have every event, with the type of the subscription, and the end of the
// stream.
func TestTextFrames(t *testing.T) {
	w := newWorld(t, Config{})
	ws := dialOffering(t, w, subprotocolJSON, subprotocolJSON)
	to := w.sink(t)
	type frame struct {
		Type    string          `json:"$type"`
		Payload json.RawMessage `json:"payload"`
	}
	read := func() (f frame) {
		t.Helper()
		kind, raw, err := ws.Read(t.Context())
		if err != nil || kind != websocket.MessageText {
			t.Fatalf("%v %v", kind, err)
		}
		if err := json.Unmarshal(raw, &f); err != nil || f.Type != "message" {
			t.Fatalf("%s: %v", raw, err)
		}
		return f
	}
	decode := func(f frame, into gen.ConvoEvent) {
		t.Helper()
		var typ struct {
			Type string `json:"$type"`
		}
		if err := errors.Join(json.Unmarshal(f.Payload, &typ), json.Unmarshal(f.Payload, into)); err != nil {
			t.Fatal(err)
		}
		if want := gen.NSIDSubscribeConvoEvents + "#" + into.EventName(); typ.Type != want {
			t.Errorf("type is %s, want %s", typ.Type, want)
		}
	}
	for _, ev := range everyEvent() {
		to.Deliver(NewEvent(ev, nil))
		got := wire.NewConvoEvent(ev.EventName())
		if decode(read(), got); !reflect.DeepEqual(got, ev) {
			t.Errorf("sent %+v, got %+v", ev, got)
		}
	}
	to.End(nil)
	last := &gen.InfoEvent{}
	if decode(read(), last); last.Info != "closing" || last.Cursor != "11" {
		t.Errorf("the last event is %+v", last)
	}
	if _, _, err := ws.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("the stream ended with %v", err)
	}
}

// An error is a text frame, and the stream closes after it.
func TestTextFrameOfAnError(t *testing.T) {
	for err, want := range map[*xrpc.Error]string{
		gen.Errorf(gen.ErrConsumerTooSlow, "slow"):                           `{"$type":"error","error":"ConsumerTooSlow","message":"slow"}`,
		xrpc.Errorf(503, xrpc.ServiceUnavailable, "too many changes"):        `{"$type":"error","error":"ServiceUnavailable","message":"too many changes: try again in 5 s"}`,
		xrpc.Errorf(400, xrpc.InvalidRequest, "a \"quote\" and a\nline end"): `{"$type":"error","error":"InvalidRequest","message":"a \"quote\" and a\nline end"}`,
	} {
		w := newWorld(t, Config{})
		ws := dialOffering(t, w, subprotocolJSON, subprotocolJSON)
		w.sink(t).End(err)
		kind, raw, readErr := ws.Read(t.Context())
		if readErr != nil || kind != websocket.MessageText || string(raw) != want {
			t.Errorf("%v %s %v, want %s", kind, raw, readErr, want)
		}
		if _, _, err := ws.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
			t.Errorf("the stream ended with %v", err)
		}
	}
}
