package limit

import (
	"time"

	"catbird.blue/mls/xrpc"
)

// Rows for long polls of sync and for streams.
var (
	// WaitsAndStreams limits the calls of sync that wait, and the streams.
	WaitsAndStreams = &Row{Name: "waits-and-streams", What: "waits of sync, and streams", Unit: Connections, Per: "account and instance",
		Amount: 16, Error: "the oldest one ends", Kept: Process, Metric: "mls_evicted_total"}
	// Evictions limits how often a wait or stream ends because a newer one
	// begins.
	Evictions = &Row{Name: "evictions", What: "waits and streams replaced by a newer one", Unit: Connections, Per: "account and instance",
		Amount: 4, Refill: 4, Every: time.Minute, Error: xrpc.RateLimitExceeded, Kept: Process}
	// StreamAge is the lifetime of a stream.
	StreamAge = &Row{Name: "stream-age", What: "lifetime of a stream", Unit: Minutes, Per: "stream",
		Amount: 60, Error: "`closing`, with the cursor", Kept: Process, Metric: "mls_streams_ended_total"}
	// SyncCalls limits the calls of sync in progress: reading, waiting for
	// their turn to read, or waiting for events.
	SyncCalls = &Row{Name: "sync-calls", What: "concurrent calls of sync", Unit: Calls, Per: "account and instance",
		Amount: 64, Error: xrpc.RateLimitExceeded, Kept: Process}
)
