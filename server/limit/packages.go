package limit

import "time"

// lastResort is what a requester gets beyond the limits on key packages.
const lastResort = "the last-resort package"

// RequesterPackages and StrangerPackages limit how many key packages of a
// device other accounts take, whether or not they use them. A package that was
// leased and then spent counts once.
var (
	RequesterPackages = &Row{Name: "requester-packages", What: "key packages of a device, leased or spent", Unit: KeyPackages,
		Per: "requester and device", Amount: 8, Refill: 8, Every: time.Hour, Error: lastResort, Kept: Database}
	// The amount is a percentage of the packages that the device had in the
	// last day.
	StrangerPackages = &Row{Name: "stranger-packages",
		What: "of the key packages that the device has had in that time, by all accounts that share no conversation with its account which this one has accepted",
		Unit: Percent, Per: "device and cipher suite", Amount: 50, Refill: 50, Every: 24 * time.Hour, Error: lastResort, Kept: Database}
)

// Amount returns what a row that is kept in the database allows, scaled by
// MLS_RATE_LIMITS; false if rates are disabled.
func (l *Limits) Amount(r *Row) (int64, bool) {
	return max(1, int64(float64(r.Amount)*l.scale)), !l.off
}
