package retention

import (
	"context"
	"fmt"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/limit"
)

// ExpiredPackageTime is how long an unspent key package is kept after its end. A
// commit that is under way may still spend it: neither the end of a lease nor
// that of the package forbids this.
const ExpiredPackageTime = 24 * time.Hour

// keyPackages deletes expired and spent key packages. A spent package is kept until
// it has expired, because publishing it again would make it usable. No package
// outlives its publication by more than MaxPackageLifetime, so one that was spent
// that long ago has expired.
func (c *Cleaner) keyPackages(ctx context.Context) (bool, error) {
	q, now := db.New(c.pool), c.now()
	expired, err := q.DeleteExpiredKeyPackages(ctx, now.Add(-ExpiredPackageTime), batch)
	if err != nil {
		return false, fmt.Errorf("delete expired key packages: %w", err)
	}
	spent, err := q.DeleteSpentKeyPackages(ctx, now.Add(-limit.MaxPackageLifetime), batch)
	if err != nil {
		return false, fmt.Errorf("delete spent key packages: %w", err)
	}
	c.metrics.add(kindPackage, expired+spent)
	return expired == batch || spent == batch, nil
}

// claims deletes counts of given key packages that no longer matter, and clears
// the holder and the conversation of ended leases.
func (c *Cleaner) claims(ctx context.Context) (bool, error) {
	q, now := db.New(c.pool), c.now()
	leases, err := q.ClearEndedLeases(ctx, now, batch)
	if err != nil {
		return false, fmt.Errorf("clear ended leases: %w", err)
	}
	claims, err := q.DeleteEndedPackageClaims(ctx, now, batch)
	if err != nil {
		return false, fmt.Errorf("delete old counts of key packages: %w", err)
	}
	c.metrics.add(kindClaim, claims)
	return leases == batch || claims == batch, nil
}
