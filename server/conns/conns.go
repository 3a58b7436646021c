// Package conns bounds the connections of an instance and shares them out among
// the networks that they come from.
//
// A connection is waiting, for its first request or the next one; active, in a
// request whose caller has proven nothing; proven, in one whose caller has; or a
// stream. The first two are cheap to make, so they are counted by source. When
// there are as many as there may be, one gives way to the next that comes: the
// one that has waited longest, first of the source that has most. So idle
// connections, however many, keep nobody out. What is proven, and streams, never
// give way; a part of all connections is kept free for them.
//
// Where nothing can give way, a few connections are accepted all the same. They
// may ask for health and open streams; everything else is answered 503.
//
// A connection from a proxy that the operator names has no source while it
// waits. While it is active it has that of its request.
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
	"catbird.blue/mls/server/share"
	"catbird.blue/mls/server/source"
)

const (
	// Idle times of connections that wait for their next request: where half
	// of all connections are open, and where three quarters are. The server's
	// own time holds below that.
	idleBusy = 30 * time.Second
	idleFull = 5 * time.Second
	// Memory is what an open connection takes, in bytes: stack and buffers.
	Memory = 32 << 10
	// quiet is how long the log is quiet about what it has said.
	quiet = time.Minute
	// comeBack is when a refused client should try again.
	comeBack = 5 * time.Second
	// settled is how old a request is before its connection may be closed in
	// the middle of it.
	settled = 2 * time.Second
)

// Config configures a Keeper. All but Max may be left out.
type Config struct {
	// Max is how many connections there may be, at least 16.
	Max int
	// Trusted are the proxies in front.
	Trusted source.Proxies
	// Urgent tells whether a request may be made over a connection of the
	// reserve: health, and the opening of streams.
	Urgent func(*http.Request) bool
	// Limits counts refusals; Log is told of them, once a minute.
	Limits *limit.Limits
	Log    *slog.Logger
	// Registry gets the metrics.
	Registry prometheus.Registerer
	// Calm hears how much memory connections take.
	Calm *share.Calm
	// Now gives the time; time.Now where nil.
	Now func() time.Time

	// remote is the address of a client, for tests of this package.
	remote func(*net.TCPConn) net.Addr
}

// Keeper knows every open connection of an instance.
type Keeper struct {
	max, reserve, floor int
	trusted             source.Proxies
	urgent              func(*http.Request) bool
	limits              *limit.Limits
	log                 *slog.Logger
	calm                *share.Calm
	now                 func() time.Time
	remote              func(*net.TCPConn) net.Addr
	closed              *prometheus.CounterVec
	failures            prometheus.Counter

	mu    sync.Mutex
	count [states]int
	// sources has the waiting and active connections of each source, and
	// groups the same ones in the order in which they give way.
	sources *share.Book[netip.Prefix]
	groups  map[netip.Prefix]*group
	// waiting, proxied and active have the connections of all sources in that
	// order; proxied are those that wait and come from a proxy.
	waiting, proxied, active, reserved list.List
	said                               map[string]time.Time
}

// group is the connections of one source, the oldest first.
type group struct{ waiting, active list.List }

// New makes a Keeper.
func New(c Config) *Keeper {
	k := &Keeper{
		max: max(c.Max, 16), trusted: c.Trusted, urgent: c.Urgent, limits: c.Limits, log: c.Log, calm: c.Calm,
		now: c.Now, remote: c.remote, sources: share.NewBook[netip.Prefix](), groups: map[netip.Prefix]*group{},
		said: map[string]time.Time{},
	}
	k.reserve, k.floor = min(max(k.max/64, 2), 64), k.max/8
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

// open is the number of all connections.
func (k *Keeper) open() (n int) {
	for _, c := range k.count {
		n += c
	}
	return n
}

// unproven counts the connections that are shared out by source, proven those
// that never give way.
func (k *Keeper) unproven() int { return k.count[waiting] + k.count[active] }
func (k *Keeper) proven() int   { return k.count[proven] + k.count[stream] }

// unprovenMost leaves an eighth to those that prove something, and shrinks where
// these are more, down to an eighth.
func (k *Keeper) unprovenMost() int {
	return max(k.floor, min(k.max-k.floor, k.max-k.reserve-k.proven()))
}

// provenMost leaves room for requests that have not proven anything yet.
func (k *Keeper) provenMost() int { return k.max - k.reserve - k.floor }

// idleTime is how long a connection may wait for its next request at this
// moment; 0 for as long as the server lets it.
func (k *Keeper) idleTime() time.Duration {
	switch open := k.open(); {
	case open >= k.max/4*3:
		return idleFull
	case open >= k.max/2:
		return idleBusy
	}
	return 0
}

// say logs a warning, unless it did so within the last minute.
func (k *Keeper) say(what string, args ...any) {
	now := k.now()
	if last, ok := k.said[what]; ok && now.Sub(last) < quiet {
		return
	}
	k.said[what] = now
	k.log.Warn(what, append(args, "open", k.open(), "limit", k.max)...)
}
