package limit

import "time"

// lastResort is what happens beyond the limits on key packages.
const lastResort = "the last-resort package"

// RequesterPackages and StrangerPackages bound what others take of the key
// packages of a device, whatever becomes of what they took. A package that was
// leased and is spent counts once.
var (
	RequesterPackages = &Row{Name: "requester-packages", What: "key packages of a device, leased or spent", Unit: KeyPackages,
		Per: "requester and device", Amount: 8, Refill: 8, Every: time.Hour, Error: lastResort, Kept: Database}
	// The amount is a share of the packages that the device has had in that day.
	StrangerPackages = &Row{Name: "stranger-packages",
		What: "of the key packages that the device has had in that time, by all accounts that share no conversation with its account which this one has accepted",
		Unit: Percent, Per: "device and cipher suite", Amount: 50, Refill: 50, Every: 24 * time.Hour, Error: lastResort, Kept: Database}
)

// Amount is what a row that is kept in the database allows in its time, by
// MLS_RATE_LIMITS: false for no limit.
func (l *Limits) Amount(r *Row) (int64, bool) {
	return max(1, int64(float64(r.Amount)*l.scale)), !l.off
}
