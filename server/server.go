package server

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/attachments"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/consent"
	"catbird.blue/mls/server/contacts"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/convoinfo"
	"catbird.blue/mls/server/follows"
	"catbird.blue/mls/server/group"
	"catbird.blue/mls/server/keypackages"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/links"
	"catbird.blue/mls/server/live"
	"catbird.blue/mls/server/messages"
	"catbird.blue/mls/server/quiet"
	"catbird.blue/mls/server/reports"
	"catbird.blue/mls/server/roles"
	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/server/stream"
	eventlog "catbird.blue/mls/server/stream/log"
)

// Config has what New makes a Server from.
type Config struct {
	// Pool connects to the database, whose schema must be up to date.
	Pool *pgxpool.Pool
	// Blobs stores encrypted attachments.
	Blobs *blob.Store
	// ServiceDID is the did:web of this service.
	ServiceDID string
	// Version is the version in the answer of describeService.
	Version string
	// PastEpochs is the number of epochs before the current one from which
	// application messages are accepted.
	PastEpochs int64
	// PlaintextMetadata lets createConvo take a name and a description that are not
	// encrypted.
	PlaintextMetadata bool
	// Bus notifies instances of new rows and carries signals; nil for a server
	// without streams.
	Bus bus.Bus
	// Quiet keeps the conversations of accounts in many in order; nil for none.
	Quiet *quiet.Keeper
	// Hub reads the events of this instance's streams, and Streams writes them to
	// connections. Set both or none.
	Hub     *eventlog.Hub
	Streams *stream.Streams
	// PublicURL is the URL of this service for clients; tickets name it.
	PublicURL string
	// ReportRecipient is for whom clients encrypt the evidence of reports, as an age
	// X25519 recipient; "" for a service that accepts none.
	ReportRecipient string
	// ForwardsReports says that reports about accounts wait to be forwarded.
	ForwardsReports bool
	// Limits counts what callers use of the limits of the table. If it is nil, the
	// Server makes its own.
	Limits *limit.Limits
	// Rates bounds what conversations and accounts cost; nil for no bounds.
	Rates convo.Limiter
	// Storage counts what accounts store; nil for no bounds.
	Storage *storage.Book
	// Packages has the limits on claims of key packages, nil for those of the table,
	// and on strangers, nil for no bounds.
	Packages keypackages.Limiter
	// Follows knows who follows and who blocks whom; nil for a service without an
	// AppView.
	Follows follows.Relationships
	// Secret keys idempotency records and the counts of claims. All instances must
	// have the same.
	Secret *auth.Secret
	// Registry gets the metrics if not nil.
	Registry prometheus.Registerer
	// Clock returns the time; nil for time.Now.
	Clock func() time.Time
}

// PseudonymKey is the use of the secret as the key of convo.Pseudonyms.
const PseudonymKey = "erased accounts"

// maxCachedLeaves bounds the hashes of verified leaves in memory. Each takes about 200
// bytes.
const maxCachedLeaves = 50_000

// Aliases of the services: embedded types need different names.
type (
	attachmentsService = attachments.Service
	contactsService    = contacts.Service
	convoService       = convo.Service
	convoInfoService   = convoinfo.Service
	groupService       = group.Service
	keyPackagesService = keypackages.Service
	linksService       = links.Service
	liveService        = live.Service
	messagesService    = messages.Service
	reportsService     = reports.Service
	rolesService       = roles.Service
)

// Server implements gen.Service with the services of the rooms. All its state is in the
// database, apart from caches, limits and open calls, so any number of Servers can use
// one database.
type Server struct {
	*convo.Base
	*contactsService
	*convoService
	*convoInfoService
	*groupService
	*messagesService
	*keyPackagesService
	*linksService
	*attachmentsService
	*liveService
	*reportsService
	*rolesService

	config      Config
	description func() *gen.DescribeServiceOutput
}

// If a lexicon has no handler, this line does not compile, and the compiler names it.
var _ gen.Service = (*Server)(nil)

// New makes a Server.
func New(c Config) *Server {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	b := &convo.Base{
		Pool: c.Pool, Now: c.Clock, Bus: c.Bus, Quiet: c.Quiet, Idempotency: convo.NewIdempotency(c.Secret.Key("idempotency")),
		Rates: c.Rates, Storage: c.Storage, PastEpochs: c.PastEpochs, Pseudonyms: convo.NewPseudonyms(c.Secret.Key(PseudonymKey)),
		Leaves: mls.NewLeafCache(maxCachedLeaves), PlaintextMetadata: c.PlaintextMetadata, Follows: follows.OrNone(c.Follows),
	}
	b.Consent = &consent.Rules{Key: c.Secret.Key("strangers"), Follows: b.Follows, IsNew: func(ctx context.Context, did string) bool {
		return b.Storage.IsNew(ctx, did)
	}}
	if c.Packages != nil {
		b.Consent.Limits = c.Packages
	}
	access := links.NewAccess(b)
	claims := keypackages.NewClaims(c.Secret.Key("package claims"), c.Packages)
	s := &Server{
		Base: b, convoService: &convo.Service{Base: b}, config: c,
		contactsService:    contacts.New(b),
		convoInfoService:   convoinfo.New(b),
		groupService:       group.New(b, claims, access),
		linksService:       links.New(b, access),
		messagesService:    messages.New(b, c.Hub, c.Streams, c.Limits),
		keyPackagesService: keypackages.New(b, claims),
		attachmentsService: attachments.New(b, c.Blobs),
		liveService:        live.New(b, c.Streams, c.PublicURL),
		reportsService:     reports.New(b, c.ReportRecipient, c.ForwardsReports),
		rolesService:       roles.New(b),
	}
	if c.Registry != nil {
		s.Register(c.Registry)
	}
	s.description = sync.OnceValue(s.describe)
	return s
}
