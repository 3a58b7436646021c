package xrpc

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"time"
)

// Kind says how a method is called (https://atproto.com/specs/xrpc).
type Kind int

const (
	// Query is called with GET and reads.
	Query Kind = iota
	// Procedure is called with POST and may write.
	Procedure
	// Subscription is a WebSocket of event stream frames.
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

// Method is what a lexicon and the policy of lexgen say about one method. The
// generated table gen.Methods holds one for each lexicon.
type Method struct {
	// NSID is the lexicon's name, which is also the token's lxm and the
	// last segment of the route.
	NSID string
	Kind Kind
	// Rate is the class of methods that share a rate with this one.
	Rate RateClass
	// Public methods answer without a token.
	Public bool
	// InputEncoding and OutputEncoding are MIME types as the lexicon has
	// them; "" where there is no body, "*/*" for any.
	InputEncoding, OutputEncoding string
	// MaxBody is the largest request body in bytes.
	MaxBody int64
	// TooLarge is the error name for a larger one, where the lexicon
	// declares one; otherwise it is PayloadTooLarge.
	TooLarge string
	// Errors are the names the lexicon declares.
	Errors []string
	// Ticket is set where the parameter "ticket" can stand for a token.
	Ticket bool
}

// EventStream is the MIME type of server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html).
const EventStream = "text/event-stream"

// Streams tells whether the method answers with events rather than with one
// object.
func (m *Method) Streams() bool { return m.Kind == Subscription || m.OutputEncoding == EventStream }

// Unknown stands in for the method of a request that names none of ours, so
// that what strangers send does not become a metric's label.
var Unknown = &Method{NSID: "unknown"}

// Declares tells whether an error of this name and status may be an answer of
// the method: its lexicon has it, or it belongs to the protocol.
func (m *Method) Declares(e *Error) bool {
	return slices.Contains(m.Errors, e.Name) || slices.Contains(protocolErrors, e.Name) ||
		e.Status == http.StatusUnauthorized
}

// Caller is the account a request is answered for.
type Caller struct {
	// DID is the account, proven by a service token. It is empty for
	// methods that are Public.
	DID string
	// Source is the network that the request came from, where the Plumbing
	// tells it.
	Source netip.Prefix
	// Scope is what a ticket was bound to, in the words of who gave it: the
	// only thing the caller may see by it. Empty means no bound.
	Scope ConvoID
}

// Proof is what a request proves: who calls.
type Proof struct {
	Caller Caller
	// Spend uses up what proved it, a token or a ticket that is good for one
	// call. It is called when every bound has let the call through, so that a
	// call that is refused leaves nothing behind and may be made again. It
	// returns an *Error where somebody else was first. nil where the same
	// token may come again.
	Spend func(ctx context.Context) error
}

// Authenticator proves who calls. It returns an *Error with status 401 where
// it cannot.
type Authenticator interface {
	Authenticate(ctx context.Context, r *http.Request, m *Method) (Proof, error)
}

// Tickets proves who calls by the value of the parameter "ticket", for methods
// whose Ticket is set. It returns an *Error with status 401 for a ticket that
// is unknown, used or expired.
type Tickets interface {
	Find(ctx context.Context, ticket string, m *Method) (Proof, error)
}

// Call is a request that is being let in.
type Call struct {
	Method *Method
	// Caller is proven, or empty where the method is Public.
	Caller  Caller
	Request *http.Request
}

// Step is a bound that calls have to pass. It returns an *Error, such as
// RateLimitExceeded, for a call that does not.
type Step func(ctx context.Context, c *Call) error

// Observer hears of every finished request: errName is "" for a success, and
// otherwise the name in the error's envelope.
type Observer interface {
	Observe(m *Method, status int, errName string, took time.Duration)
}

// Auditor sees every answer of a method. Tests hold answers against the
// lexicons with it.
type Auditor interface {
	// Answered hears of a success; body is the JSON, nil for a Download. It is
	// good until Answered returns.
	Answered(m *Method, body []byte)
	// Failed hears of an error.
	Failed(m *Method, e *Error)
}

// Bodies shares out the memory that request bodies take.
type Bodies interface {
	// Begin begins a body of a caller, known by its DID or, before that is
	// proven, by its Source. lose is called when the body has to give way to
	// others, from any goroutine; it ends the reading, and tells whether it
	// was not over already. It must not call the Room.
	Begin(caller Caller, lose func() bool) Room
}

// Room is the memory of one body.
type Room interface {
	// Grow charges n bytes before they are allocated. With an error, which is
	// an *Error, nothing was charged.
	Grow(n int64) error
	// Shrink gives n bytes back.
	Shrink(n int64)
	// Stream charges what a body takes that is passed on while it is read.
	Stream() error
	// Arrived counts bytes that the client has sent.
	Arrived(n int)
	// Whole says that the body has been read to its end, and cannot lose any
	// more.
	Whole()
	// End gives back what is left.
	End()
}

// Plumbing is what every generated route needs besides its handler. All but
// Auth may be nil.
type Plumbing struct {
	Auth Authenticator
	// Tickets is asked instead of Auth where a request has a ticket. While it
	// is nil, no method takes tickets.
	Tickets Tickets
	// Admit has the bounds on calls, in the order in which they are asked. Each
	// call passes them after it is known who calls and before its token is
	// spent; the first that refuses ends it.
	Admit []Step
	// Source tells the network that a request came from, and Bodies gives
	// memory for its body.
	Source  func(*http.Request) netip.Prefix
	Bodies  Bodies
	Observe Observer
	Audit   Auditor
}

// Upload is the input of a method whose lexicon takes any bytes.
type Upload struct {
	Body io.Reader
	// ContentType as the request has it; "application/octet-stream" where
	// it has none.
	ContentType string
	// ContentLength in bytes, -1 where the request is chunked.
	ContentLength int64
}

// Download is the output of a method whose lexicon gives any bytes. The route
// closes Body after writing it.
type Download struct {
	Body io.ReadCloser
	// Status is 200, or 206 with Header carrying Content-Range.
	Status int
	Header http.Header
}
