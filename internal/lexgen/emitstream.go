package lexgen

import "strings"

// frameTag gives the struct tag of a field that is written in frames. What is
// optional is left out where it is nil, as in JSON.
func frameTag(o *object, f *field) string {
	switch {
	case !o.cbor:
		return ""
	case f.required:
		return " `cbor:\"" + f.json + "\"`"
	}
	return " `cbor:\"" + f.json + ",omitzero\"`"
}

// emitEvent writes what an event has besides any object's methods.
func emitEvent(w *writer, o *object) {
	w.p("// EventName is the event's name in its lexicons.")
	w.p("func (v *%s) EventName() string { return %q }\n", o.name, o.event)
	w.p("// EventCursor is the event's position.")
	w.p("func (v *%s) EventCursor() string { return v.Cursor }\n", o.name)
	w.p("func (*%s) %s() {}\n", o.name, lowerFirst(o.union.name))
}

// emitUnion writes the interface of a union, and what makes its events.
func emitUnion(w *writer, u *union) {
	w.p("")
	w.WriteString(comment("", describeUnion(u)))
	w.p("type %s interface {\nxrpc.Event\n%s()\n}\n", u.name, lowerFirst(u.name))
	w.p("// New%s gives an empty event of a name, nil for a name that is not known.", u.name)
	w.p("func New%s(name string) %s {\nswitch name {", u.name, u.name)
	for _, o := range u.events {
		w.p("case %q:\nreturn new(%s)", o.event, o.name)
	}
	w.p("}\nreturn nil\n}")
}

// describeUnion gives the text of a union's doc comment.
func describeUnion(u *union) string {
	names := make([]string, len(u.events))
	for i, o := range u.events {
		names[i] = "*" + o.name
	}
	return u.name + " is an event of " + strings.Join(u.methods, " and ") + ": " + strings.Join(names, ", ") + "."
}

// emitClientStream writes the body of a client's method that opens a stream.
func emitClientStream(w *writer, x *method) {
	open := "xrpc.GetEvents"
	if x.subscription {
		open = "subscribe"
	}
	w.p("return %s(ctx, c.Client, NSID%s, p.Values(), wire.New%s)\n}\n", open, x.name, x.union.name)
}

// emitSubscribe writes the WebSocket of a client, where a method needs one.
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

// subscribe is the same for any lexicons.
const subscribe = `// maxFrame bounds a frame that is received, in bytes.
const maxFrame = 32 << 20

// subscribe opens a subscription. It lives until ctx ends.
func subscribe[E xrpc.Event](ctx context.Context, c *xrpc.Client, nsid string, q url.Values, fresh func(string) E) (*xrpc.Events[E], error) {
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
	return xrpc.NewEvents(&xrpc.FrameSource{Next: next, Shut: ws.CloseNow}, fresh), nil
}
`
