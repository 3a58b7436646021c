package xrpc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Names of errors that the protocol defines for all methods
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

// Names of this service's own that any method may return: the operator, or the
// account's PDS, has put an end to what the caller wants to do.
const (
	// AccountSuspended: the operator of this service has suspended the account.
	AccountSuspended = "AccountSuspended"
	// AccountInactive: the account's PDS says that it is not active.
	AccountInactive = "AccountInactive"
	// ConvoLocked: the operator has locked the conversation. Members can read
	// and leave it, and remove others.
	ConvoLocked = "ConvoLocked"
)

// protocolErrors are the names that any method may return.
var protocolErrors = []string{InvalidRequest, AuthenticationRequired, RateLimitExceeded, PayloadTooLarge,
	InternalServerError, MethodNotImplemented, NotFound, UpstreamFailure, ServiceUnavailable,
	AccountSuspended, AccountInactive, ConvoLocked}

// Error is a failure that is reported to the client: the HTTP status, an error
// name that the lexicon or the protocol defines, and a message for people.
type Error struct {
	Status  int
	Name    string
	Message string
	// RetryAfter becomes the Retry-After header if it is positive. A 429 or 503
	// without it gets 5 s.
	RetryAfter time.Duration
	// Cause is logged. It is never sent to the client.
	Cause error
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Name, e.Message, e.Cause)
	}
	return e.Name + ": " + e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Errorf returns an Error.
func Errorf(status int, name, format string, args ...any) *Error {
	return &Error{Status: status, Name: name, Message: fmt.Sprintf(format, args...)}
}

// Invalid returns an InvalidRequest error about the value at path.
func Invalid(path, format string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Name: InvalidRequest, Message: path + ": " + fmt.Sprintf(format, args...)}
}

// statusClientClosed is the status that proxies log for a client that closed
// the connection before the answer. No client receives it.
const statusClientClosed = 499

// AsError returns the *Error in err. For any other error it returns one that
// tells the client nothing and has err as its cause: ServiceUnavailable for a
// timeout, otherwise InternalServerError.
func AsError(err error) *Error {
	var e *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.Canceled):
		return &Error{Status: statusClientClosed, Name: ServiceUnavailable, Message: "the request was cancelled", Cause: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Status: http.StatusServiceUnavailable, Name: ServiceUnavailable,
			Message: "the answer took too long", RetryAfter: time.Second, Cause: err}
	}
	return &Error{Status: http.StatusInternalServerError, Name: InternalServerError,
		Message: "internal server error", Cause: err}
}

// envelope is the JSON body of an error answer
// (https://atproto.com/specs/xrpc#error-responses).
type envelope struct {
	Error   string
	Message string
}

// EncodeJSON implements Encodable.
func (v *envelope) EncodeJSON(e *Encoder) {
	e.Open()
	e.Name("error").String(v.Error)
	e.Name("message").String(v.Message)
	e.Close()
}

// DecodeJSON implements Decodable. message is optional.
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

// defaultRetry is the time to wait after a 429 or 503 that names none.
const defaultRetry = 5 * time.Second

// Told returns the message that clients get. That of a 429 or 503 ends with "try
// again in N s", where N is Retry-After: a PDS drops the header, so clients read the
// message.
func (e *Error) Told() string {
	if e.Status != http.StatusTooManyRequests && e.Status != http.StatusServiceUnavailable {
		return e.Message
	}
	form := fmt.Sprintf("try again in %d s", e.retrySeconds())
	switch {
	case strings.HasSuffix(e.Message, form):
		return e.Message
	case e.Message == "":
		return form
	}
	return e.Message + ": " + form
}

// retrySeconds returns the value of Retry-After, 0 for none.
func (e *Error) retrySeconds() int {
	wait := e.RetryAfter
	if wait <= 0 && (e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable) {
		wait = defaultRetry
	}
	return int((wait + time.Second - 1) / time.Second)
}

// WriteError writes the status, headers and envelope of e. Nothing of the
// answer may have been written before.
func WriteError(w http.ResponseWriter, e *Error) error {
	h := w.Header()
	allowOrigins(h)
	if seconds := e.retrySeconds(); seconds > 0 {
		h.Set("Retry-After", strconv.Itoa(seconds))
	}
	return writeJSON(w, e.Status, Marshal(&envelope{Error: e.Name, Message: e.Told()}))
}

// writeJSON writes a complete JSON answer.
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
