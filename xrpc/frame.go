package xrpc

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"

	"github.com/fxamacker/cbor/v2"
)

// Operations in the header of a frame.
const (
	opMessage = 1
	opError   = -1
)

// FrameHeader is the first of the two DAG-CBOR objects in a frame of an event
// stream (https://atproto.com/specs/event-stream#streaming-wire-protocol-v0).
type FrameHeader struct {
	// Op is 1 for a message, −1 for an error.
	Op int64 `cbor:"op"`
	// Type of a message: the fragment of its definition, "#messageEvent".
	Type string `cbor:"t,omitempty"`
}

// frameError is the body of an error frame.
type frameError struct {
	Error   string `cbor:"error"`
	Message string `cbor:"message,omitempty"`
}

// encoding is DAG-CBOR: map keys by length and then by bytes, nothing of
// indefinite length, arrays that are never null
// (https://ipld.io/specs/codecs/dag-cbor/spec/).
var encoding = func() cbor.UserBufferEncMode {
	m, err := cbor.EncOptions{Sort: cbor.SortLengthFirst, NilContainers: cbor.NilContainerAsEmpty,
		IndefLength: cbor.IndefLengthForbidden}.UserBufferEncMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return m
}()

// decoding is strict where a frame could be read in two ways.
var decoding = func() cbor.DecMode {
	m, err := cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden,
		FieldNameMatching: cbor.FieldNameMatchingCaseSensitive}.DecMode()
	if err != nil {
		panic(err)
	}
	return m
}()

// EventFrame gives an event as a frame: header and body.
func EventFrame(ev Event) []byte {
	return frame(FrameHeader{Op: opMessage, Type: "#" + ev.EventName()}, ev)
}

// ErrorFrame gives the frame that ends a stream with an error.
func ErrorFrame(name, message string) []byte {
	return frame(FrameHeader{Op: opError}, frameError{Error: name, Message: message})
}

func frame(header FrameHeader, body any) []byte {
	var b bytes.Buffer
	if err := errors.Join(encoding.MarshalToBuffer(header, &b), encoding.MarshalToBuffer(body, &b)); err != nil {
		// Only values of types that CBOR does not have fail, and the
		// generator writes no such types into events.
		panic(fmt.Sprintf("encode frame: %v", err))
	}
	return b.Bytes()
}

// Frame is one that was received: a message, or the error that ends the
// stream.
type Frame struct {
	// Type of a message, "#messageEvent".
	Type string
	// Body of a message, in DAG-CBOR.
	Body []byte
	// Err is what an error frame says, nil in a message. Its status is 400:
	// frames have none.
	Err *Error
}

// ParseFrame takes a frame apart. Messages with operations that the protocol
// does not have are an error.
func ParseFrame(raw []byte) (*Frame, error) {
	var h FrameHeader
	body, err := decoding.UnmarshalFirst(raw, &h)
	if err != nil {
		return nil, fmt.Errorf("frame header: %w", err)
	}
	if err := decoding.Wellformed(body); err != nil {
		return nil, fmt.Errorf("frame body: %w", err)
	}
	switch h.Op {
	case opMessage:
		return &Frame{Type: h.Type, Body: body}, nil
	case opError:
		var e frameError
		if err := decoding.Unmarshal(body, &e); err != nil {
			return nil, fmt.Errorf("error frame: %w", err)
		}
		return &Frame{Err: Errorf(http.StatusBadRequest, e.Error, "%s", e.Message)}, nil
	}
	return nil, fmt.Errorf("frame header: unknown operation %d", h.Op)
}

// DecodeFrame reads the body of a message into v, and holds it against its
// lexicon.
func DecodeFrame(body []byte, v Event) error {
	if err := decoding.Unmarshal(body, v); err != nil {
		return fmt.Errorf("%s: %w", v.EventName(), err)
	}
	return Check(v)
}

// frameCursor gives the position in the body of any event, known or not.
func frameCursor(body []byte) string {
	var v struct {
		Cursor string `cbor:"cursor"`
	}
	if decoding.Unmarshal(body, &v) != nil {
		return ""
	}
	return v.Cursor
}
