package main

import (
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/certificate"
	"catbird.blue/mls/server/dbmetrics"
	"catbird.blue/mls/server/metrics"
	"catbird.blue/mls/server/redislink"
)

// measured is what the service measures for its metrics alone.
type measured struct {
	survey      *dbmetrics.Survey
	certificate *certificate.Watch
}

// measure registers the metrics that no other part of the service registers.
func (a *app) measure(pool *pgxpool.Pool, errs *dbmetrics.Errors, blobs *blob.Store, port int) {
	registry := a.metrics.Registry
	errs.Register(registry)
	blobs.Register(registry)
	dbmetrics.RegisterPool(registry, pool)
	redislink.Register(registry, a.config.RedisURL != "")
	a.measured = measured{
		survey:      dbmetrics.NewSurvey(pool, registry, a.log),
		certificate: certificate.NewWatch(a.config.publicURL(port), registry, a.log),
	}
	if a.backups != nil {
		a.backups.Register(registry)
	} else {
		metrics.NewBackups(registry) // so that the series exist
	}
}
