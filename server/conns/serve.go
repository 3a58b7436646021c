package conns

import (
	"context"
	"net/http"

	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/source"
	"catbird.blue/mls/xrpc"
)

// Handler wraps h for the keeper's connections: it sets the source of requests
// that come through a proxy, and lets connections of the reserve make only
// urgent requests.
func (k *Keeper) Handler(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := from(r.Context())
		switch {
		case c == nil:
		case c.state == reserved:
			w.Header().Set("Connection", "close")
			if !k.allowReserved(c, r) {
				_ = xrpc.WriteError(w, limit.OpenConnections.Refuse(retryAfter))
				return
			}
		case c.proxy:
			k.setSource(c, r)
		}
		h.ServeHTTP(w, r)
	})
}

// allowReserved reports whether a request on a connection of the reserve is allowed.
func (k *Keeper) allowReserved(c *Conn, r *http.Request) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.urgent(r) {
		k.refused()
		return false
	}
	if !c.removed {
		// The connection is not replaced during its request.
		k.reserved.Remove(c.elements[0].element)
		c.elements = c.elements[:0]
	}
	return true
}

// setSource sets the source of a request that came through a proxy.
func (k *Keeper) setSource(c *Conn, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if c.removed {
		return
	}
	k.leave(c)
	c.source = source.Of(r, k.trusted)
	k.enter(c)
}

// Admit is a step of admission after authentication: the connection no longer
// counts for its source and is not replaced. If too many connections are
// proven, the request is refused.
func (k *Keeper) Admit(ctx context.Context, call *xrpc.Call) error {
	c := from(ctx)
	if c == nil || call.Caller.DID == "" {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.proven() >= k.maxProven() {
		k.refused()
		return limit.OpenConnections.Refuse(retryAfter)
	}
	k.move(c, proven)
	return nil
}
