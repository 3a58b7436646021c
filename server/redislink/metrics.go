package redislink

import (
	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/metrics"
)

var configuredMetric = metrics.Define(metrics.Metric{
	Group: metrics.RedisGroup, Name: "mls_redis_configured", Kind: metrics.Gauge, Unit: "1",
	Help: "1 if this instance has a Redis to share with others, else 0.",
})

// Register says by a metric whether a Redis is configured.
func Register(r prometheus.Registerer, configured bool) {
	g := configuredMetric.NewGauge()
	if configured {
		g.Set(1)
	}
	r.MustRegister(g)
}
