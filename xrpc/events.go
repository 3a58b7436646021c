package xrpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Events is an open stream on the client's side. It must be used by one
// goroutine at a time.
type Events[E Event] struct {
	source EventSource
	// newEvent returns a new event for a name, or nil for an unknown name.
	newEvent func(name string) E
	cursor   string
}

// EventSource delivers events: from an answer of server-sent events, or from a
// WebSocket.
type EventSource interface {
	// Receive returns the name and the cursor of the next event, and a function
	// that decodes its body. io.EOF means that the stream ended without an
	// error.
	Receive() (name, cursor string, read func(Event) error, err error)
	Close() error
}

// NewEvents returns a stream that reads from source. newEvent returns a new
// event for a name, or nil for an unknown name.
func NewEvents[E Event](source EventSource, newEvent func(name string) E) *Events[E] {
	return &Events[E]{source: source, newEvent: newEvent}
}

// Next returns the next event. It skips events whose names this client does not
// know. It returns io.EOF when the service ended the stream without an error,
// and an *Error when the service reported one.
func (s *Events[E]) Next() (E, error) {
	for {
		var none E
		name, cursor, read, err := s.source.Receive()
		if err != nil {
			return none, err
		}
		ev := s.newEvent(name)
		if any(ev) == nil {
			s.advance(cursor)
			continue
		}
		if err := read(ev); err != nil {
			// Only the text is kept. A wrapped *Error would look like one that
			// the service returned.
			return none, errors.New("read event: " + err.Error())
		}
		s.advance(ev.EventCursor())
		return ev, nil
	}
}

func (s *Events[E]) advance(cursor string) {
	if cursor != "" {
		s.cursor = cursor
	}
}

// Cursor returns the position of the last event that was read, "" before the
// first. A new stream with this cursor continues there.
func (s *Events[E]) Cursor() string { return s.cursor }

// Close ends the stream.
func (s *Events[E]) Close() error { return s.source.Close() }

// GetEvents opens a query that answers with server-sent events. The stream ends
// with ctx.
func GetEvents[E Event](ctx context.Context, c *Client, nsid string, q url.Values, newEvent func(name string) E) (*Events[E], error) {
	// Events are small and sent one by one, so compression costs more than it
	// saves.
	header := http.Header{"Accept": {EventStream}, "Accept-Encoding": {"identity"}}
	res, err := c.do(ctx, http.MethodGet, nsid, q, header, nil)
	if err != nil {
		return nil, err
	}
	if t := res.Header.Get("Content-Type"); !strings.HasPrefix(t, EventStream) {
		return nil, errors.Join(fmt.Errorf("open stream: the answer is %q", printable(t)), res.Body.Close())
	}
	return NewEvents(&sseSource{body: res.Body, events: NewEventReader(res.Body)}, newEvent), nil
}

// sseSource is an EventSource for an answer of server-sent events.
type sseSource struct {
	body   io.ReadCloser
	events *EventReader
}

func (s *sseSource) Close() error { return s.body.Close() }

func (s *sseSource) Receive() (name, cursor string, read func(Event) error, err error) {
	ev, err := s.events.Next()
	if err != nil {
		return "", "", nil, err
	}
	var t eventHeader
	if err := DecodeJSON(ev.Data, &t); err != nil {
		return "", "", nil, errors.New("read event: " + err.Error())
	}
	_, name, _ = strings.Cut(t.typ, "#")
	return name, t.cursor, func(v Event) error {
		if err := DecodeJSON(ev.Data, v); err != nil {
			return err
		}
		return Check(v)
	}, nil
}

// FrameSource is an EventSource for event stream frames.
type FrameSource struct {
	// Next returns the next frame, or io.EOF if the stream ended without an
	// error.
	Next func() ([]byte, error)
	// Shut closes the connection.
	Shut func() error
}

// Close implements EventSource.
func (s *FrameSource) Close() error { return s.Shut() }

// Receive implements EventSource.
func (s *FrameSource) Receive() (name, cursor string, read func(Event) error, err error) {
	raw, err := s.Next()
	if err != nil {
		return "", "", nil, err
	}
	f, err := ParseFrame(raw)
	if err != nil {
		return "", "", nil, err
	}
	if f.Err != nil {
		return "", "", nil, f.Err
	}
	return strings.TrimPrefix(f.Type, "#"), frameCursor(f.Body), func(v Event) error { return DecodeFrame(f.Body, v) }, nil
}
