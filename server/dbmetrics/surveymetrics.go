package dbmetrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/metrics"
)

// tables are the tables of the schema. A test compares them with it.
var tables = []string{"account_keys", "account_origins", "account_states", "account_states_version", "accounts", "admin_audit", "blobs",
	"blocks", "commit_failures", "contact_preferences", "conversations", "convo_blocks", "convo_infos", "declines", "devices", "events", "group_infos", "health_writes", "idempotency_records",
	"join_links", "join_requests",
	"key_packages", "lapsed_proposals", "leaves", "log_generation", "memberships", "message_blobs", "messages", "orphan_objects",
	"package_claims", "quiet_place", "read_positions", "rejoin_requests", "relay_cursors", "removed_messages", "reports", "schema_migrations",
	"schema_needs", "stranger_allowances", "strangers_asked", "tickets", "trees", "welcome_recipients", "welcomes"}

// applications are the application names that OldestTransactions is told apart by.
// All others, which anybody may choose, are "other".
var applications = []string{"mlsd", "psql", "pg_dump", "pg_restore", "pg_basebackup", "pgbench", "prepared", "", metrics.Other}

var (
	databaseBytesMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_database_bytes", Kind: metrics.Gauge, Unit: "bytes",
		Help: "Size of the database on disk.",
	})
	tableRowsMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_database_table_rows", Kind: metrics.Gauge, Unit: "rows",
		Help:   "Rows of each table, as the statistics of PostgreSQL estimate them.",
		Labels: []metrics.Label{{Name: "table", Values: tables}},
	})
	tableBytesMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_database_table_bytes", Kind: metrics.Gauge, Unit: "bytes",
		Help:   "Size of each table on disk, with its indexes.",
		Labels: []metrics.Label{{Name: "table", Values: tables}},
	})
	oldestMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_database_oldest_transaction_seconds", Kind: metrics.Gauge, Unit: "seconds",
		Help: "Age of the oldest open transaction that writes, in all databases of the cluster, by the application name of " +
			"its session. It holds back the log. prepared stands for prepared transactions, empty for sessions without a name. " +
			"Transactions of other roles are seen only by a member of pg_monitor.",
		Labels: []metrics.Label{{Name: "application", Values: applications}},
	})
	blobBytesMetric = metrics.Define(metrics.Metric{
		Group: "Storage", Name: "mls_blob_stored_bytes", Kind: metrics.Gauge, Unit: "bytes",
		Help: "Size of all attachments. Exact while their table is small, then estimated from a sample.",
	})
	poolsMetric = metrics.Define(metrics.Metric{
		Group: "Key packages", Name: "mls_key_package_pool_size", Kind: metrics.Histogram, Unit: "key packages",
		Help: "Devices by how many key packages they have that can be claimed, last-resort packages apart; 200 stands for more. " +
			"It is the present state, so rate() of it means nothing. Estimated from a sample where there are many devices.",
		Buckets: poolBuckets,
	})
	surveyedMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_database_survey_timestamp_seconds", Kind: metrics.Gauge, Unit: "seconds",
		Help: "When this instance last measured sizes and transactions without an error.",
	})
)

var poolBuckets = []float64{0, 1, 2, 5, 10, 20, 50, 100, 200}

// gauges are the metrics of a Survey.
type gauges struct {
	databaseBytes, blobBytes, surveyed prometheus.Gauge
	rows, bytes, oldest                *metrics.GaugeVec
	pools                              *pools
}

func newGauges(r prometheus.Registerer) *gauges {
	g := &gauges{
		databaseBytes: databaseBytesMetric.NewGauge(), blobBytes: blobBytesMetric.NewGauge(), surveyed: surveyedMetric.NewGauge(),
		rows: tableRowsMetric.NewGaugeVec(), bytes: tableBytesMetric.NewGaugeVec(), oldest: oldestMetric.NewGaugeVec(),
		pools: &pools{desc: poolsMetric.NewDesc()},
	}
	if r != nil {
		r.MustRegister(g.databaseBytes, g.blobBytes, g.surveyed, g.rows, g.bytes, g.oldest, g.pools)
	}
	return g
}
