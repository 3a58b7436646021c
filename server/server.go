// Package server answers the methods of the lexicons: it implements
// gen.Service over the queries of db, one file for each method or tight family
// of methods. A handler parses MLS objects with mls, decides inside one
// statement or one transaction, and returns an output or an *xrpc.Error.
package server

import (
	"cmp"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/server/stream"
	eventlog "catbird.blue/mls/server/stream/log"
)

// Config is what a Server needs.
type Config struct {
	// Pool reaches the database, whose schema is up to date.
	Pool *pgxpool.Pool
	// Blobs keeps encrypted attachments.
	Blobs *blob.Store
	// ServiceDID is the did:web of this service.
	ServiceDID string
	// Version is what describeService answers.
	Version string
	// PastEpochs is how many epochs before the current one application
	// messages are accepted from.
	PastEpochs int64
	// MessageTTL is how long application messages are kept, and whatever else
	// goes by its age; MessageTime where zero.
	MessageTTL time.Duration
	// Removed counts what the janitor removes; nil for nobody.
	Removed *RemovedMetrics
	// Bus tells instances of what is new; nil for a server without streams.
	Bus bus.Bus
	// Hub is where this instance's streams get their events, and Streams
	// writes them; both or none.
	Hub     *eventlog.Hub
	Streams *stream.Streams
	// PublicURL is how clients reach this service, for tickets.
	PublicURL string
	// Limits counts what callers use of the table of limits; nil for limits of
	// its own.
	Limits *limit.Limits
	// Pace bounds conversations; nil for no bounds.
	Pace ConvoLimiter
	// Storage counts what accounts store; nil for no bounds.
	Storage *storage.Book
	// Packages has the limits on what others take of key packages; nil for those
	// of the table.
	Packages PackageLimiter
	// Secret keys what is recorded of calls. All instances have the same.
	Secret *auth.Secret
	// Clock gives the time; time.Now where nil.
	Clock func() time.Time
}

// Server implements gen.Service. It keeps no state besides the pool that is not
// a cache: any number of them work on one database.
type Server struct {
	pool        *pgxpool.Pool
	sends       *sendQueue
	idempotency *idempotency
	blobs       *blob.Store
	did         string
	version     string
	pastEpochs  int64
	messageTTL  time.Duration
	removed     *RemovedMetrics
	now         func() time.Time
	bus         bus.Bus
	hub         *eventlog.Hub
	streams     *stream.Streams
	syncs       *syncCalls
	publicURL   string
	drained     chan struct{}
	drain       func()

	pace        ConvoLimiter
	storage     *storage.Book
	claims      *packageClaims
	description func() *gen.DescribeServiceOutput
	// memory has the leaves that were verified before.
	memory *mls.Memory
}

// New makes a Server.
func New(c Config) *Server {
	s := &Server{
		pool: c.Pool, sends: newSendQueue(c.Pool), idempotency: &idempotency{c.Secret.Key("idempotency")}, blobs: c.Blobs,
		did: c.ServiceDID, version: c.Version, pastEpochs: c.PastEpochs, now: c.Clock,
		pace: c.Pace, storage: c.Storage, claims: &packageClaims{c.Secret.Key("package claims"), c.Packages}, memory: mls.NewMemory(rememberedLeaves),
	}
	s.drained = make(chan struct{})
	s.drain = sync.OnceFunc(func() { close(s.drained) })
	s.bus, s.hub, s.streams, s.publicURL = c.Bus, c.Hub, c.Streams, c.PublicURL
	s.syncs = newSyncCalls(c.Hub, c.Limits.OrDefault())
	s.messageTTL, s.removed = cmp.Or(c.MessageTTL, limit.MessageTime), c.Removed
	if s.removed == nil {
		s.removed = NewRemovedMetrics(nil)
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.description = sync.OnceValue(s.describe)
	return s
}
