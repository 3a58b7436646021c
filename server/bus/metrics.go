package bus

import (
	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/metrics"
)

var upMetric = metrics.Define(metrics.Metric{
	Group: metrics.RedisGroup, Name: "mls_bus_redis_up", Kind: metrics.Gauge, Unit: "1",
	Help: "1 while notifications and signals reach Redis, as the last attempt to publish one found; 0 without Redis.",
})

// Up makes the gauge that says whether the bus reaches Redis.
func Up() prometheus.Gauge { return upMetric.NewGauge() }
