package main

import (
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/internal/admin"
	"catbird.blue/mls/server/accounts"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/follows"
	"catbird.blue/mls/server/relay"
	"catbird.blue/mls/server/reports"
)

// actor is the name in the audit of what the service does by itself.
const actor = "mlsd serve"

// newFollower makes the reader of account events, nil where no relay is configured.
func (a *app) newFollower(pool *pgxpool.Pool) *relay.Follower {
	measured := relay.NewMetrics(a.metrics.Registry)
	if a.config.RelayURL == "" {
		return nil
	}
	return relay.New(relay.Config{URL: strings.TrimSuffix(a.config.RelayURL, "/"), Pool: pool, Log: a.log, Metrics: measured, Handler: &accounts.Events{
		Changes: a.eraser.Changes, HostStatus: a.eraser.HostStatus, ForgetKey: a.directory.ForgetEverywhere, Grace: a.config.EraseAfter,
	}})
}

// openFollows opens the AppView, if one is configured.
func (a *app) openFollows(shared redis.UniversalClient, secret *auth.Secret) follows.Relationships {
	if a.config.AppViewURL == "" {
		return follows.None{}
	}
	view := follows.New(follows.Config{
		URL: strings.TrimSuffix(a.config.AppViewURL, "/"), Client: auth.NewConfiguredClient(follows.MaxAnswer), Limits: a.limits,
		Redis: shared, Secret: secret.Key("relationships"), OnChange: a.redisChanged("shares relationships"), Registry: a.metrics.Registry,
	})
	a.onClose(func() error { view.Close(); return nil })
	return view
}

// newLabeler makes the client of the moderation service to which reports are forwarded.
func newLabeler(c *Config, port int, directory *auth.Directory, key func() *auth.Key) *reports.Labeler {
	return &reports.Labeler{
		DID: c.ReportService, ServiceDID: c.serviceDID(port), Key: key, Endpoint: directory.ServiceEndpoint,
		Client: auth.NewGuardedClient(c.dev()), Now: time.Now,
	}
}

// newForwarder makes what forwards reports, nil where no moderation service is
// configured.
func (a *app) newForwarder(pool *pgxpool.Pool, secret *auth.Secret, port int) *reports.Forwarder {
	if a.config.ReportService == "" {
		return nil
	}
	audit := admin.NewEraser(pool, secret, actor, a.live.bus).Audit
	return reports.NewForwarder(reports.ForwarderConfig{
		Pool: pool, To: newLabeler(a.config, port, a.directory, a.key.Load), Record: audit.RecordIn, Log: a.log, Registry: a.metrics.Registry,
		StopTimeout: a.config.StopTimeout,
	})
}

// newEraser makes the eraser of this instance.
func (a *app) newEraser(pool *pgxpool.Pool, secret *auth.Secret) *accounts.Eraser {
	e := admin.NewEraser(pool, secret, actor, a.live.bus)
	e.Tell, e.Log = a.live.bus.AccountsChanged, a.log
	e.HostStatus = accounts.Host{Directory: a.directory, Client: auth.NewGuardedClient(a.config.dev())}.Status
	return e
}
