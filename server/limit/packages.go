package limit

import "time"

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

// Amount returns what a row that is kept in the database allows, scaled by
// MLS_RATE_LIMITS; false if rates are disabled.
func (l *Limits) Amount(r *Row) (int64, bool) {
	rates := l.rates.Load()
	return max(1, int64(float64(r.Amount)*rates.scale)), !rates.off
}
