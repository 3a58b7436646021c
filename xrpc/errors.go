package xrpc

import (
	"fmt"
	"net/http"
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
