package apitest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bluesky-social/indigo/atproto/atdata"
	"github.com/coder/websocket"
	"github.com/fxamacker/cbor/v2"

	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/xrpc"
)

// patience is how long a test waits for an event.
const patience = 5 * time.Minute

// streaming reports whether a method answers with events.
func streaming(m *xrpc.Method) bool {
	return m.Kind == xrpc.Subscription || m.OutputEncoding == xrpc.EventStream
}

// tap is an open stream of a client. The recorder gets all events.
type tap struct {
	t testing.TB
	m *xrpc.Method
	// read returns an event as JSON with its $type, the error that ends the
	// stream, or io.EOF.
	read  func() ([]byte, *failure, error)
	close func()
}

// open opens a stream of an account, nil for none. If it was refused, it
// returns the answer instead.
func (s *stack) open(t testing.TB, as *authtest.Account, name string, input any) (*tap, answer) {
	t.Helper()
	m := methodNamed(t, name)
	r := s.request(t, m, input)
	if as != nil {
		r.Header.Set("Authorization", "Bearer "+as.Token(serviceDID, m.NSID))
	}
	return s.tap(t, m, r)
}

// opened fails the test unless the stream opens.
func (s *stack) opened(t testing.TB, as *authtest.Account, name string, input any) *tap {
	t.Helper()
	p, a := s.open(t, as, name, input)
	if p == nil {
		t.Fatalf("answer is %s, want a stream", a.short())
	}
	return p
}

func (s *stack) tap(t testing.TB, m *xrpc.Method, r *http.Request) (*tap, answer) {
	t.Helper()
	if m.Kind == xrpc.Subscription {
		return s.dialSocket(t, m, r)
	}
	// As a browser does. Without it the stream ends before a PDS would cut it
	// off.
	r.Header.Set("Accept", xrpc.EventStream)
	res, err := s.client.Do(r)
	if err != nil {
		t.Fatalf("%s: %v", m.NSID, err)
	}
	if res.StatusCode != http.StatusOK {
		defer res.Body.Close()
		return nil, refusal(t, m, res)
	}
	if ct, cc := res.Header.Get("Content-Type"), res.Header.Get("Cache-Control"); ct != xrpc.EventStream || !strings.HasPrefix(cc, "no-store") {
		t.Errorf("%s: Content-Type is %q, Cache-Control %q", m.NSID, ct, cc)
	}
	events := xrpc.NewEventReader(res.Body)
	p := &tap{t: t, m: m, close: func() { _ = res.Body.Close() }}
	p.read = func() ([]byte, *failure, error) {
		ev, err := events.Next()
		if err != nil {
			return nil, nil, err
		}
		var body struct{ Cursor string }
		if err := json.Unmarshal(ev.Data, &body); err != nil || body.Cursor != ev.ID || ev.Name != "" {
			return nil, nil, fmt.Errorf("event %q with id %q: %s, %w", ev.Name, ev.ID, ev.Data, err)
		}
		return ev.Data, nil, nil
	}
	t.Cleanup(p.close)
	return p, answer{}
}

func refusal(t testing.TB, m *xrpc.Method, res *http.Response) answer {
	t.Helper()
	a := answer{res.StatusCode, res.Header, must(io.ReadAll(res.Body))(t)}
	seen.check(t, m, a)
	return a
}

func (s *stack) dialSocket(t testing.TB, m *xrpc.Method, r *http.Request) (*tap, answer) {
	t.Helper()
	ws, res, err := websocket.Dial(t.Context(), r.URL.String(), &websocket.DialOptions{HTTPClient: s.client, HTTPHeader: r.Header})
	if err != nil {
		if res == nil {
			t.Fatalf("%s: %v", m.NSID, err)
		}
		return nil, refusal(t, m, res) // at most 1024 bytes of it
	}
	ws.SetReadLimit(4 << 20)
	p := &tap{t: t, m: m, close: func() { _ = ws.CloseNow() }}
	p.read = func() ([]byte, *failure, error) {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		kind, raw, err := ws.Read(ctx)
		switch {
		case websocket.CloseStatus(err) != -1:
			return nil, nil, io.EOF
		case err != nil:
			return nil, nil, err
		case kind != websocket.MessageBinary:
			return nil, nil, fmt.Errorf("a frame of text: %.100q", raw)
		}
		return readFrame(m.NSID, raw)
	}
	t.Cleanup(p.close)
	return p, answer{}
}

