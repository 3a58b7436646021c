package lexgen

import "strings"

// frameTag returns the struct tag of a field that is encoded in frames. As in
// JSON, an optional field is left out if it is nil.
func frameTag(o *object, f *field) string {
	switch {
	case !o.cbor:
		return ""
	case f.required:
		return " `cbor:\"" + f.json + "\"`"
	}
	return " `cbor:\"" + f.json + ",omitzero\"`"
}

// emitEvent writes the methods that only events have.
func emitEvent(w *writer, o *object) {
	w.p("// EventName returns the name of the event's definition in the lexicon.")
	w.p("func (v *%s) EventName() string { return %q }\n", o.name, o.event)
	w.p("// EventCursor returns the position of the event in the stream.")
	w.p("func (v *%s) EventCursor() string { return v.Cursor }\n", o.name)
	w.p("func (*%s) %s() {}\n", o.name, lowerFirst(o.union.name))
}

// emitUnion writes the interface of a union and the function that creates its
// events.
func emitUnion(w *writer, u *union) {
	w.p("")
	w.WriteString(comment("", describeUnion(u)))
	w.p("type %s interface {\nxrpc.Event\n%s()\n}\n", u.name, lowerFirst(u.name))
	w.p("// New%s returns an empty event for a name, or nil if the name is unknown.", u.name)
	w.p("func New%s(name string) %s {\nswitch name {", u.name, u.name)
	for _, o := range u.events {
		w.p("case %q:\nreturn new(%s)", o.event, o.name)
	}
	w.p("}\nreturn nil\n}")
}

// describeUnion returns the doc comment of a union.
func describeUnion(u *union) string {
	names := make([]string, len(u.events))
	for i, o := range u.events {
		names[i] = "*" + o.name
	}
	return u.name + " is an event of " + strings.Join(u.methods, " and ") + ": " + strings.Join(names, ", ") + "."
}

// emitClientStream writes the body of a client method that opens a stream.
func emitClientStream(w *writer, x *method) {
	open := "xrpc.GetEvents"
	if x.subscription {
		open = "subscribe"
	}
	w.p("return %s(ctx, c.Client, NSID%s, p.Values(), wire.New%s)\n}\n", open, x.name, x.union.name)
}

// emitSubscribe writes the WebSocket part of the client, if a method needs it.
func emitSubscribe(m *model) *writer {
	w := new(writer)
	for _, x := range m.methods {
		if x.subscription {
			w.WriteString(subscribe)
			break
		}
	}
	return w
}

// subscribe does not depend on the lexicons.
const subscribe = `// maxFrame limits the size of a received frame, in bytes.
const maxFrame = 32 << 20

// subscribe opens a subscription. The stream ends with ctx.
func subscribe[E xrpc.Event](ctx context.Context, c *xrpc.Client, nsid string, q url.Values, newEvent func(string) E) (*xrpc.Events[E], error) {
	r, err := c.Request(ctx, http.MethodGet, nsid, q, nil)
	if err != nil {
		return nil, err
	}
	ws, res, err := websocket.Dial(ctx, r.URL.String(), &websocket.DialOptions{HTTPClient: c.HTTP, HTTPHeader: r.Header})
	if err != nil {
		if res != nil && res.StatusCode != http.StatusSwitchingProtocols {
			return nil, xrpc.Failure(res)
		}
		return nil, fmt.Errorf("open %s: %w", nsid, err)
	}
	ws.SetReadLimit(maxFrame)
	next := func() ([]byte, error) {
		kind, frame, err := ws.Read(ctx)
		switch {
		case err == nil && kind == websocket.MessageBinary:
			return frame, nil
		case err == nil:
			return nil, errors.New("read frame: it is text")
		case websocket.CloseStatus(err) == websocket.StatusNormalClosure, websocket.CloseStatus(err) == websocket.StatusGoingAway:
			return nil, io.EOF
		}
		return nil, fmt.Errorf("read frame: %w", err)
	}
	return xrpc.NewEvents(&xrpc.FrameSource{Next: next, Shut: ws.CloseNow}, newEvent), nil
}
`
