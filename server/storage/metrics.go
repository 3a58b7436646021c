package storage

import (
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/metrics"
)

const (
	metricGroup = "Storage"
	// whenMeasured says when the series of a place exist. A place that is not
	// measured has none: 0 would say that it is full.
	whenMeasured = "for the places that this service measures"
)

var placeLabel = metrics.Label{Name: "place", Values: []string{"database", "blobs", "database-limit"}}

var (
	freeRatioMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_storage_free_ratio", Kind: metrics.Gauge, Unit: "ratio", When: whenMeasured, Zero: [][]string{},
		Help: "Part of the storage that is free: of the file systems of the private database and of blobs that are files, " +
			"and of the size that MLS_DATABASE_LIMIT allows.",
		Labels: []metrics.Label{placeLabel},
	})
	freeBytesMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_storage_free_bytes", Kind: metrics.Gauge, Unit: "bytes", When: whenMeasured, Zero: [][]string{},
		Help: "Bytes that are free there.", Labels: []metrics.Label{placeLabel},
	})
	totalBytesMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_storage_size_bytes", Kind: metrics.Gauge, Unit: "bytes", When: whenMeasured, Zero: [][]string{},
		Help: "Bytes that there are, used and free.", Labels: []metrics.Label{placeLabel},
	})
	shortMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_storage_short", Kind: metrics.Gauge, Unit: "1",
		Help: "1 while less is free than the limit says: below free-for-all accounts above their fair share store nothing, " +
			"below free-for-writes nobody does.",
		Labels: []metrics.Label{{Name: "limit", Values: []string{limit.FreeForAll.Name, limit.FreeForWrites.Name}}},
	})
	failuresMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_storage_measure_failures_total", Kind: metrics.Counter, Unit: "measurements",
		Help: "Measurements of free storage that failed. The last one that did not counts.", Labels: []metrics.Label{placeLabel},
	})
)
