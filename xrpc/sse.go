package xrpc

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// maxEvent limits the size of one event that a client reads, in bytes.
const maxEvent = 32 << 20

// ServerSentEvent is a received event.
type ServerSentEvent struct {
	// ID is the last id that the stream sent, "" before the first.
	ID string
	// Name is the event's type, "" if the stream sent none.
	Name string
	Data []byte
}

// EventReader parses server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
// It ignores comments and retry fields.
type EventReader struct {
	r    *bufio.Reader
	id   string
	skip bool // the last line ended in CR, so skip a following LF
	line []byte
}

// NewEventReader returns an EventReader that reads from r.
func NewEventReader(r io.Reader) *EventReader {
	return &EventReader{r: bufio.NewReaderSize(r, 32<<10)}
}

var errEventSize = errors.New("an event is too large")

// Next returns the next event that has data, or io.EOF at the end of the
// stream. An incomplete event at the end is dropped, as the standard demands.
func (s *EventReader) Next() (*ServerSentEvent, error) {
	ev, data, hasData := &ServerSentEvent{}, []byte(nil), false
	for {
		line, err := s.readLine()
		if err != nil {
			return nil, err
		}
		if len(line) == 0 {
			if hasData {
				ev.ID, ev.Data = s.id, bytes.TrimSuffix(data, []byte("\n"))
				return ev, nil
			}
			ev.Name = ""
			continue
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "data":
			if len(data)+len(value) > maxEvent {
				return nil, errEventSize
			}
			data, hasData = append(append(data, value...), '\n'), true
		case "event":
			ev.Name = string(value)
		case "id":
			if bytes.IndexByte(value, 0) < 0 {
				s.id = string(value)
			}
		}
	}
}

// readLine returns a line without its terminator: CR, LF or CR LF.
func (s *EventReader) readLine() ([]byte, error) {
	s.line = s.line[:0]
	for {
		if s.r.Buffered() == 0 {
			if _, err := s.r.Peek(1); err != nil {
				return nil, readEnd(err)
			}
		}
		chunk, _ := s.r.Peek(s.r.Buffered())
		if s.skip && chunk[0] == '\n' {
			chunk = chunk[1:]
			discard(s.r, 1)
		}
		s.skip = false
		end := bytes.IndexAny(chunk, "\r\n")
		if end < 0 {
			s.line = append(s.line, chunk...)
			discard(s.r, len(chunk))
			if len(s.line) > maxEvent {
				return nil, errEventSize
			}
			continue
		}
		s.line = append(s.line, chunk[:end]...)
		s.skip = chunk[end] == '\r'
		discard(s.r, end+1)
		return s.line, nil
	}
}

// discard drops bytes that are in the buffer, which cannot fail.
func discard(r *bufio.Reader, n int) { _, _ = r.Discard(n) }

func readEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	return fmt.Errorf("read events: %w", err)
}
