package xrpc

import (
	"context"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
)

// Stream gives a streaming method control over the answer to an admitted
// request, before the answer has begun. The method may take over the connection
// and return while the stream continues.
type Stream struct {
	// W writes the answer. Its header holds the fields that every answer has.
	W http.ResponseWriter
	R *http.Request

	x *Exchange
}

// Begin must be called when the answer begins, with its status. Before that, an
// error that the method returns becomes a normal error answer; after it, an
// error breaks the connection.
func (s *Stream) Begin(status int) {
	s.x.status, s.x.wrote = status, true
	if s.x.audit != nil {
		s.x.audit.Answered(s.x.Method, nil)
	}
}

// QueryStream handles a query with parameters that answers with server-sent
// events.
func QueryStream[I any, PI params[I]](call func(context.Context, Caller, *I, *Stream) error) Handler {
	return func(ctx context.Context, caller Caller, x *Exchange) error {
		in := new(I)
		if err := parseQuery(x.R, PI(in).Parse); err != nil {
			return err
		}
		// The body is read first, because nobody reads it once the connection
		// is taken over.
		x.body.drain()
		return call(ctx, caller, in, &Stream{W: x.W, R: x.R, x: x})
	}
}

// SubscriptionStream handles a subscription. It refuses a request that is not a
// WebSocket handshake, and leaves the handshake itself to the method.
func SubscriptionStream[I any, PI params[I]](call func(context.Context, Caller, *I, *Stream) error) Handler {
	serve := QueryStream[I, PI](call)
	return func(ctx context.Context, caller Caller, x *Exchange) error {
		if !asksForWebSocket(x.R) {
			h := x.W.Header()
			h.Set("Upgrade", "websocket")
			h.Set("Connection", "Upgrade")
			return Errorf(http.StatusUpgradeRequired, InvalidRequest, "%s is a WebSocket (RFC 6455), version 13", x.Method.NSID)
		}
		return serve(ctx, caller, x)
	}
}

// asksForWebSocket reports whether r is a WebSocket handshake (RFC 6455 §4.1).
func asksForWebSocket(r *http.Request) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(strings.Join(r.Header.Values("Sec-WebSocket-Key"), ",")))
	return r.ProtoAtLeast(1, 1) && hasToken(r.Header, "Connection", "upgrade") && hasToken(r.Header, "Upgrade", "websocket") &&
		r.Header.Get("Sec-WebSocket-Version") == "13" && err == nil && len(key) == 16
}

// hasToken reports whether a header that holds a list contains the token.
func hasToken(h http.Header, name, word string) bool {
	return slices.ContainsFunc(h.Values(name), func(v string) bool {
		for one := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(one), word) {
				return true
			}
		}
		return false
	})
}
