package stream

import (
	"net/http"
	"slices"
	"strings"

	"github.com/coder/websocket"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// The subprotocols of event streams (RFC 6455, section 1.9), as proposal 0015 of the
// AT Protocol names them.
const (
	subprotocolCBOR = "xrpc.v0.cbor"
	subprotocolJSON = "xrpc.v1.json"
)

// chooseSubprotocol returns the first offered subprotocol that the service has, ""
// for none. The library would choose by the order of the server.
func chooseSubprotocol(h http.Header) string {
	for _, line := range h.Values("Sec-WebSocket-Protocol") {
		for offered := range strings.SplitSeq(line, ",") {
			if offered = strings.TrimSpace(offered); slices.Contains([]string{subprotocolCBOR, subprotocolJSON}, offered) {
				return offered
			}
		}
	}
	return ""
}

// frames is the form of the frames of a WebSocket.
type frames struct {
	kind  websocket.MessageType
	event func(*Event) []byte
	// closing and failure make the last frame of a stream.
	closing func(*gen.InfoEvent) []byte
	failure func(name, message string) []byte
}

// binaryFrames are those of an AT Protocol event stream. Clients that offer no
// subprotocol get them.
var binaryFrames = &frames{
	kind:    websocket.MessageBinary,
	event:   (*Event).cbor,
	closing: func(ev *gen.InfoEvent) []byte { return xrpc.EventFrame(ev) },
	failure: xrpc.ErrorFrame,
}

var textFrames = &frames{
	kind:    websocket.MessageText,
	event:   (*Event).textFrame,
	closing: func(ev *gen.InfoEvent) []byte { return xrpc.EventText(gen.NSIDSubscribeConvoEvents, ev) },
	failure: xrpc.ErrorText,
}

// framesOf returns the form for a subprotocol.
func framesOf(subprotocol string) *frames {
	if subprotocol == subprotocolJSON {
		return textFrames
	}
	return binaryFrames
}
