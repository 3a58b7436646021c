package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/db/migrations"
	"catbird.blue/mls/internal/backup"
	"catbird.blue/mls/server"
	"catbird.blue/mls/server/accounts"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/bodies"
	"catbird.blue/mls/server/conns"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/dbmetrics"
	"catbird.blue/mls/server/devaccounts"
	"catbird.blue/mls/server/follows"
	"catbird.blue/mls/server/health"
	"catbird.blue/mls/server/httpd"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/live"
	"catbird.blue/mls/server/origin"
	"catbird.blue/mls/server/quiet"
	"catbird.blue/mls/server/redislink"
	"catbird.blue/mls/server/relay"
	"catbird.blue/mls/server/reports"
	"catbird.blue/mls/server/retention"
	"catbird.blue/mls/server/share"
	"catbird.blue/mls/server/source"
	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/xrpc"
)

// app is a service that is ready to serve.
type app struct {
	config   *Config
	log      *slog.Logger
	database *database
	// now is the clock of this instance.
	now     func() time.Time
	checks  checks
	health  *httpd.Health
	metrics *httpd.Metrics
	handler http.Handler
	service *server.Server
	cleaner *retention.Cleaner
	// quiet keeps the conversations of accounts in many in order.
	quiet  *quiet.Keeper
	live   *events
	limits *limit.Limits
	// accounts knows which accounts are refused, and eraser erases accounts.
	accounts   *accounts.States
	pseudonyms convo.Pseudonyms
	eraser     *accounts.Eraser
	// follower reads account events; nil for none.
	follower *relay.Follower
	// forwarder forwards reports; nil for none.
	forwarder *reports.Forwarder
	// key signs tokens of the service. A reload replaces it.
	key atomic.Pointer[auth.Key]
	// directory resolves the signing keys of accounts.
	directory *auth.Directory
	// devs are the accounts of the page at / in development, else nil.
	devs *devaccounts.Accounts
	// origins decides which accounts are new.
	origins *origin.Origins
	// follows knows who follows and who blocks whom.
	follows follows.Relationships
	storage *storage.Book
	proxies source.Proxies
	conns   *conns.Keeper
	// backups says how the backups do. It is nil if none are configured.
	backups *backup.Health
	// draining is set when the service begins to stop.
	draining atomic.Bool
	// doc is the DID document, which a reload replaces.
	doc atomic.Pointer[[]byte]
	// storeName is the application_name of the database connections, if it has
	// the id of the blob store.
	storeName string
	// pool is the pool of database connections.
	pool *pgxpool.Pool
	measured

	// closers close the opened parts. They are called in reverse order.
	closers []func() error
}

