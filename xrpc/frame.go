package xrpc

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/fxamacker/cbor/v2"
)

// Values of op in the header of a frame.
const (
	opMessage = 1
	opError   = -1
)

// FrameHeader is the first of the two DAG-CBOR objects of a frame
// (https://atproto.com/specs/event-stream#streaming-wire-protocol-v0).
type FrameHeader struct {
	// Op is 1 for a message and −1 for an error.
	Op int64 `cbor:"op"`
	// Type is the fragment of a message's definition, such as "#messageEvent".
	Type string `cbor:"t,omitempty"`
}

// frameError is the body of an error frame.
type frameError struct {
	Error   string `cbor:"error"`
	Message string `cbor:"message,omitempty"`
}

// encMode writes DAG-CBOR: map keys sorted by length and then by bytes, no
// indefinite lengths, and never null for an array
// (https://ipld.io/specs/codecs/dag-cbor/spec/).
var encMode = func() cbor.UserBufferEncMode {
	m, err := cbor.EncOptions{Sort: cbor.SortLengthFirst, NilContainers: cbor.NilContainerAsEmpty,
		IndefLength: cbor.IndefLengthForbidden}.UserBufferEncMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return m
}()

// decMode refuses a frame that could be understood in two ways.
var decMode = func() cbor.DecMode {
	m, err := cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden,
		FieldNameMatching: cbor.FieldNameMatchingCaseSensitive}.DecMode()
	if err != nil {
		panic(err)
	}
	return m
}()

// EventFrame encodes an event as a frame: header and body.
func EventFrame(ev Event) []byte {
	return frame(FrameHeader{Op: opMessage, Type: "#" + ev.EventName()}, ev)
}

// EventText encodes an event as a text frame of the draft xrpc.v1.json (proposal 0015
// of the AT Protocol). nsid is that of the subscription.
func EventText(nsid string, ev Event) []byte {
	return slices.Concat([]byte(`{"$type":"message","payload":`), EventJSON(nsid, ev), []byte("}"))
}

// ErrorText encodes the text frame that ends a stream with an error.
func ErrorText(name, message string) []byte {
	return Marshal(&errorText{name, message})
}

type errorText struct{ name, message string }

// EncodeJSON implements Encodable.
func (v *errorText) EncodeJSON(e *Encoder) {
	e.Open()
	e.Name("$type").String("error")
	e.Name("error").String(v.name)
	e.Name("message").String(v.message)
	e.Close()
}

// ErrorFrame encodes the frame that ends a stream with an error.
func ErrorFrame(name, message string) []byte {
	return frame(FrameHeader{Op: opError}, frameError{Error: name, Message: message})
}

func frame(header FrameHeader, body any) []byte {
	var b bytes.Buffer
	if err := errors.Join(encMode.MarshalToBuffer(header, &b), encMode.MarshalToBuffer(body, &b)); err != nil {
		// Only types that CBOR does not support can fail, and generated events
		// have no such fields.
		panic(fmt.Sprintf("encode frame: %v", err))
	}
	return b.Bytes()
}

// Frame is a received frame: a message, or the error that ends the stream.
type Frame struct {
	// Type is the fragment of a message's definition, such as "#messageEvent".
	Type string
	// Body is the body of a message in DAG-CBOR.
	Body []byte
	// Err is the content of an error frame, nil for a message. Its status is
	// 400, because frames carry no status.
	Err *Error
}

// ParseFrame splits a frame into header and body. It returns an error for an op
// that the protocol does not define.
func ParseFrame(raw []byte) (*Frame, error) {
	var h FrameHeader
	body, err := decMode.UnmarshalFirst(raw, &h)
	if err != nil {
		return nil, fmt.Errorf("frame header: %w", err)
	}
	if err := decMode.Wellformed(body); err != nil {
		return nil, fmt.Errorf("frame body: %w", err)
	}
	switch h.Op {
	case opMessage:
		return &Frame{Type: h.Type, Body: body}, nil
	case opError:
		var e frameError
		if err := decMode.Unmarshal(body, &e); err != nil {
			return nil, fmt.Errorf("error frame: %w", err)
		}
		return &Frame{Err: Errorf(http.StatusBadRequest, e.Error, "%s", e.Message)}, nil
	}
	return nil, fmt.Errorf("frame header: unknown operation %d", h.Op)
}

// DecodeFrame decodes the body of a message into v and checks it against its
// lexicon.
func DecodeFrame(body []byte, v Event) error {
	if err := decMode.Unmarshal(body, v); err != nil {
		return fmt.Errorf("%s: %w", v.EventName(), err)
	}
	return Check(v)
}

// frameCursor returns the cursor in the body of an event, whether the event's
// type is known or not.
func frameCursor(body []byte) string {
	var v struct {
		Cursor string `cbor:"cursor"`
	}
	if decMode.Unmarshal(body, &v) != nil {
		return ""
	}
	return v.Cursor
}
