package xrpc

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// streamParams are the parameters of a streaming method.
type streamParams struct{ Cursor *string }

func (v *streamParams) Check(c *Checker) {
	if v.Cursor != nil {
		c.String("cursor", *v.Cursor, 1, 4)
	}
}

func (v *streamParams) Parse(q url.Values) error {
	p := NewParams(q)
	v.Cursor = p.OptString("cursor")
	return p.Done(v)
}

// gate accepts the token "good", and the ticket "one" once.
type gate struct{ redeemed []string }

func (g *gate) Authenticate(_ context.Context, r *http.Request, _ *Method) (Proof, error) {
	if r.Header.Get("Authorization") != "Bearer good" {
		return Proof{}, Errorf(http.StatusUnauthorized, AuthenticationRequired, "a token is needed")
	}
	return Proof{Caller: Caller{DID: "did:plc:token"}}, nil
}

func (g *gate) Find(_ context.Context, ticket string, m *Method) (Proof, error) {
	if ticket != "one" || len(g.redeemed) > 0 {
		return Proof{}, Errorf(http.StatusUnauthorized, "InvalidTicket", "%s: used", m.NSID)
	}
	return Proof{Caller: Caller{DID: "did:plc:ticket", Scope: "convo"}, Spend: func(context.Context) error {
		g.redeemed = append(g.redeemed, ticket)
		return nil
	}}, nil
}

var (
	streamMethod    = &Method{NSID: "com.example.watch", Kind: Query, OutputEncoding: EventStream, Ticket: true}
	subscribeMethod = &Method{NSID: "com.example.follow", Kind: Subscription, Ticket: true}
)

func TestTickets(t *testing.T) {
	for _, c := range []struct {
		path, token string
		want        Caller
		status      int
		name        string
		redeemed    int
	}{
		{"/", "good", Caller{DID: "did:plc:token"}, 200, "", 0},
		{"/?ticket=one", "", Caller{DID: "did:plc:ticket", Scope: "convo"}, 200, "", 1},
		{"/?ticket=two", "", Caller{}, 401, "InvalidTicket", 0},
		{"/?ticket=", "", Caller{}, 401, "InvalidTicket", 0},
		{"/", "", Caller{}, 401, AuthenticationRequired, 0},
		{"/?ticket=one&ticket=one", "", Caller{}, 400, InvalidRequest, 0},
		// A ticket must not be used up when the request is refused because it
		// also has a token.
		{"/?ticket=one", "good", Caller{}, 400, InvalidRequest, 0},
	} {
		g, got := &gate{}, Caller{}
		rt := Route{streamMethod, QueryStream(func(_ context.Context, caller Caller, _ *streamParams, out *Stream) error {
			got = caller
			out.Begin(http.StatusOK)
			return nil
		})}
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		if c.token != "" {
			r.Header.Set("Authorization", "Bearer "+c.token)
		}
		w := httptest.NewRecorder()
		e := AsError(rt.Serve(w, r, &Plumbing{Auth: g, Tickets: g}))
		if c.status == 200 && e != nil || c.status != 200 && (e == nil || e.Status != c.status || e.Name != c.name) {
			t.Errorf("%s: %v", c.path, e)
		}
		if got != c.want || len(g.redeemed) != c.redeemed {
			t.Errorf("%s: caller %+v, redeemed %v", c.path, got, g.redeemed)
		}
		if w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: a page of another origin hears nothing", c.path)
		}
	}
}

