// Package conns limits the connections of an instance and divides them among
// the source networks.
//
// A connection is waiting for a request, active in a request whose caller is
// not authenticated, proven in one whose caller is, or a stream. Waiting and
// active connections cost a client little, so they are counted by source. At
// the limit, a new connection replaces the one that has waited longest, first
// of the source with the most. So idle connections, whatever their number, do
// not keep new ones out. Proven connections and streams are never replaced, and
// a part of all connections is reserved for them.
//
// If no connection can be replaced, a few more are accepted as a reserve. They
// may ask for health and open streams; all other requests get 503.
//
// A connection from a trusted proxy has no source while it waits. While it is
// active, it has the source of its request.
package conns

import (
	"cmp"
	"container/list"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/metrics"
	"catbird.blue/mls/server/share"
	"catbird.blue/mls/server/source"
)

const (
	// Idle times of connections that wait for their next request, when half and
	// when three quarters of all connections are open. Otherwise the idle
	// timeout of the HTTP server applies.
	idleBusy = 30 * time.Second
	idleFull = 5 * time.Second
	// Memory is the memory of an open connection in bytes: stack and buffers.
	Memory = 32 << 10
	// logInterval is the minimum time between two log lines about the same condition.
	logInterval = time.Minute
	// retryAfter is the Retry-After for a refused client.
	retryAfter = 5 * time.Second
	// stuckAge is the age of a request from which its connection may be closed.
	stuckAge = 2 * time.Second
)

// Config configures a Keeper. All fields but Max are optional.
type Config struct {
	// Max is the maximum number of connections, at least 16.
	Max int
	// Trusted are the proxies whose X-Forwarded-For is trusted.
	Trusted source.Proxies
	// Urgent reports whether a request may use a connection of the reserve:
	// health checks and the opening of streams.
	Urgent func(*http.Request) bool
	// Limits counts refusals; Log gets warnings once a minute.
	Limits *limit.Limits
	Log    *slog.Logger
	// Registry gets the metrics.
	Registry prometheus.Registerer
	// Calm gets the memory used by connections.
	Calm *share.Calm
	// Now returns the time; nil for time.Now.
	Now func() time.Time

	// remote returns the address of a client; tests of this package set it.
	remote func(*net.TCPConn) net.Addr
}

// Keeper limits the open connections of an instance.
type Keeper struct {
	max, reserve, minimum int
	trusted               source.Proxies
	urgent                func(*http.Request) bool
	limits                *limit.Limits
	log                   *slog.Logger
	calm                  *share.Calm
	now                   func() time.Time
	remote                func(*net.TCPConn) net.Addr
	closed                *metrics.CounterVec
	failures              prometheus.Counter

	mu    sync.Mutex
	count [states]int
	// sources counts the waiting and active connections of each source. groups
	// has these connections in the order in which they are replaced.
	sources *share.Book[netip.Prefix]
	groups  map[netip.Prefix]*group
	// waiting, proxied and active have the connections of all sources in that
	// order. proxied are waiting connections of proxies.
	waiting, proxied, active, reserved list.List
	lastLogged                         map[string]time.Time
}

// group is the connections of one source, the oldest first.
type group struct{ waiting, active list.List }

// New makes a Keeper.
func New(c Config) *Keeper {
	k := &Keeper{
		max: max(c.Max, 16), trusted: c.Trusted, urgent: c.Urgent, limits: c.Limits, log: c.Log, calm: c.Calm,
		now: c.Now, remote: c.remote, sources: share.NewBook[netip.Prefix](), groups: map[netip.Prefix]*group{},
		lastLogged: map[string]time.Time{},
	}
	k.reserve, k.minimum = min(max(k.max/64, 2), 64), k.max/8
	k.log = cmp.Or(k.log, slog.New(slog.DiscardHandler))
	if k.urgent == nil {
		k.urgent = func(*http.Request) bool { return false }
	}
	if k.now == nil {
		k.now = time.Now
	}
	if k.remote == nil {
		k.remote = func(c *net.TCPConn) net.Addr { return c.RemoteAddr() }
	}
	k.register(c.Registry)
	return k
}

// open returns the number of all connections.
func (k *Keeper) open() (n int) {
	for _, c := range k.count {
		n += c
	}
	return n
}

// unproven is the number of connections that are divided among sources.
func (k *Keeper) unproven() int { return k.count[waiting] + k.count[active] }
func (k *Keeper) proven() int   { return k.count[proven] + k.count[stream] }

// maxUnproven leaves an eighth for proven connections and streams. If there
// are more of these, it shrinks down to an eighth.
func (k *Keeper) maxUnproven() int {
	return max(k.minimum, min(k.max-k.minimum, k.max-k.reserve-k.proven()))
}

// maxProven leaves room for requests that are not authenticated yet.
func (k *Keeper) maxProven() int { return k.max - k.reserve - k.minimum }

// idleTime is how long a connection may wait for its next request at this
// moment; 0 for the timeout of the HTTP server.
func (k *Keeper) idleTime() time.Duration {
	switch open := k.open(); {
	case open >= k.max/4*3:
		return idleFull
	case open >= k.max/2:
		return idleBusy
	}
	return 0
}

// warn logs a warning unless it did so within the last minute.
func (k *Keeper) warn(what string, args ...any) {
	now := k.now()
	if last, ok := k.lastLogged[what]; ok && now.Sub(last) < logInterval {
		return
	}
	k.lastLogged[what] = now
	k.log.Warn(what, append(args, "open", k.open(), "limit", k.max)...)
}