// build opens everything that the service needs, from its identity to the
// routes.
func build(ctx context.Context, c *Config, port int, log *slog.Logger, now func() time.Time) (*app, error) {
	a := &app{config: c, log: log, now: now}
	if err := a.open(ctx, port); err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

func (a *app) document() []byte { return *a.doc.Load() }

func (a *app) setDocument(doc []byte) { a.doc.Store(&doc) }

func (a *app) onClose(f func() error) { a.closers = append(a.closers, f) }

// close closes what build opened. It may be called more than once.
func (a *app) close() error {
	var errs []error
	for i := len(a.closers) - 1; i >= 0; i-- {
		errs = append(errs, a.closers[i]())
	}
	a.closers = nil
	return errors.Join(errs...)
}

func (a *app) open(ctx context.Context, port int) error {
	c := a.config
	if err := makeDir(c.DataDir); err != nil {
		return err
	}
	key, err := serviceKey(c, port)
	if err != nil {
		return err
	}
	secret, err := sharedSecret(c, port)
	if err != nil {
		return err
	}
	doc, err := document(c, key, port)
	if err != nil {
		return err
	}
	a.setDocument(doc)
	a.key.Store(key)
	if a.database, err = openDatabase(ctx, c, a.log); err != nil {
		return err
	}
	a.onClose(a.database.stop)
	if err := awaitDatabase(ctx, c, a.database.url, a.log); err != nil {
		return err
	}
	began := time.Now()
	names, err := migrations.Up(ctx, a.database.url)
	if err != nil {
		return err
	}
	if len(names) > 0 {
		a.log.Info("migrated", "migrations", names, "took", time.Since(began).Round(time.Millisecond))
	}
	if err := a.openBackups(ctx); err != nil {
		return err
	}
	blobs, err := a.blobs(ctx)
	if err != nil {
		return err
	}
	errs := dbmetrics.NewErrors()
	pool, reader, err := openPools(ctx, a.withStoreName(a.database.url, blobs), c.DBConnections, a.checks.failed, errs)
	if err != nil {
		return err
	}
	a.pool = pool
	a.onClose(func() error {
		return waitFor(5*time.Second, "closing the database connections", func() { reader.Close(); pool.Close() })
	})
	a.metrics = httpd.NewMetrics(version)
	a.measure(pool, errs, blobs, port)
	a.openChecks(pool)
	did := c.serviceDID(port)
	plumbing, err := a.plumbing(ctx, did, pool, secret)
	if err != nil {
		return err
	}
	if err := a.limitConnections(&plumbing, blobs); err != nil {
		return err
	}
	if err := a.openStorage(pool); err != nil {
		return err
	}
	a.pseudonyms = convo.NewPseudonyms(secret.Key(server.PseudonymKey))
	if a.live, err = a.openLive(ctx, pool, reader); err != nil {
		return err
	}
	a.startChecks(blobs)
	// Before all limits, so that a refusal costs the caller nothing.
	plumbing.Admit = append([]xrpc.Step{a.checks.gate.Admit, a.accounts.Admit}, plumbing.Admit...)
	plumbing.Tickets = live.NewTickets(pool, nil)
	a.quiet = quiet.New(quiet.Config{Pool: pool, Closed: a.checks.gate.Closed, Log: a.log})
	a.service = server.New(server.Config{
		Pool: pool, Blobs: blobs, ServiceDID: did, Version: version, PastEpochs: int64(c.PastEpochs), ReportRecipient: c.ReportRecipient,
		PlaintextMetadata: c.PlaintextMetadata == "true",
		Limits:            a.limits, Rates: a.limits, Storage: a.storage, Packages: a.limits, Secret: secret, Follows: a.follows,
		ForwardsReports: c.ReportService != "",
		Bus:             a.live.bus, Hub: a.live.hub, Streams: a.live.streams, Quiet: a.quiet, PublicURL: c.publicURL(port), Clock: a.now,
		Registry: a.metrics.Registry,
	})
	a.eraser = a.newEraser(pool, secret)
	a.follower = a.newFollower(pool)
	a.forwarder = a.newForwarder(pool, secret, port)
	a.cleaner = retention.New(retention.Config{
		Pool: pool, Blobs: blobs, MessageTTL: c.MessageTTL, Metrics: retention.NewMetrics(a.metrics.Registry),
		Clock: a.now, Closed: a.checks.gate.Closed, EndRequest: a.service.EndRequest,
	})
	a.handler = httpd.NewHandler(httpd.HandlerConfig{
		Service: a.service, Plumbing: plumbing, ServiceDID: did, Version: version, Document: a.document,
		Health: a.health, Metrics: a.metrics, Log: a.log, Chat: a.chat(port),
	})
	return nil
}

// limitConnections sets the limits for connections and for the memory of request
// bodies.
func (a *app) limitConnections(p *xrpc.Plumbing, blobs *blob.Store) error {
	most, err := a.config.connections(openFiles(), memoryBytes())
	if err != nil {
		return err
	}
	registry := a.metrics.Registry
	a.conns = conns.New(conns.Config{
		Max: most, Trusted: a.proxies, Urgent: httpd.Urgent, Limits: a.limits, Log: a.log, Registry: registry,
		Calm: share.NewCalm(share.CalmConfig{From: floodBytes}),
	})
	p.Source = func(r *http.Request) netip.Prefix { return source.Of(r, a.proxies) }
	p.Bodies = bodies.New(bodies.Config{
		Memory: memoryBytes(), Stream: blobs.WriteMemory(), Limits: a.limits, Registry: registry,
		Calm: share.NewCalm(share.CalmConfig{From: floodBytes}),
	})
	// This step comes after all other limits: once a call is admitted, its
	// connection is not closed to make room for others.
	p.Admit = append(p.Admit, a.conns.Admit)
	return nil
}

func (a *app) blobs(ctx context.Context) (*blob.Store, error) {
	store, err := a.config.openBlobs(ctx)
	if err != nil {
		return nil, err
	}
	a.onClose(store.Close)
	return store, nil
}

// plumbing sets up authentication and limits.
func (a *app) plumbing(ctx context.Context, did string, pool *pgxpool.Pool, secret *auth.Secret) (xrpc.Plumbing, error) {
	c := a.config
	shared, err := a.redis()
	if err != nil {
		return xrpc.Plumbing{}, err
	}
	m := auth.NewMetrics(a.metrics.Registry)
	if a.limits, err = a.openLimits(shared, secret); err != nil {
		return xrpc.Plumbing{}, err
	}
	if a.proxies, err = source.ParseProxies(c.TrustedProxies); err != nil {
		return xrpc.Plumbing{}, err
	}
	dir, err := auth.NewDirectory(auth.DirectoryConfig{
		PLCURL: c.PLCURL, Dev: c.dev(), Metrics: m, Limits: a.limits, Store: auth.NewDBKeys(pool),
		Local:   a.localKey(),
		Publish: func(id auth.KeyID) { a.live.bus.Forget(id) }, // live is set before the first look-up
	})
	if err != nil {
		return xrpc.Plumbing{}, err
	}
	a.onClose(func() error { dir.Close(); return nil })
	a.directory = dir
	replay, err := a.replay(ctx, did, m, shared, secret.Key("used tokens"))
	if err != nil {
		return xrpc.Plumbing{}, err
	}
	authenticator, err := auth.New(auth.Config{
		Audiences: auth.Audiences(did), Directory: dir, Replay: replay, Metrics: m, Proxies: a.proxies,
	})
	if err != nil {
		return xrpc.Plumbing{}, err
	}
	a.follows = a.openFollows(shared, secret)
	if a.origins, err = a.openOrigins(pool); err != nil {
		return xrpc.Plumbing{}, err
	}
	return xrpc.Plumbing{Auth: authenticator, Admit: []xrpc.Step{a.limits.Account, a.origins.Admit}}, nil
}

// openOrigins limits what the new accounts of one origin may do together.
func (a *app) openOrigins(pool *pgxpool.Pool) (*origin.Origins, error) {
	sizes, err := origin.ParseSizes(a.config.OriginSizes)
	if err != nil {
		return nil, err
	}
	dev := a.config.dev()
	origins := origin.New(origin.Config{
		Pool: pool, Limits: a.limits, Endpoint: a.directory.Endpoint, Client: auth.NewGuardedClient(dev), Dev: dev,
		Sizes: sizes, Proxies: a.proxies, Registry: a.metrics.Registry,
	})
	a.onClose(func() error { origins.Close(); return nil })
	return origins, nil
}

// redis connects to the configured Redis. It returns nil if none is configured.
func (a *app) redis() (redis.UniversalClient, error) {
	if a.config.RedisURL == "" {
		return nil, nil
	}
	client, err := redislink.NewClient(a.config.RedisURL)
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	a.onClose(client.Close)
	a.checks.redis = health.NewRedis(client)
	return client, nil
}

// openLimits opens the rate limits. With a Redis, the instances share their
// counts.
func (a *app) openLimits(shared redis.UniversalClient, secret *auth.Secret) (*limit.Limits, error) {
	off, scale, err := a.config.rateLimits()
	if err != nil {
		return nil, err
	}
	limits, err := limit.New(limit.Config{
		Off: off, Scale: scale, Registry: a.metrics.Registry, Redis: shared, Secret: secret.Key("limits in Redis"),
		OnChange: a.redisChanged("counts limits"),
	})
	if err != nil {
		return nil, err
	}
	a.onClose(func() error { limits.Close(); return nil })
	return limits, nil
}

// replay opens the record of used tokens: in this process, or shared in Redis.
func (a *app) replay(ctx context.Context, did string, m *auth.Metrics, shared redis.UniversalClient, key []byte) (auth.ReplayStore, error) {
	if shared == nil {
		store, err := auth.NewMemoryReplay(auth.MemoryReplayConfig{
			MarkFile: filepath.Join(a.config.DataDir, "replay-marks"), Secret: key, Metrics: m,
		})
		if err != nil {
			return nil, err
		}
		a.onClose(func() error { store.Close(); return nil })
		return store, nil
	}
	store, err := auth.NewRedisReplay(ctx, auth.RedisReplayConfig{
		Client: shared, Secret: key, Service: did, Metrics: m, OnChange: a.redisChanged("remembers used tokens"),
	})
	if err != nil {
		return nil, err
	}
	a.onClose(func() error { store.Close(); return nil })
	return store, nil
}

// redisChanged returns a function that logs when the instances can no longer
// share something, and when they can again.
func (a *app) redisChanged(does string) func(up bool, reason error) {
	return func(up bool, reason error) {
		a.checks.redis.Note(does, up, reason)
		if up {
			a.log.Info("Redis is back: this instance " + does + " with the others")
			return
		}
		a.log.Warn("Redis is lost: this instance "+does+" by itself", "reason", reason)
	}
}

// waitFor waits for f, but no longer than d.
func waitFor(d time.Duration, what string, f func()) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
		return nil
	case <-time.After(d):
		return fmt.Errorf("%s took too long", what)
	}
}
