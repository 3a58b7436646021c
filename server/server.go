// Package server answers the methods of the lexicons: it implements
// gen.Service over the queries of db, one file for each method or tight family
// of methods. A handler parses MLS objects with mls, decides inside one
// statement or one transaction, and returns an output or an *xrpc.Error.
package server

import (
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/attachments"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/group"
	"catbird.blue/mls/server/keypackages"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/live"
	"catbird.blue/mls/server/messages"
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
	Pace convo.Limiter
	// Storage counts what accounts store; nil for no bounds.
	Storage *storage.Book
	// Packages has the limits on what others take of key packages; nil for those
	// of the table.
	Packages keypackages.Limiter
	// Secret keys what is recorded of calls. All instances have the same.
	Secret *auth.Secret
	// Clock gives the time; time.Now where nil.
	Clock func() time.Time
}

// rememberedLeaves bounds the hashes of verified leaves that are kept in memory,
// about 200 bytes each.
const rememberedLeaves = 50_000

// The services of the rooms, under names that differ, for embedding.
type (
	attachmentsService = attachments.Service
	convoService       = convo.Service
	groupService       = group.Service
	keyPackagesService = keypackages.Service
	liveService        = live.Service
	messagesService    = messages.Service
)

// Server implements gen.Service with the services of the rooms. It keeps no state
// besides the pool that is not a cache: any number of them work on one database.
type Server struct {
	*convo.Base
	*convoService
	*groupService
	*messagesService
	*keyPackagesService
	*attachmentsService
	*liveService

	config      Config
	description func() *gen.DescribeServiceOutput
}

// A lexicon without a handler does not compile here, and the compiler names it.
var _ gen.Service = (*Server)(nil)

// New makes a Server.
func New(c Config) *Server {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	b := &convo.Base{
		Pool: c.Pool, Now: c.Clock, Bus: c.Bus, Idempotency: convo.NewIdempotency(c.Secret.Key("idempotency")),
		Limits: c.Pace, Storage: c.Storage, PastEpochs: c.PastEpochs, Leaves: mls.NewLeafCache(rememberedLeaves),
	}
	claims := keypackages.NewClaims(c.Secret.Key("package claims"), c.Packages)
	s := &Server{
		Base: b, convoService: &convo.Service{Base: b}, config: c,
		groupService:       group.New(b, claims),
		messagesService:    messages.New(b, c.Hub, c.Streams, c.Limits),
		keyPackagesService: keypackages.New(b, claims),
		attachmentsService: attachments.New(b, c.Blobs),
		liveService:        live.New(b, c.Streams, c.PublicURL),
	}
	s.description = sync.OnceValue(s.describe)
	return s
}
