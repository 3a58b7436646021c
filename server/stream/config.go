package stream

import (
	"time"

	"catbird.blue/mls/server/limit"
)

// Why streams end: the values of the label "reason" of Metrics.Ended.
const (
	reasonClient  = "client"
	reasonClosing = "closing"
	reasonSlow    = "slow"
	reasonError   = "error"
	reasonAged    = "aged"
	reasonEvicted = "evicted"
	reasonRefused = "refused"
)

// Bounds of streams.
const (
	// ageSpread is the time over which streams that began at the same moment
	// end. ageGrace is how long before maxAge the last of them ends, which
	// leaves time to write the end.
	ageSpread = 9 * time.Minute
	ageGrace  = time.Minute
	// Buffer is how many bytes may wait for the connection of a stream. The
	// streams share the bytes of an event.
	Buffer = 8 << 20
	// Heartbeat is how often a quiet stream gets a heartbeat. A PDS closes a
	// connection that has been silent for 30 s.
	Heartbeat = 15 * time.Second
	// MaxProxied is the length at which a stream of server-sent events ends if
	// it may come through a PDS, which passes on 10 MiB of one answer.
	MaxProxied = 9 << 20
	// WriteTimeout is how long a write may take, in addition to the time for its
	// bytes at writeMinRate.
	WriteTimeout = 15 * time.Second

	writeMinRate = 16 << 10 // bytes per second
)

// maxAge is how long a stream lasts at most. After that its client needs a new
// token: so when a key was rotated or an account deleted, no stream goes on for
// longer than that.
var maxAge = time.Duration(limit.StreamAge.Amount) * time.Minute

// Config configures Streams. Only Source is required.
type Config struct {
	Source  Source
	Metrics *Metrics
	// Limits counts evictions; nil for separate limits.
	Limits *limit.Limits

	// These are for tests; zero means the constants above, and time.Now.
	PerDID, Buffer, Proxied int
	Heartbeat, WriteTimeout time.Duration
	Now                     func() time.Time
}
