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

// Events is an open stream, as a client has it. One goroutine reads it.
type Events[E Event] struct {
	source EventSource
	// fresh gives a new event of a name, nil for a name that is not known.
	fresh  func(name string) E
	cursor string
}

// EventSource is what events come from: an answer of server-sent events, or a
// WebSocket.
type EventSource interface {
	// Receive gives the next event: its name, its cursor, and how its body is
	// read. io.EOF is a clean end.
	Receive() (name, cursor string, read func(Event) error, err error)
	Close() error
}

// NewEvents reads from source. fresh gives a new event of a name, or nil.
func NewEvents[E Event](source EventSource, fresh func(name string) E) *Events[E] {
	return &Events[E]{source: source, fresh: fresh}
}

// Next gives the next event, and io.EOF when the service has ended the stream
// in good order. Events of kinds that this client does not know are skipped.
// What the service states as an error is an *Error.
func (s *Events[E]) Next() (E, error) {
	for {
		var none E
		name, cursor, read, err := s.source.Receive()
		if err != nil {
			return none, err
		}
		ev := s.fresh(name)
		if any(ev) == nil {
			s.advance(cursor)
			continue
		}
		if err := read(ev); err != nil {
			// As text: an *Error in err would look like the service's.
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

// Cursor is where to go on: the position of the last event that was read, ""
// before the first.
func (s *Events[E]) Cursor() string { return s.cursor }

// Close ends the stream.
func (s *Events[E]) Close() error { return s.source.Close() }

// GetEvents opens the stream of a query with server-sent events. It lives
// until ctx ends.
func GetEvents[E Event](ctx context.Context, c *Client, nsid string, q url.Values, fresh func(name string) E) (*Events[E], error) {
	// Events are small and come alone: compression costs more than it saves.
	header := http.Header{"Accept": {EventStream}, "Accept-Encoding": {"identity"}}
	res, err := c.do(ctx, http.MethodGet, nsid, q, header, nil)
	if err != nil {
		return nil, err
	}
	if t := res.Header.Get("Content-Type"); !strings.HasPrefix(t, EventStream) {
		return nil, errors.Join(fmt.Errorf("open stream: the answer is %q", printable(t)), res.Body.Close())
	}
	return NewEvents(&sseSource{body: res.Body, events: NewEventReader(res.Body)}, fresh), nil
}

// sseSource reads an answer of server-sent events.
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
	var t typed
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

// FrameSource is an EventSource of frames.
type FrameSource struct {
	// Next gives the next frame, io.EOF at a clean end.
	Next func() ([]byte, error)
	// Shut ends the stream.
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
