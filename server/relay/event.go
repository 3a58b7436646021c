package relay

import (
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// header is the first object of a frame
// (https://atproto.com/specs/event-stream#framing).
type header struct {
	Op   int64  `cbor:"op"`
	Type string `cbor:"t"`
}

const (
	opMessage = 1
	opError   = -1
)

// event has the fields of the second object of a frame that are used here, of all
// types of events.
type event struct {
	kind   string
	Seq    int64  `cbor:"seq"`
	DID    string `cbor:"did"`
	Active bool   `cbor:"active"`
	Status string `cbor:"status"`
	// Name is that of an #info event.
	Name string `cbor:"name"`
}

// relayError is an error frame.
type relayError struct {
	Code    string `cbor:"error"`
	Message string `cbor:"message"`
}

func (e *relayError) Error() string { return "the relay says " + e.Code }

var errNotFrame = errors.New("the relay sent something that is no frame of subscribeRepos")

// decode reads a frame. The error is a *relayError for an error frame. A frame with
// an unknown operation, which clients ignore, gives an empty event.
func decode(frame []byte) (event, error) {
	var h header
	rest, err := cbor.UnmarshalFirst(frame, &h)
	if err != nil {
		return event{}, fmt.Errorf("%w: %w", errNotFrame, err)
	}
	switch h.Op {
	case opError:
		var e relayError
		if err := cbor.Unmarshal(rest, &e); err != nil {
			return event{}, fmt.Errorf("%w: %w", errNotFrame, err)
		}
		return event{}, &e
	case opMessage:
	default:
		return event{}, nil
	}
	ev := event{kind: h.Type}
	if err := cbor.Unmarshal(rest, &ev); err != nil {
		return event{}, fmt.Errorf("%w: %w", errNotFrame, err)
	}
	return ev, nil
}
