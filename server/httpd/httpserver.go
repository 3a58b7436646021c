package httpd

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/conns"
	"catbird.blue/mls/xrpc"
)

const (
	// HeaderTimeout bounds how long a request's header may take. The deadlines
	// of bodies and answers are extended as bytes arrive.
	HeaderTimeout = 5 * time.Second
	// IdleTimeout bounds how long a connection waits for its next request, unless
	// the server is given another time.
	IdleTimeout = 2 * time.Minute
	// MaxHeader bounds a request's header, in bytes.
	MaxHeader = 64 << 10
)

// NewServer makes the HTTP server for a handler of NewHandler, with timeouts that
// keep slow clients from holding connections. keeper limits the connections of its
// Listener; nil sets no limit. Errors that net/http itself reports are caused by
// clients, so they are logged at debug.
func NewServer(h http.Handler, keeper *conns.Keeper, log *slog.Logger) *http.Server {
	s := &http.Server{Handler: h, ReadHeaderTimeout: HeaderTimeout, IdleTimeout: IdleTimeout, MaxHeaderBytes: MaxHeader,
		ConnContext: xrpc.CoalescingContext, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	if keeper != nil {
		s.Handler, s.ConnState = keeper.Handler(h), keeper.State
		s.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
			return keeper.Context(xrpc.CoalescingContext(ctx, c), c)
		}
	}
	return s
}

// Urgent says whether a request is served from the reserve of connections while
// all others are in use: health checks and the opening of streams.
func Urgent(r *http.Request) bool {
	if strings.HasPrefix(r.URL.Path, healthPath) || r.URL.Path == xrpcHealthPath {
		return true
	}
	name, ok := strings.CutPrefix(r.URL.Path, "/xrpc/")
	return ok && slices.ContainsFunc(gen.Methods, func(m *xrpc.Method) bool { return m.NSID == name && m.Streams() })
}
