package limit

import (
	"time"

	"catbird.blue/mls/xrpc"
)

// lastResort: above the limits on key packages a requester gets the last-resort
// package.
const lastResort = "last resort"

// RequesterPackages and StrangerPackages limit how many key packages of a
// device other accounts take, whether or not they use them. A package that was
// leased and then spent counts once.
var (
	RequesterPackages = &Row{Name: "requester-packages", What: "leased or spent packages", Unit: KeyPackages,
		Per: "requester and device", Amount: 8, Refill: 8, Every: time.Hour, Error: lastResort, Kept: Database}
	// The amount is a percentage of the packages that the device had in the
	// last day.
	StrangerPackages = &Row{Name: "stranger-packages",
		What: "packages for non-contacts",
		Unit: Percent, Per: "device and cipher suite", Amount: 50, Refill: 50, Every: 24 * time.Hour, Error: lastResort, Kept: Database}
)

// Strangers and StrangersOfNew limit how many different accounts one account asks
// for or adds that share no accepted conversation with it, whatever the answer. The
// operator can raise it for a named account.
var (
	Strangers = &Row{Name: "strangers", What: "different strangers asked for or added", Unit: Rows, Per: "account", Amount: 100,
		Refill: 100, Every: day, Error: xrpc.RateLimitExceeded, Kept: Database}
	StrangersOfNew = &Row{Name: "strangers-of-new", What: "different strangers asked for or added by new accounts", Unit: Rows, Per: "account",
		Amount: 20, Refill: 20, Every: day, Error: xrpc.RateLimitExceeded, Kept: Database}
	// OpenRequests is how many open requests an account has. One more ends the oldest
	// of the adder with most.
	OpenRequests = &Row{Name: "open-requests", What: "open requests to one account", Unit: Rows, Per: "account", Amount: 100,
		Error: "the oldest of the adder with most ends", Kept: Database}
)

// Amount returns what a row that is kept in the database allows, scaled by
// MLS_RATE_LIMITS; false if rates are disabled.
func (l *Limits) Amount(r *Row) (int64, bool) {
	rates := l.rates.Load()
	return max(1, int64(float64(r.Amount)*rates.scale)), !rates.off
}