// readFrame decodes a frame of an event stream
// (https://atproto.com/specs/event-stream) independently of the code that wrote
// it.
func readFrame(nsid string, raw []byte) ([]byte, *failure, error) {
	var header struct {
		Op   int64  `cbor:"op"`
		Type string `cbor:"t"`
	}
	rest, err := cbor.UnmarshalFirst(raw, &header)
	if err != nil {
		return nil, nil, err
	}
	body, err := atdata.UnmarshalCBOR(rest)
	if err != nil {
		return nil, nil, err
	}
	switch header.Op {
	case 1:
		body["$type"] = nsid + header.Type
		data, err := json.Marshal(body)
		return data, nil, err
	case -1:
		name, _ := body["error"].(string)
		message, _ := body["message"].(string)
		return nil, &failure{name, message}, nil
	}
	return nil, nil, fmt.Errorf("a frame of operation %d", header.Op)
}

// next returns the next event, or the error that ends the stream. Both are nil
// if the stream ended.
func (p *tap) next() ([]byte, *failure) {
	p.t.Helper()
	data, failed, err := p.read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		p.t.Fatalf("%s: %v", p.m.NSID, err)
	case failed != nil:
		seen.broke(p.t, p.m, *failed)
	default:
		seen.event(p.t, p.m, data)
	}
	return data, failed
}

// event has the fields of an event that tests check.
type event struct {
	Type   string `json:"$type"`
	Cursor string
	Info   string
	// ConvoID is that of the event or of its message.
	ConvoID string
	Message struct {
		ConvoID string
		Seq     int64
	}
}

// nextEvent returns the next event. Its type is without the NSID of the method.
func (p *tap) nextEvent() event {
	p.t.Helper()
	data, failed := p.next()
	if data == nil {
		p.t.Fatalf("%s: want an event, the stream ended with %v", p.m.NSID, failed)
	}
	return p.parse(data)
}

func (p *tap) parse(data []byte) event {
	p.t.Helper()
	var ev event
	if err := json.Unmarshal(data, &ev); err != nil {
		p.t.Fatal(err)
	}
	ev.Type = strings.TrimPrefix(ev.Type, p.m.NSID+"#")
	if ev.ConvoID == "" {
		ev.ConvoID = ev.Message.ConvoID
	}
	return ev
}

// rest returns all events up to the end of the stream, at most 1000.
func (p *tap) rest() []event {
	p.t.Helper()
	var out []event
	for range 1000 {
		data, failed := p.next()
		if failed != nil {
			p.t.Fatalf("%s: the stream ended with %v", p.m.NSID, *failed)
		}
		if data == nil {
			return out
		}
		out = append(out, p.parse(data))
	}
	p.t.Fatalf("%s: the stream does not end", p.m.NSID)
	return nil
}

// glance opens a stream and returns its first event as an answer, so that it
// can be compared with answers of other methods. An error gets the status that
// it has elsewhere, since a frame has none.
func (s *stack) glance(t testing.TB, m *xrpc.Method, r *http.Request) answer {
	t.Helper()
	p, a := s.tap(t, m, r)
	if p == nil {
		return a
	}
	defer p.close()
	a = answer{http.StatusOK, http.Header{"Content-Type": {"application/json"}}, nil}
	data, failed := p.next()
	switch {
	case failed != nil:
		a.status = statusOf(failed.Error)
		a.body = must(json.Marshal(map[string]string{"error": failed.Error, "message": failed.Message}))(t)
	case data == nil:
		t.Fatalf("%s: the stream says nothing", m.NSID)
	default:
		a.body = data
	}
	return a
}
