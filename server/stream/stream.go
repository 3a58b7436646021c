// Package stream writes open streams: server-sent events and WebSocket frames,
// from a Source of events. An event is encoded once, whatever the number of
// streams that carry it. What a stream costs while nothing happens is little:
// the connection is taken from net/http, and no buffer and no writing
// goroutine belong to it.
package stream

import (
	"context"
	"errors"

	"catbird.blue/mls/xrpc"
)

// Want is what a client asks a stream for.
type Want struct {
	// DID whose events it wants.
	DID string
	// ConvoIDs, where there are any, are the only conversations.
	ConvoIDs []string
	// Cursor of the last event the client has, as it gave it; "" for a
	// stream that begins now.
	Cursor string
}

// MaxCursor is the longest cursor that the lexicons let a client send, in bytes.
const MaxCursor = 256

// Source is where streams get their events.
type Source interface {
	// Attach begins to feed a stream. An *xrpc.Error, such as InvalidCursor,
	// FutureCursor, ConvoNotFound or NotMember, is told to the client and
	// there is no stream. Otherwise the source may call sink from any
	// goroutine, already before Attach returns: what it hands over waits.
	//
	// detach is called once, when the stream is over, from a goroutine of its
	// own: it may take a lock that was held around a call of sink. ctx is the
	// request's and ends soon after Attach; what feeds the stream lives by
	// sink.Done.
	Attach(ctx context.Context, want Want, sink Sink) (detach func(), err error)
}

// Sink is one open stream as its source sees it. What is handed over first is
// written first. The methods are safe for concurrent use.
type Sink interface {
	// Deliver hands over an event without ever blocking. It is written to
	// the connection at once where nothing waits before it. A stream whose
	// waiting events exceed its buffer is ended as ConsumerTooSlow. false
	// means that the stream is over.
	Deliver(ev *Event) bool
	// Send hands over an event of a replay, waiting for room. The error is
	// ErrOver, or that of ctx.
	Send(ctx context.Context, ev *Event) error
	// End ends the stream behind what was handed over: in good order where
	// err is nil or ErrComplete, with a last infoEvent "closing" that carries
	// the cursor of the event before it; else with what err says, an
	// *xrpc.Error or an internal one.
	End(err error)
	// Done is closed when the stream is over.
	Done() <-chan struct{}
}

// ErrOver is what Send gives for a stream that is over.
var ErrOver = errors.New("the stream is over")

// ErrComplete ends a stream of which nothing more will come: there is no reason
// to open it again.
var ErrComplete = errors.New("the stream is complete")

// transport is the way onto one connection. Its methods are called one at a
// time, but for abort.
type transport interface {
	// size of an event on this connection, in bytes.
	size(ev *Event) int
	// admit takes note that ev is written next. false: the stream would get
	// longer than it may be.
	admit(ev *Event) bool
	// try writes as much of ev as the connection takes at once, and gives the
	// rest.
	try(ev *Event) (rest []byte, err error)
	// write writes the rest of an event and then events, waiting for the
	// connection.
	write(rest []byte, events []*Event) error
	// finish writes the last words and closes the connection; cursor is that
	// of the last event, "" where there was none. complete: nothing more is to
	// be had by coming back.
	finish(cursor string, why *xrpc.Error, complete bool)
	// abort closes the connection as it is.
	abort()
}
