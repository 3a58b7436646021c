package stream

import (
	"context"
	"errors"

	"catbird.blue/mls/xrpc"
)

// Want is what a client asks a stream for.
type Want struct {
	// DID is the account whose events it gets.
	DID string
	// ConvoIDs restricts the stream to these conversations; empty for all.
	ConvoIDs []xrpc.ConvoID
	// Cursor is that of the last event the client has, as the client sent it; ""
	// for a stream that begins now.
	Cursor string
}

// MaxCursor is the longest cursor that the lexicons let a client send, in bytes.
const MaxCursor = 256

// Source gives streams their events.
type Source interface {
	// Attach begins to give a stream its events. If it returns an *xrpc.Error,
	// such as InvalidCursor, FutureCursor, ConvoNotFound or NotMember, the client
	// gets this error and no stream. Otherwise the source may call sink from any
	// goroutine, also before Attach returns: the events wait until then.
	//
	// detach is called once, when the stream is over, by a goroutine that holds
	// no locks: so detach may take a lock that the source holds when it calls
	// sink. ctx is that of the request and ends soon after Attach; a goroutine
	// that feeds the stream ends with sink.Done.
	Attach(ctx context.Context, want Want, sink Sink) (detach func(), err error)
}

// Sink is one open stream as its source sees it. Events are written in the order
// of the calls. The methods are safe for concurrent use.
type Sink interface {
	// Deliver accepts an event and never blocks. If no event waits, it writes to
	// the connection at once. If the waiting events exceed the buffer, it ends
	// the stream with ConsumerTooSlow. It returns false if the stream is over.
	Deliver(ev *Event) bool
	// Send accepts an event of a replay, and waits for space in the buffer. The
	// error is ErrOver, or that of ctx.
	Send(ctx context.Context, ev *Event) error
	// End ends the stream behind the accepted events. If err is nil or
	// ErrComplete, the last event is an infoEvent "closing" with the cursor of
	// the event before it. Otherwise the stream ends with err, an *xrpc.Error or
	// an internal error.
	End(err error)
	// Done is closed when the stream is over.
	Done() <-chan struct{}
}

// ErrOver is what Send returns for a stream that is over.
var ErrOver = errors.New("the stream is over")

// ErrComplete ends a stream that will have no more events: the client has no
// reason to open it again.
var ErrComplete = errors.New("the stream is complete")