// A method without tickets refuses them, and so does every method while
// Plumbing has no Tickets.
func TestWithoutTickets(t *testing.T) {
	g := &gate{}
	plain := *streamMethod
	plain.Ticket = false
	for m, p := range map[*Method]*Plumbing{&plain: {Auth: g, Tickets: g}, streamMethod: {Auth: g}} {
		rt := Route{m, QueryStream(func(context.Context, Caller, *streamParams, *Stream) error { return nil })}
		e := AsError(rt.Serve(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/?ticket=one", nil), p))
		if e == nil || e.Name != AuthenticationRequired || len(g.redeemed) != 0 {
			t.Errorf("%v %v", e, g.redeemed)
		}
	}
}

// An error before the answer begins becomes an error answer; a later one breaks
// the connection.
func TestStreamErrors(t *testing.T) {
	for _, begun := range []bool{false, true} {
		o := &observed{}
		rt := Route{streamMethod, QueryStream(func(_ context.Context, _ Caller, _ *streamParams, out *Stream) error {
			if begun {
				out.Begin(http.StatusOK)
			}
			return Errorf(http.StatusBadRequest, "FutureCursor", "ahead")
		})}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Authorization", "Bearer good")
		broke := any(nil)
		err := func() (err error) {
			defer func() { broke = recover() }()
			return rt.Serve(httptest.NewRecorder(), r, &Plumbing{Auth: &gate{}, Observe: o})
		}()
		aborted, _ := broke.(error)
		if begun != errors.Is(aborted, http.ErrAbortHandler) || !begun && AsError(err).Name != "FutureCursor" {
			t.Errorf("begun %v: %v, broke with %v", begun, err, broke)
		}
		if want := map[bool]int{false: 400, true: 200}[begun]; o.status != want || o.name != "FutureCursor" {
			t.Errorf("begun %v: observed %d %s", begun, o.status, o.name)
		}
	}
	rt := Route{streamMethod, QueryStream(func(context.Context, Caller, *streamParams, *Stream) error { panic("reached") })}
	r := httptest.NewRequest(http.MethodGet, "/?cursor=toolong", nil)
	r.Header.Set("Authorization", "Bearer good")
	if e := AsError(rt.Serve(httptest.NewRecorder(), r, &Plumbing{Auth: &gate{}})); e.Name != InvalidRequest || !strings.HasPrefix(e.Message, "cursor: ") {
		t.Error(e)
	}
}

type observed struct {
	status int
	name   string
}

func (o *observed) Observe(_ *Method, status int, name string, _ time.Duration) {
	o.status, o.name = status, name
}

// Only a WebSocket handshake (RFC 6455) reaches the method.
func TestSubscriptionHandshake(t *testing.T) {
	handshake := map[string]string{"Connection": "keep-alive, Upgrade", "Upgrade": "WebSocket", "Sec-WebSocket-Version": "13",
		"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
	for name, value := range map[string]string{"": "", "Connection": "close", "Upgrade": "h2c", "Sec-WebSocket-Version": "8",
		"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAA*=="} {
		reached := false
		rt := Route{subscribeMethod, SubscriptionStream(func(_ context.Context, _ Caller, _ *streamParams, out *Stream) error {
			reached = true
			out.Begin(http.StatusSwitchingProtocols)
			return nil
		})}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Authorization", "Bearer good")
		for k, v := range handshake {
			r.Header.Set(k, v)
		}
		if name != "" {
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		e := AsError(rt.Serve(w, r, &Plumbing{Auth: &gate{}}))
		if good := name == ""; reached != good || good != (e == nil) || !good && (e.Status != 426 || w.Header().Get("Upgrade") != "websocket") {
			t.Errorf("%s %s: reached %v, %v", name, value, reached, e)
		}
	}
}

// The reader follows the parsing rules of the HTML standard, however the bytes
// are split.
func TestEventReader(t *testing.T) {
	for in, want := range map[string][]ServerSentEvent{
		"data: a\n\n":                                  {{Data: []byte("a")}},
		"data:a\r\n\r\ndata: b\r\rdata:c\n\n":          {{Data: []byte("a")}, {Data: []byte("b")}, {Data: []byte("c")}},
		"data: a\ndata:  b\ndata\n\n":                  {{Data: []byte("a\n b\n")}},
		": comment\nretry: 5\nid: 1\n\ndata: a\n\n":    {{ID: "1", Data: []byte("a")}},
		"id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n": {{ID: "1", Data: []byte("a")}, {ID: "1", Data: []byte("b")}, {Data: []byte("c")}},
		"event: x\n\ndata: a\n\nevent: y\ndata: b\n\n": {{Data: []byte("a")}, {Name: "y", Data: []byte("b")}},
		"id: a\x00b\ndata: a\n\n":                      {{Data: []byte("a")}},
		"data\n\n":                                     {{Data: []byte{}}},
		"data: cut off\n":                              nil,
		"data: cut off":                                nil,
		"":                                             nil,
		"unknown: x\ndata: a\n\n":                      {{Data: []byte("a")}},
	} {
		for name, r := range map[string]io.Reader{"whole": strings.NewReader(in), "bytewise": iotest.OneByteReader(strings.NewReader(in))} {
			events, got := NewEventReader(r), []ServerSentEvent(nil)
			var err error
			for {
				var ev *ServerSentEvent
				if ev, err = events.Next(); err != nil {
					break
				}
				got = append(got, *ev)
			}
			if !errors.Is(err, io.EOF) || !reflect.DeepEqual(got, want) {
				t.Errorf("%q %s:\ngot  %+v %v\nwant %+v", in, name, got, err, want)
			}
		}
	}
	if _, err := NewEventReader(iotest.ErrReader(io.ErrUnexpectedEOF)).Next(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	if _, err := NewEventReader(io.MultiReader(strings.NewReader("data: "), endless{})).Next(); !errors.Is(err, errEventSize) {
		t.Error(err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// news is an event type for tests.
type news struct {
	Cursor string `cbor:"cursor"`
	Text   string `cbor:"text"`
}

func (v *news) EventName() string   { return "news" }
func (v *news) EventCursor() string { return v.Cursor }
func (v *news) Check(c *Checker)    { c.String("text", v.Text, 0, 5) }
func (v *news) EncodeJSON(e *Encoder) {
	e.Open()
	e.Name("cursor").String(v.Cursor)
	e.Name("text").String(v.Text)
	e.Close()
}
func (v *news) DecodeJSON(d *Decoder) error {
	return d.Object(func(name string) error {
		switch name {
		case "cursor":
			return DecodeString(&v.Cursor, d)
		case "text":
			return DecodeString(&v.Text, d)
		}
		return d.Skip()
	}, "cursor", "text")
}

func newNews(name string) Event {
	if name == "news" {
		return new(news)
	}
	return nil
}

// A client skips events of unknown types but keeps their cursors. Events that
// it cannot decode must not look like an error that the service returned.
func TestUnknownEvents(t *testing.T) {
	const data = "id: 1\ndata: {\"$type\":\"a.b.c#olds\",\"cursor\":\"1\",\"x\":[1]}\n\n"
	read := func(text string) *Events[Event] {
		body := io.NopCloser(strings.NewReader(text))
		return NewEvents(&sseSource{body: body, events: NewEventReader(body)}, newNews)
	}
	events := read(data)
	if _, err := events.Next(); !errors.Is(err, io.EOF) || events.Cursor() != "1" {
		t.Error(err, events.Cursor())
	}
	events = read(data + "data: " + string(EventJSON("a.b.c", &news{"2", "hi"})) + "\n\n")
	if ev, err := events.Next(); err != nil || *ev.(*news) != (news{"2", "hi"}) || events.Cursor() != "2" {
		t.Error(ev, err)
	}
	for _, bad := range []string{"data: {}\n\n", "data: x\n\n", "data: {\"$type\":\"a.b.c#news\",\"cursor\":\"3\"}\n\n",
		"data: {\"$type\":\"a.b.c#news\",\"cursor\":\"3\",\"text\":\"too long\"}\n\n"} {
		events := read(bad)
		var e *Error
		if ev, err := events.Next(); err == nil || errors.As(err, &e) || events.Cursor() != "" {
			t.Errorf("%s: %v %v %s", bad, ev, err, events.Cursor())
		}
	}
	frames := [][]byte{frame(FrameHeader{Op: 1, Type: "#olds"}, map[string]any{"cursor": "1", "x": []byte{1}}),
		EventFrame(&news{"2", "hi"}), ErrorFrame("Gone", "away")}
	fromFrames := NewEvents(&FrameSource{Next: func() ([]byte, error) {
		next := frames[0]
		frames = frames[1:]
		return next, nil
	}}, newNews)
	if ev, err := fromFrames.Next(); err != nil || *ev.(*news) != (news{"2", "hi"}) {
		t.Error(ev, err)
	}
	var e *Error
	if _, err := fromFrames.Next(); !errors.As(err, &e) || e.Name != "Gone" || e.Message != "away" || fromFrames.Cursor() != "2" {
		t.Error(err)
	}
}

func TestMalformedFrames(t *testing.T) {
	good := EventFrame(&news{"1", "a"})
	for name, raw := range map[string][]byte{
		"empty": nil, "header only": {0xa1, 0x62, 'o', 'p', 1}, "cut off": good[:len(good)-1], "more": append(good[:len(good):len(good)], 0),
		"operation": frame(FrameHeader{Op: 2}, &news{}), "no map": {1, 2}, "text": []byte("{}"),
		"indefinite": {0xbf, 0x62, 'o', 'p', 1, 0xff, 0xa0}, "twice": {0xa2, 0x62, 'o', 'p', 1, 0x62, 'o', 'p', 1, 0xa0},
		"error without a name": frame(FrameHeader{Op: -1}, []int{1}),
	} {
		if f, err := ParseFrame(raw); err == nil {
			t.Errorf("%s: %+v", name, f)
		}
	}
	f, err := ParseFrame(good)
	if err != nil || f.Type != "#news" {
		t.Fatal(err)
	}
	if err := DecodeFrame(f.Body, new(news)); err != nil {
		t.Error(err)
	}
}
