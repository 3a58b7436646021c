package conns

import (
	"context"
	"net/http"

	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/source"
	"catbird.blue/mls/xrpc"
)

// Handler is h for the connections of the keeper: it notes where requests come
// from that a proxy passes on, and has the reserve answer only what is urgent.
func (k *Keeper) Handler(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := from(r.Context())
		switch {
		case c == nil:
		case c.state == reserved:
			w.Header().Set("Connection", "close")
			if !k.urgently(c, r) {
				_ = xrpc.WriteError(w, limit.OpenConnections.Refuse(comeBack))
				return
			}
		case c.proxy:
			k.passedOn(c, r)
		}
		h.ServeHTTP(w, r)
	})
}

// urgently tells whether a request over the reserve is answered.
func (k *Keeper) urgently(c *Conn, r *http.Request) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.urgent(r) {
		k.refused()
		return false
	}
	if !c.gone {
		// It does not give way during its request.
		k.reserved.Remove(c.places[0].at)
		c.places = c.places[:0]
	}
	return true
}

// passedOn notes where a request comes from that a proxy passes on.
func (k *Keeper) passedOn(c *Conn, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if c.gone {
		return
	}
	k.leave(c)
	c.source = source.Of(r, k.trusted)
	k.enter(c)
}

// Admit is a step of admission: the request on a connection has proven its
// caller, so the connection does not count for its source any more and does not
// give way. Where too many others have, it is refused.
func (k *Keeper) Admit(ctx context.Context, call *xrpc.Call) error {
	c := from(ctx)
	if c == nil || call.Caller.DID == "" {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.proven() >= k.provenMost() {
		k.refused()
		return limit.OpenConnections.Refuse(comeBack)
	}
	k.move(c, proven)
	return nil
}
