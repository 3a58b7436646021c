package auth

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics counts what authentication does. No label holds an identifier: the
// values of each are a fixed, small set.
type Metrics struct {
	// Tokens by outcome: "ok", or the error's name.
	Tokens *prometheus.CounterVec
	// Verdicts counts signatures not checked again because the same token
	// of a query was checked before.
	Verdicts prometheus.Counter
	// Lookups of DID documents, by DID method (plc, web) and outcome (ok,
	// unknown, failed).
	Lookups *prometheus.CounterVec
	// LookupSeconds is how long they took, by DID method.
	LookupSeconds *prometheus.HistogramVec
	// DocumentCache counts how keys were found: hit, miss, negative, and where
	// a directory does not answer stale (of the last hour) and stored (of a
	// known account, of the last 24 hours).
	DocumentCache *prometheus.CounterVec
	// KeysStored counts keys offered to the store: known, unknown (of an
	// account that is not stored), failed, dropped (too many at once).
	KeysStored *prometheus.CounterVec
	// KeysForgotten counts keys that another instance has learned to be old.
	KeysForgotten prometheus.Counter
	// Refreshes counts documents fetched again after a bad signature.
	Refreshes prometheus.Counter
	// Replay counts single-use checks, by store (memory, redis) and outcome
	// (fresh, replayed, too-old, over-share, error).
	Replay *prometheus.CounterVec
	// RedisUp is 1 while single use is kept in Redis, 0 while it is not.
	RedisUp prometheus.Gauge
	// RedisLost counts how often Redis was lost.
	RedisLost prometheus.Counter
	// RedisRoom is for how many more used tokens Redis has room, without its
	// last tenth.
	RedisRoom prometheus.Gauge
}

// NewMetrics makes the collectors and registers them with reg, which may be
// nil. It panics, as MustRegister does, where names are taken.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	single := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	m := &Metrics{
		Tokens:   counter("mls_auth_tokens_total", "Service tokens judged.", "outcome"),
		Verdicts: single("mls_auth_verdicts_reused_total", "Signatures not checked again for a repeated query token."),
		Lookups:  counter("mls_auth_did_lookups_total", "DID documents fetched.", "method", "outcome"),
		LookupSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "mls_auth_did_lookup_seconds", Help: "Time to fetch a DID document.",
			Buckets: []float64{.005, .02, .05, .1, .25, .5, 1, 2, 3},
		}, []string{"method"}),
		DocumentCache: counter("mls_auth_did_cache_total", "Signing keys asked for.", "result"),
		KeysStored:    counter("mls_auth_stored_keys_total", "Signing keys offered to the database.", "outcome"),
		KeysForgotten: single("mls_auth_keys_forgotten_total", "Signing keys dropped because another instance learned that they changed."),
		Refreshes:     single("mls_auth_did_refreshes_total", "DID documents fetched again after a bad signature."),
		Replay:        counter("mls_auth_replay_checks_total", "Single-use checks of tokens.", "store", "outcome"),
		RedisUp: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "mls_auth_replay_redis_up", Help: "1 while single use of tokens is kept in Redis.",
		}),
		RedisLost: single("mls_auth_replay_redis_lost_total", "Times single use fell back to this process."),
		RedisRoom: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "mls_auth_replay_redis_room", Help: "Used tokens for which nine tenths of the memory of Redis have room.",
		}),
	}
	if reg != nil {
		reg.MustRegister(m.Tokens, m.Verdicts, m.Lookups, m.LookupSeconds, m.DocumentCache, m.KeysStored, m.KeysForgotten, m.Refreshes,
			m.Replay, m.RedisUp, m.RedisLost, m.RedisRoom)
	}
	return m
}

// orUnregistered lets a configuration go without metrics.
func (m *Metrics) orUnregistered() *Metrics {
	if m == nil {
		return NewMetrics(nil)
	}
	return m
}

func (m *Metrics) lookup(method, outcome string, took time.Duration) {
	m.Lookups.WithLabelValues(method, outcome).Inc()
	m.LookupSeconds.WithLabelValues(method).Observe(took.Seconds())
}
