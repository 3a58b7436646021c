// Package stream writes events to open streams: server-sent events and WebSocket
// frames. A Source gives each stream its events through a Sink; the Source of the
// service is the Hub of package server/stream/log. This package does not know
// where events come from, and the log does not know sockets.
//
// An event is encoded once in each form, however many streams get it. An idle
// stream costs little memory: its connection is taken over from net/http, and it
// has no buffer and no writing goroutine.
//
// # The life of one event
//
//   - The handler of a room calls Streams.SSE or Streams.WebSocket. That adds the
//     stream to the sessions of its account, which may end an older one, calls
//     Attach of the Source with the outbox as the Sink, and takes over the
//     connection.
//   - The Source makes an Event with NewEvent and calls Deliver of every Sink that
//     gets it, or Send for an event of a replay.
//   - If no event waits in the outbox, Deliver writes it on the goroutine of the
//     Source: the transport encodes the Event, unless another stream has done so,
//     and the connection takes what it can at once (package trywrite). Otherwise
//     the event waits in pending, and a drainer writes it. If more waits than the
//     buffer may hold, the stream ends with ConsumerTooSlow.
//   - The outbox keeps the cursor of the last event that the connection has taken.
//     It is the cursor of the last event of the stream, "closing".
//
// A stream ends if its client leaves or is too slow, if a newer stream of its
// account takes its place, at its greatest age, at Shutdown, or when its Source
// ends it.
//
// # Files
//
//   - stream.go: Want, Source, Sink.
//   - event.go: Event and its encodings; chunked coding and gzip.
//   - streams.go: Streams, the open streams of an instance; heartbeats, Shutdown.
//     config.go: Config and the bounds of streams.
//   - sessions.go: the number of streams and long polls of an account.
//   - outbox.go, pending.go, drainer.go: one stream, the events that wait in it,
//     and the goroutine that writes these.
//   - transport.go, sse.go, websocket.go: one connection.
//     subprotocol.go: the forms of the frames of a WebSocket.
//   - metrics.go.
//   - trywrite: the write that does not wait. streamtest: checks what streams
//     deliver. log: the Source.
package stream
