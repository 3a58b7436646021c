package stream

import "catbird.blue/mls/xrpc"

// transport writes events to one connection. Its methods are called one at a
// time, except for abort.
type transport interface {
	// size returns the size of an event on this connection, in bytes.
	size(ev *Event) int
	// admit counts ev, which is written next, towards the length of the stream.
	// It returns false if the stream would get too long.
	admit(ev *Event) bool
	// try writes as much of ev as the connection takes at once, and returns the
	// rest.
	try(ev *Event) (rest []byte, err error)
	// write writes the rest of an event and then events, and waits for the
	// connection.
	write(rest []byte, events []*Event) error
	// finish writes the end of the stream and closes the connection. cursor is
	// that of the last event, "" if there was none; cause is the error that ends
	// the stream, nil for a stream that ends in good order. complete: the client
	// has no reason to come back.
	finish(cursor string, cause *xrpc.Error, complete bool)
	// abort closes the connection at once.
	abort()
}
