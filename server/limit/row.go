package limit

import (
	"fmt"
	"math"
	"net/http"
	"time"

	"catbird.blue/mls/xrpc"
)

// Unit is what a row counts: the unit of what it protects.
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

// Store says where a row is counted.
type Store string

// The places where rows are counted.
const (
	// Process: each instance counts for itself.
	Process Store = "process"
	// Shared: all instances count together in Redis, where there is one.
	// While Redis is lost, each instance counts for itself.
	Shared Store = "Redis"
	// Database: counted from rows, in the transaction that decides.
	Database Store = "database"
)

// Row is one limit: a line of the table.
type Row struct {
	// Name is unique, and the value of the label "limit" of the metric.
	Name string
	// What is bounded, in a few words, for the documentation.
	What string
	Unit Unit
	// Per says whose bucket it is: "account", "conversation", "source address".
	Per string
	// Amount is how much is allowed at once.
	Amount int64
	// Refill is how much comes back in each Every. Both are zero where the row
	// bounds what exists at one time, and not an amount per time.
	Refill int64
	Every  time.Duration
	// Error is the name of the error that a caller above the limit gets, or
	// what happens instead.
	Error string
	Kept  Store
	// Metric counts the refusals; "" for RefusedMetric with the row's name.
	Metric string
}

// RefusedMetric counts what rows refused, by the label "limit".
const RefusedMetric = "mls_limit_refused_total"

// IsRate says whether the row is an amount per time. Only those are changed by
// MLS_RATE_LIMITS.
func (r *Row) IsRate() bool { return r.Refill > 0 }

// Refuse makes the error of a caller that has to wait. The time to come back is
// in the message too, since a PDS passes on no header of an error.
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

// StorageFull is the error of a service that has no room for what is stored.
const StorageFull = "StorageFull"

// String says the limit in one phrase: "200 calls, 20 back every 1s".
func (r *Row) String() string {
	if !r.IsRate() {
		return fmt.Sprintf("%d %s at once", r.Amount, r.Unit)
	}
	return fmt.Sprintf("%d %s, %d back every %s", r.Amount, r.Unit, r.Refill, r.Every)
}
