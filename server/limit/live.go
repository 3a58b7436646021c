package limit

import (
	"time"

	"catbird.blue/mls/xrpc"
)

// Rows of what is open for a long time: long polls of sync, and streams.
var (
	// WaitsAndStreams are the calls of sync that wait, and the streams.
	WaitsAndStreams = &Row{Name: "waits-and-streams", What: "waits of sync and streams together", Unit: Connections, Per: "account and instance",
		Amount: 16, Error: "the oldest wait ends, or else the oldest stream", Kept: Process, Metric: "mls_evicted_total"}
	// Evictions are the waits and streams that end for a newer one.
	Evictions = &Row{Name: "evictions", What: "waits and streams that end for a newer one", Unit: Connections, Per: "account and instance",
		Amount: 4, Refill: 4, Every: time.Minute, Error: xrpc.RateLimitExceeded, Kept: Process}
	// StreamAge is how long a stream lasts.
	StreamAge = &Row{Name: "stream-age", What: "how long a stream lasts", Unit: Minutes, Per: "stream",
		Amount: 60, Error: "`closing`, with the cursor", Kept: Process, Metric: "mls_streams_ended_total"}
	// SyncCalls are the calls of sync that read, wait for their turn to read, or
	// wait for news.
	SyncCalls = &Row{Name: "sync-calls", What: "calls of sync under way", Unit: Calls, Per: "account and instance",
		Amount: 64, Error: xrpc.RateLimitExceeded, Kept: Process}
)
