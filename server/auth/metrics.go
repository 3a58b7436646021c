package auth

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/metrics"
	"catbird.blue/mls/xrpc"
)

const metricGroup = "Tokens and DID documents"

// ErrorNames lists the names of the errors of authentication.
var ErrorNames = []string{
	AuthenticationRequired, BadJwt, BadJwtType, BadJwtAudience, BadJwtLexiconMethod, BadJwtIss, UntrustedIss, BadJwtSignature,
	JwtExpired, JwtReplayed,
}

var (
	tokensMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_auth_tokens_total", Kind: metrics.Counter, Unit: "tokens",
		Help: "Service tokens that were judged, by outcome: ok, or the name of the error. UpstreamFailure says that the DID " +
			"document could not be fetched, RateLimitExceeded that a limit of look-ups was reached.",
		Labels: []metrics.Label{{Name: "outcome", Values: append([]string{"ok", xrpc.UpstreamFailure, xrpc.RateLimitExceeded,
			xrpc.ServiceUnavailable, xrpc.InternalServerError}, ErrorNames...)}},
	})
	verdictsMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_auth_verdicts_reused_total", Kind: metrics.Counter, Unit: "tokens",
		Help: "Tokens of queries whose signature was not checked again, because it had been before.",
	})
	lookupsMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_auth_did_lookups_total", Kind: metrics.Counter, Unit: "look-ups",
		Help: "DID documents that were fetched, by DID method. unknown says that there is no usable document, failed that " +
			"the directory or host did not answer.",
		Labels: []metrics.Label{{Name: "method", Values: []string{"plc", "web"}}, {Name: "outcome", Values: []string{"ok", "unknown", "failed"}}},
	})
	lookupSecondsMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_auth_did_lookup_seconds", Kind: metrics.Histogram, Unit: "seconds",
		Help:    "Time to fetch a DID document.",
		Labels:  []metrics.Label{{Name: "method", Values: []string{"plc", "web"}}},
		Buckets: []float64{.005, .02, .05, .1, .25, .5, 1, 2, 3},
	})
	cacheMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_auth_did_cache_total", Kind: metrics.Counter, Unit: "questions",
		Help: "Questions for a signing key. While a directory does not answer, stale counts keys that were fetched within " +
			"the last hour, stored those of known accounts within 24 hours.",
		Labels: []metrics.Label{{Name: "result", Values: []string{"hit", "miss", "negative", "stale", "stored"}}},
	})
	keysStoredMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_auth_stored_keys_total", Kind: metrics.Counter, Unit: "keys",
		Help: "Signing keys offered to the table account_keys. unknown accounts have no row there; dropped says that the " +
			"queue was full.",
		Labels: []metrics.Label{{Name: "outcome", Values: []string{"known", "unknown", "failed", "dropped"}}},
	})
	keysForgottenMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_auth_keys_forgotten_total", Kind: metrics.Counter, Unit: "keys",
		Help: "Signing keys dropped because another instance learned that they changed.",
	})
	refreshesMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_auth_did_refreshes_total", Kind: metrics.Counter, Unit: "look-ups",
		Help: "DID documents fetched again because a signature did not match.",
	})
	replayMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_auth_replay_checks_total", Kind: metrics.Counter, Unit: "tokens",
		Help: "Checks whether a token was used before, by where the marks are.",
		Labels: []metrics.Label{{Name: "store", Values: []string{"memory", "redis"}},
			{Name: "outcome", Values: []string{"fresh", "replayed", "too-old", "over-share", "error"}}},
	})
	redisUpMetric = metrics.Define(metrics.Metric{
		Group: metrics.RedisGroup, Name: "mls_auth_replay_redis_up", Kind: metrics.Gauge, Unit: "1",
		Help: "1 while marks of used tokens are kept in Redis. 0 while each instance keeps its own, and without Redis.",
	})
	redisLostMetric = metrics.Define(metrics.Metric{
		Group: metrics.RedisGroup, Name: "mls_auth_replay_redis_lost_total", Kind: metrics.Counter, Unit: "times",
		Help: "Times the marks of used tokens could not be kept in Redis any more.",
	})
	redisRoomMetric = metrics.Define(metrics.Metric{
		Group: metrics.RedisGroup, Name: "mls_auth_replay_redis_room", Kind: metrics.Gauge, Unit: "tokens",
		Help: "Marks of used tokens for which nine tenths of the memory of Redis have room; 0 without Redis.",
	})
)

// Metrics are the counters of authentication.
type Metrics struct {
	Tokens        *metrics.CounterVec
	Verdicts      prometheus.Counter
	Lookups       *metrics.CounterVec
	LookupSeconds *metrics.HistogramVec
	DocumentCache *metrics.CounterVec
	KeysStored    *metrics.CounterVec
	KeysForgotten prometheus.Counter
	Refreshes     prometheus.Counter
	Replay        *metrics.CounterVec
	RedisUp       prometheus.Gauge
	RedisLost     prometheus.Counter
	RedisRoom     prometheus.Gauge
}

// NewMetrics makes the collectors and registers them with reg, which may be
// nil. Like MustRegister it panics if a name is already registered.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{
		Tokens: tokensMetric.NewCounterVec(), Verdicts: verdictsMetric.NewCounter(), Lookups: lookupsMetric.NewCounterVec(),
		LookupSeconds: lookupSecondsMetric.NewHistogramVec(), DocumentCache: cacheMetric.NewCounterVec(),
		KeysStored: keysStoredMetric.NewCounterVec(), KeysForgotten: keysForgottenMetric.NewCounter(),
		Refreshes: refreshesMetric.NewCounter(), Replay: replayMetric.NewCounterVec(), RedisUp: redisUpMetric.NewGauge(),
		RedisLost: redisLostMetric.NewCounter(), RedisRoom: redisRoomMetric.NewGauge(),
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
