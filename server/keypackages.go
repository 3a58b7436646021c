package server

import (
	"context"
	"fmt"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/limit"
)

// expiredPackageTime is how long an unspent package stays after its end: a
// commit under way may still spend it, as the end of a lease or of a package
// does not forbid that.
const expiredPackageTime = 24 * time.Hour

// cleanKeyPackages deletes packages that are of no more use. A spent one stays
// until nobody could publish it again, which would bring it back to life: a
// package is published before it ends and lives for MaxPackageLifetime from
// then at most, so MaxPackageLifetime after the end that was asked for, its own
// has passed too.
func (s *Server) cleanKeyPackages(ctx context.Context) (bool, error) {
	q, now := db.New(s.pool), s.now()
	expired, err := q.DeleteExpiredKeyPackages(ctx, now.Add(-expiredPackageTime), cleanBatch)
	if err != nil {
		return false, fmt.Errorf("delete expired key packages: %w", err)
	}
	spent, err := q.DeleteSpentKeyPackages(ctx, now.Add(-limit.MaxPackageLifetime), cleanBatch)
	if err != nil {
		return false, fmt.Errorf("delete spent key packages: %w", err)
	}
	s.removed.add(removedPackages, expired+spent)
	return expired == cleanBatch || spent == cleanBatch, nil
}
