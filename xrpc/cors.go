package xrpc

import "net/http"

// allowOrigins lets pages of any origin read an answer, and headers of it that are
// not content. A token or a ticket authenticates each request, and the service uses
// no cookies, so a page can do no more than any other program.
func allowOrigins(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "Retry-After, Content-Range, Accept-Ranges, Allow, X-Request-Id, *")
}

// preflight answers the question of a browser (https://fetch.spec.whatwg.org/#http-cors-protocol)
// whether a page may send a request below /xrpc/. The answer is the same for all
// paths. The wildcard does not include Authorization.
func preflight(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, POST")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID, Range, *")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}
