package xrpc

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"time"
)

// Kind is the kind of a method, which decides how it is called
// (https://atproto.com/specs/xrpc).
type Kind int

const (
	// Query is called with GET and changes nothing.
	Query Kind = iota
	// Procedure is called with POST and may change data.
	Procedure
	// Subscription is a WebSocket that carries event stream frames.
	Subscription
)

// Verb returns the HTTP method that calls a method of this kind.
func (k Kind) Verb() string {
	if k == Procedure {
		return http.MethodPost
	}
	return http.MethodGet
}

// RateClass is a group of methods that share a rate: calls of one class by one
// account come out of one bucket. Its text is the name that clients see in
// errors.
type RateClass uint8

const (
	// RateRead: queries that read the caller's own conversations.
	RateRead RateClass = iota
	// RateSend: application messages, ephemeral signals, read positions.
	RateSend
	// RateChange: what changes a group or asks others to: commits,
	// proposals, joins, leaving, GroupInfo.
	RateChange
	// RatePublish: key packages, devices, Welcomes confirmed.
	RatePublish
	// RateClaim: leasing the key packages of others.
	RateClaim
	// RateUpload and RateDownload: blobs.
	RateUpload
	RateDownload
	// RateStream: opening streams and asking for tickets.
	RateStream
	// RatePublic: methods that need no token, by the network of the caller's
	// address. What they answer comes out of a cache.
	RatePublic
	// RateClasses is the number of classes.
	RateClasses
)

var rateClassNames = [RateClasses]string{
	"read", "send", "change", "publish", "claim", "upload", "download", "stream", "public",
}

func (c RateClass) String() string { return rateClassNames[c] }

// Method describes one method, as its lexicon and the policy of lexgen define it.
// The generated table gen.Methods holds one for each lexicon.
type Method struct {
	// NSID is the name of the lexicon. It is also the lxm of a service token
	// and the last segment of the route.
	NSID string
	Kind Kind
	// Rate is the class of methods that share a rate with this one.
	Rate RateClass
	// Public methods need no token.
	Public bool
	// InputEncoding and OutputEncoding are the MIME types in the lexicon; ""
	// means no body and "*/*" means any type.
	InputEncoding, OutputEncoding string
	// MaxBody is the largest request body in bytes.
	MaxBody int64
	// TooLarge is the error name for a larger body, if the lexicon declares
	// one; otherwise the name is PayloadTooLarge.
	TooLarge string
	// Errors lists the error names that the lexicon declares.
	Errors []string
	// Ticket is set if the parameter "ticket" can replace a token.
	Ticket bool
}

// EventStream is the MIME type of server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html).
const EventStream = "text/event-stream"

// Streams reports whether the method answers with a stream of events rather
// than with one object.
func (m *Method) Streams() bool { return m.Kind == Subscription || m.OutputEncoding == EventStream }

// Unknown replaces the method of a request that names no known method, so that
// clients cannot create new metric labels.
var Unknown = &Method{NSID: "unknown"}

// Declares reports whether the method may return an error with this name and
// status: the lexicon or the protocol defines it.
func (m *Method) Declares(e *Error) bool {
	return slices.Contains(m.Errors, e.Name) || slices.Contains(protocolErrors, e.Name) ||
		e.Status == http.StatusUnauthorized
}

// Caller is the account that makes the request.
type Caller struct {
	// DID is the account, authenticated by a service token. It is empty for
	// Public methods.
	DID string
	// Source is the network that the request came from. It is set if Plumbing
	// has a Source.
	Source netip.Prefix
	// Scope limits the caller to the conversation that the ticket was issued for.
	// Empty means no limit.
	Scope ConvoID
}

// Proof is the result of authenticating a request.
type Proof struct {
	Caller Caller
	// Spend uses up the token or ticket, which is valid for one call. It is
	// called when every limit has admitted the call, so that a refused call
	// does not use up the token and may be repeated. It returns an *Error if
	// another request was first. It is nil if the token may be used again.
	Spend func(ctx context.Context) error
}

// Authenticator authenticates the caller. If it cannot, it returns an *Error
// with status 401.
type Authenticator interface {
	Authenticate(ctx context.Context, r *http.Request, m *Method) (Proof, error)
}

// Tickets authenticates the caller by the value of the parameter "ticket", for
// methods whose Ticket is set. It returns an *Error with status 401 for a
// ticket that is unknown, used or expired.
type Tickets interface {
	Find(ctx context.Context, ticket string, m *Method) (Proof, error)
}

// Call describes a request that is being admitted.
type Call struct {
	Method *Method
	// Caller is authenticated, or empty if the method is Public.
	Caller  Caller
	Request *http.Request
}

// Step is a limit that a call must pass. It returns an *Error such as
// RateLimitExceeded to refuse the call.
type Step func(ctx context.Context, c *Call) error

// Observer is called for every finished request. errName is "" for a success,
// and otherwise the name in the error's envelope.
type Observer interface {
	Observe(m *Method, status int, errName string, took time.Duration)
}

// Auditor is called with every answer of a method. Tests use it to check
// answers against the lexicons.
type Auditor interface {
	// Answered is called for a success. body is the JSON, nil for a Download;
	// it is valid until Answered returns.
	Answered(m *Method, body []byte)
	// Failed is called for an error.
	Failed(m *Method, e *Error)
}

// Bodies divides the memory for request bodies among callers.
type Bodies interface {
	// Begin registers a body. The caller is identified by its DID or, before it
	// is authenticated, by its Source.
	//
	// lose is called, from any goroutine, when the body must give up its memory
	// to others. It stops the reader and reports whether it was still reading.
	// lose must not call the BodyMemory.
	Begin(caller Caller, lose func() bool) BodyMemory
}

// BodyMemory accounts for the memory of one body.
type BodyMemory interface {
	// Grow charges n bytes before they are allocated. If it returns an error,
	// which is an *Error, nothing was charged.
	Grow(n int64) error
	// Shrink returns n bytes.
	Shrink(n int64)
	// Stream charges the buffers of a body that is passed on while it is read.
	Stream() error
	// Arrived records that n bytes have come from the client.
	Arrived(n int)
	// Whole records that the body has been read to its end, so that lose is not
	// called any more.
	Whole()
	// End returns all memory that is still charged.
	End()
}

// Plumbing holds what every generated route needs besides its handler. All
// fields except Auth may be nil.
type Plumbing struct {
	Auth Authenticator
	// Tickets is used instead of Auth if a request has a ticket. While it is
	// nil, every method refuses tickets.
	Tickets Tickets
	// Admit lists the limits on calls in the order in which they are checked.
	// They are checked after the caller is authenticated and before its token
	// is used up. The first refusal ends the call.
	Admit []Step
	// Source returns the network that a request came from. Bodies provides the
	// memory for its body.
	Source  func(*http.Request) netip.Prefix
	Bodies  Bodies
	Observe Observer
	Audit   Auditor
}

// Upload is the input of a method whose lexicon accepts raw bytes.
type Upload struct {
	Body io.Reader
	// ContentType is the request's Content-Type, or "application/octet-stream"
	// if it has none.
	ContentType string
	// ContentLength is the number of bytes, or -1 if the request is chunked.
	ContentLength int64
}

// Download is the output of a method whose lexicon returns raw bytes. The route
// closes Body after writing it.
type Download struct {
	Body io.ReadCloser
	// Status is 200, or 206 if Header contains Content-Range.
	Status int
	Header http.Header
}
