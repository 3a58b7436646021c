package server

import (
	"log/slog"
	"net/http"
	"time"

	"catbird.blue/mls/xrpc"
)

const (
	// HeaderTimeout bounds how long a request's header may take; its body and
	// its answer have bounds that move on with what arrives.
	HeaderTimeout = 5 * time.Second
	// IdleTimeout bounds how long a connection waits for its next request.
	IdleTimeout = 2 * time.Minute
	// MaxHeader bounds a request's header, in bytes.
	MaxHeader = 64 << 10
)

// NewHTTPServer makes the HTTP server for a handler of NewHandler, with the
// bounds that keep slow and greedy clients from holding connections. What the
// server itself has to say is of its clients' doing, and logged at debug.
func NewHTTPServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: HeaderTimeout, IdleTimeout: IdleTimeout, MaxHeaderBytes: MaxHeader,
		ConnContext: xrpc.WholeContext, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
}
