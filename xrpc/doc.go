// Package xrpc is the runtime of the generated code in gen and gen/client. It
// contains the description of a method, the caller, the request handling that
// all methods share, the error type with its JSON envelope, and the encodings of
// the AT Protocol data model. It does not depend on echo, on the database or on
// MLS.
//
// # The life of a call
//
// A generated route (gen/routes.go) is a Route: a Method and a Handler. Route.Serve
// asks Plumbing.Auth who calls, then each step of Plumbing.Admit whether the call
// is within its limits, and then spends the token. The Handler is one of the
// generic functions in handlers.go, such as QueryJSON. It reads the parameters or
// the body of the Exchange into the generated type, which decodes and checks
// itself by the lexicon, and calls the method of gen.Service with the Caller and
// that value. The generated type of the output encodes itself. An error becomes
// the JSON envelope: an Error with the name that the lexicon declares, and every
// other error an InternalServerError without its text. The Client does the same
// backwards: it sends the encoded input and decodes the output or the envelope.
//
// A method that streams gets a Stream instead: the admitted request and an answer
// that has not begun. Its events are encoded as server-sent events or as frames
// of an event stream, and read back by Events.
//
// JSON is read strictly, and bytes leniently: docs/decisions/0003-strict-json.md.
//
// # Files
//
//   - xrpc.go: Method, Caller, Plumbing: what a call consists of
//   - convoid.go, stored.go: ids of conversations and messages, and their stored forms
//   - serve.go, handlers.go: from an admitted request to its answer
//   - cors.go: what pages of other origins may do
//   - params.go, range.go: parameters and the Range header
//   - body.go, bodymemory.go: reading a body within its size, time and memory
//   - decode.go, decodevalues.go, check.go: JSON in, and the constraints of lexicons
//   - encode.go, bytes.go: JSON out, and the encodings of bytes
//   - errors.go: the error type and the errors of the protocol
//   - event.go, stream.go: events, and the answer of a method that streams
//   - sse.go, frame.go: the two forms of an event on the wire
//   - client.go, events.go: the client's side of calls and streams
//   - coalesce.go: answers that leave in one piece
package xrpc
