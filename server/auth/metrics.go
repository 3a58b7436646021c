package auth

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics are the counters of authentication. Their labels take a small, fixed
// set of values and never an identifier.
type Metrics struct {
	// Tokens counts tokens by outcome: "ok" or the name of the error.
	Tokens *prometheus.CounterVec
	// Verdicts counts query tokens that were not verified again because they
	// had been verified before.
	Verdicts prometheus.Counter
	// Lookups counts fetches of DID documents, by DID method (plc, web) and
	// outcome (ok, unknown, failed).
	Lookups *prometheus.CounterVec
	// LookupSeconds is the duration of these fetches, by DID method.
	LookupSeconds *prometheus.HistogramVec
	// DocumentCache counts requests for a key by result: hit, miss, negative;
	// and, while the directory does not respond, stale (fetched within the last
	// hour) or stored (of a known account, within the last 24 hours).
	DocumentCache *prometheus.CounterVec
	// KeysStored counts keys offered to the store by outcome: known, unknown
	// (the account has no row and the key is not stored), failed, dropped (the
	// queue was full).
	KeysStored *prometheus.CounterVec
	// KeysForgotten counts keys dropped because another instance published that
	// they changed.
	KeysForgotten prometheus.Counter
	// Refreshes counts documents fetched again because a signature did not
	// match.
	Refreshes prometheus.Counter
	// Replay counts single-use checks, by store (memory, redis) and outcome
	// (fresh, replayed, too-old, over-share, error).
	Replay *prometheus.CounterVec
	// RedisUp is 1 while used tokens are recorded in Redis, 0 while each
	// instance records its own.
	RedisUp prometheus.Gauge
	// RedisLost counts changes of RedisUp from 1 to 0.
	RedisLost prometheus.Counter
	// RedisRoom is how many more used tokens fit into nine tenths of the memory
	// of Redis.
	RedisRoom prometheus.Gauge
}

// NewMetrics makes the collectors and registers them with reg, which may be
// nil. Like MustRegister it panics if a name is already registered.
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

// orUnregistered replaces nil with collectors that are not registered.
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
