package limit

import "catbird.blue/mls/server/metrics"

var refusedMetric = metrics.Define(metrics.Metric{
	Group: "Limits", Name: RefusedMetric, Kind: metrics.Counter, Unit: "calls",
	Help:   "Calls that a limit refused, by the row of limits.md.",
	Labels: []metrics.Label{{Name: "limit", Values: rowNames(), Means: "the name of a row of [limits.md](limits.md)"}},
})

var redisUpMetric = metrics.Define(metrics.Metric{
	Group: metrics.RedisGroup, Name: "mls_limit_redis_up", Kind: metrics.Gauge, Unit: "1",
	Help: "1 while limits are counted in Redis, by all instances together. 0 while each instance counts its own, and without Redis.",
})

func rowNames() []string {
	names := make([]string, len(Table))
	for i, r := range Table {
		names[i] = r.Name
	}
	return names
}
