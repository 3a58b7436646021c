package xrpc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Names of errors that belong to the protocol and not to one lexicon
// (https://atproto.com/specs/xrpc, @atproto/xrpc-server).
const (
	InvalidRequest         = "InvalidRequest"
	AuthenticationRequired = "AuthenticationRequired"
	RateLimitExceeded      = "RateLimitExceeded"
	PayloadTooLarge        = "PayloadTooLarge"
	InternalServerError    = "InternalServerError"
	MethodNotImplemented   = "MethodNotImplemented"
	NotFound               = "NotFound"
	UpstreamFailure        = "UpstreamFailure"
	ServiceUnavailable     = "ServiceUnavailable"
)

// protocolErrors may be answered by any method.
var protocolErrors = []string{InvalidRequest, AuthenticationRequired, RateLimitExceeded, PayloadTooLarge,
	InternalServerError, MethodNotImplemented, NotFound, UpstreamFailure, ServiceUnavailable}

// Error is a failure the client is told of: the HTTP status, a name that the
// lexicon declares or the protocol knows, and a sentence for a person.
type Error struct {
	Status  int
	Name    string
	Message string
	// RetryAfter, where positive, becomes the Retry-After header.
	RetryAfter time.Duration
	// Cause is for the log and never reaches the client.
	Cause error
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Name, e.Message, e.Cause)
	}
	return e.Name + ": " + e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Errorf makes an Error.
func Errorf(status int, name, format string, args ...any) *Error {
	return &Error{Status: status, Name: name, Message: fmt.Sprintf(format, args...)}
}

// Invalid makes an InvalidRequest error about the value at path.
func Invalid(path, format string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Name: InvalidRequest, Message: path + ": " + fmt.Sprintf(format, args...)}
}

// statusClientGone is what proxies log for a client that did not wait for its
// answer. Nobody receives it.
const statusClientGone = 499

// AsError gives the *Error in err. Any other error becomes one that tells the
// client nothing, with err as its cause: ServiceUnavailable where time ran out,
// else InternalServerError.
func AsError(err error) *Error {
	var e *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.Canceled):
		return &Error{Status: statusClientGone, Name: ServiceUnavailable, Message: "the request was cancelled", Cause: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Status: http.StatusServiceUnavailable, Name: ServiceUnavailable,
			Message: "the answer took too long; try again", Cause: err}
	}
	return &Error{Status: http.StatusInternalServerError, Name: InternalServerError,
		Message: "internal server error", Cause: err}
}

// envelope is the body of an error answer (https://atproto.com/specs/xrpc#error-responses).
type envelope struct {
	Error   string
	Message string
}

// EncodeJSON writes the envelope.
func (v *envelope) EncodeJSON(e *Encoder) {
	e.Open()
	e.Name("error").String(v.Error)
	e.Name("message").String(v.Message)
	e.Close()
}

// DecodeJSON reads an envelope; message may be missing.
func (v *envelope) DecodeJSON(d *Decoder) error {
	return d.Object(func(name string) error {
		switch name {
		case "error":
			return DecodeString(&v.Error, d)
		case "message":
			return DecodeString(&v.Message, d)
		}
		return d.Skip()
	}, "error")
}

// WriteError writes the status, headers and envelope of e. Nothing may have
// been written before.
func WriteError(w http.ResponseWriter, e *Error) error {
	h := w.Header()
	if e.RetryAfter > 0 {
		seconds := (e.RetryAfter + time.Second - 1) / time.Second
		h.Set("Retry-After", strconv.Itoa(int(seconds)))
	}
	return writeJSON(w, e.Status, Marshal(&envelope{Error: e.Name, Message: e.Message}))
}

// writeJSON writes a whole JSON answer.
func writeJSON(w http.ResponseWriter, status int, body []byte) error {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	return nil
}
