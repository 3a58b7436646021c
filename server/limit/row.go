package limit

import (
	"fmt"
	"math"
	"net/http"
	"time"

	"catbird.blue/mls/xrpc"
)

// Unit is the unit in which a row counts.
type Unit string

// The units of rows.
const (
	Calls       Unit = "calls"
	Bytes       Unit = "bytes"
	Rows        Unit = "rows"
	CPU         Unit = "ms of CPU"
	Connections Unit = "connections"
	Lookups     Unit = "look-ups"
	Minutes     Unit = "minutes"
	KeyPackages Unit = "key packages"
	Percent     Unit = "%"
)

// Store is where a row is counted.
type Store string

// The places where rows are counted.
const (
	// Process: each instance counts its own.
	Process Store = "process"
	// Shared: all instances count together in Redis. Without Redis, and while
	// it is lost, each instance counts its own.
	Shared Store = "Redis"
	// Database: counted from rows, in the transaction that decides.
	Database Store = "database"
)

// Row is one limit: a line of the table.
type Row struct {
	// Name is unique, and the value of the label "limit" of the metric.
	Name string
	// What names the quantity for the documentation, in a few words.
	What string
	Unit Unit
	// Per names for whom it is counted: "account", "conversation", "source
	// address".
	Per string
	// Amount is how much is allowed at once.
	Amount int64
	// Refill is how much is refilled in each Every. Both are zero if the row
	// bounds what exists at one time and is not a rate.
	Refill int64
	Every  time.Duration
	// Error is the name of the error above the limit, or what happens instead.
	Error string
	Kept  Store
	// Metric counts the refusals; "" for RefusedMetric with the row's name.
	Metric string
}

// RefusedMetric counts refusals by rows, by the label "limit".
const RefusedMetric = "mls_limit_refused_total"

// IsRate reports whether the row is an amount per time. MLS_RATE_LIMITS changes
// only these rows.
func (r *Row) IsRate() bool { return r.Refill > 0 }

// Refuse returns the row's error for a caller that must wait. The message
// repeats the Retry-After, since a PDS does not pass on headers of errors.
func (r *Row) Refuse(wait time.Duration) *xrpc.Error {
	seconds := int64(math.Ceil(max(wait, time.Second).Seconds()))
	status := http.StatusTooManyRequests
	if r.Error == xrpc.ServiceUnavailable || r.Error == StorageFull {
		status = http.StatusServiceUnavailable
	}
	e := xrpc.Errorf(status, r.Error, "too much of this kind (%s): try again in %d s", r.Name, seconds)
	e.RetryAfter = time.Duration(seconds) * time.Second
	return e
}

// StorageFull is the error if there is no room to store more.
const StorageFull = "StorageFull"

// String describes the limit: "200 calls, 20 back every 1s".
func (r *Row) String() string {
	if !r.IsRate() {
		return fmt.Sprintf("%d %s at once", r.Amount, r.Unit)
	}
	return fmt.Sprintf("%d %s, %d back every %s", r.Amount, r.Unit, r.Refill, r.Every)
}
