package keypackages

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
)

// PackageLimiter has the amounts of limits that are counted in the database.
type Limiter interface {
	// Amount is what the row allows in its time; false for no limit.
	Amount(r *limit.Row) (int64, bool)
	// Refused counts that the row refused something.
	Refused(r *limit.Row)
}

// packageClaims bounds how many packages of a device others get, so that nobody
// can use up those of another account: one requester, and all requesters
// together that share no conversation with the account that it has accepted. It
// counts what was given and not what is held, so that spending a package, or
// letting its lease end, makes no room for the next one.
type Claims struct {
	key    []byte
	limits Limiter
}

func NewClaims(key []byte, limits Limiter) *Claims {
	return &Claims{key, limits}
}

func (p *Claims) amount(r *limit.Row) (int64, bool) {
	if p.limits == nil {
		return r.Amount, true
	}
	return p.limits.Amount(r)
}

// requester names who asks for packages of an account. It is another name for
// each account, so that the names do not tell who asked for several.
func (p *Claims) requester(holder, owner string) []byte {
	h := hmac.New(sha256.New, p.key)
	_, _ = h.Write([]byte(holder + " " + owner)) // a DID has no space
	return h.Sum(nil)[:16]
}

// devicePackage is a package of a device, to be counted.
type DevicePackage struct {
	convo.Device
	// Suite is the cipher suite of the package.
	Suite int64
}

// claimBook is what is counted for one requester in one transaction.
type claimBook struct {
	*Claims
	q      *db.Queries
	holder string
	now    time.Time
	// acquainted are the accounts that share an accepted conversation with the
	// requester, and the requester's own.
	acquainted map[string]bool
}

// open begins to count packages of the owners.
func (p *Claims) Open(ctx context.Context, q *db.Queries, holder string, now time.Time, owners []string) (*claimBook, error) {
	b := &claimBook{Claims: p, q: q, holder: holder, now: now}
	known, err := q.AcquaintedAccounts(ctx, convo.Unique(owners), holder)
	if err != nil {
		return nil, fmt.Errorf("look for shared conversations: %w", err)
	}
	b.acquainted = convo.SetOf(append(known, holder))
	return b, nil
}

// claimColumns are the columns of rows of package_claims.
type claimColumns struct {
	dids, devices []string
	suites        []int64
	requesters    [][]byte
}

func (c *claimColumns) add(p DevicePackage, suite int64, requester []byte) {
	c.dids, c.devices = append(c.dids, p.DID), append(c.devices, p.ID)
	c.suites, c.requesters = append(c.suites, suite), append(c.requesters, requester)
}

// rows are those that count these packages.
func (b *claimBook) rows(packages []DevicePackage) *claimColumns {
	c := &claimColumns{}
	for _, p := range packages {
		c.add(p, 0, b.requester(b.holder, p.DID))
		if !b.acquainted[p.DID] {
			c.add(p, p.Suite, []byte{})
		}
	}
	return c
}

// full locks the count of these packages, one of a device, and says which of
// their devices may give no further one, and by which limit. What is given of
// the others has to be recorded in the same transaction.
func (b *claimBook) Full(ctx context.Context, packages []DevicePackage) (map[convo.Device]*limit.Row, error) {
	own, bounded := b.amount(limit.RequesterPackages)
	if !bounded || len(packages) == 0 {
		return nil, nil
	}
	c := b.rows(packages)
	rows, err := b.q.LockPackageClaims(ctx, db.LockPackageClaimsParams{
		DayAgo: b.now.Add(-limit.StrangerPackages.Every), HourAgo: b.now.Add(-limit.RequesterPackages.Every), Now: b.now,
		Dids: c.dids, DeviceIds: c.devices, CipherSuites: c.suites, Requesters: c.requesters,
	})
	if err != nil {
		return nil, fmt.Errorf("lock the count of key packages: %w", err)
	}
	shares, err := b.shares(ctx, packages)
	if err != nil {
		return nil, err
	}
	full := map[convo.Device]*limit.Row{}
	for _, r := range rows {
		d := convo.Device{DID: r.Did, ID: r.DeviceID}
		switch {
		case len(r.Requester) > 0 && r.Claimed >= own:
			full[d] = limit.RequesterPackages
		case len(r.Requester) == 0 && r.Claimed >= shares[d]:
			full[d] = limit.StrangerPackages
		}
	}
	return full, nil
}

// shares is how many packages of each device strangers may have in a day, of
// those that it has had in that day. Of a single one the half is one.
func (b *claimBook) shares(ctx context.Context, packages []DevicePackage) (map[convo.Device]int64, error) {
	var c claimColumns
	for _, p := range packages {
		if !b.acquainted[p.DID] {
			c.add(p, p.Suite, nil)
		}
	}
	if len(c.dids) == 0 {
		return nil, nil
	}
	rows, err := b.q.CountDevicePackages(ctx, db.CountDevicePackagesParams{
		Dids: c.dids, DeviceIds: c.devices, CipherSuites: c.suites,
		Horizon: b.now, DayAgo: b.now.Add(-limit.StrangerPackages.Every),
	})
	if err != nil {
		return nil, fmt.Errorf("count key packages: %w", err)
	}
	percent, _ := b.amount(limit.StrangerPackages)
	shares := make(map[convo.Device]int64, len(rows))
	for _, r := range rows {
		shares[convo.Device{DID: r.Did, ID: r.DeviceID}] = (r.Packages*percent + 99) / 100
	}
	return shares, nil
}

// record counts packages that were given.
func (b *claimBook) Record(ctx context.Context, packages []DevicePackage) error {
	if _, bounded := b.amount(limit.RequesterPackages); !bounded || len(packages) == 0 {
		return nil
	}
	c := b.rows(packages)
	if err := b.q.RecordPackageClaims(ctx, db.RecordPackageClaimsParams{
		DayAgo: b.now.Add(-limit.StrangerPackages.Every), HourAgo: b.now.Add(-limit.RequesterPackages.Every), Now: b.now,
		Dids: c.dids, DeviceIds: c.devices, CipherSuites: c.suites, Requesters: c.requesters,
	}); err != nil {
		return fmt.Errorf("count key packages that were given: %w", err)
	}
	return nil
}

// refused counts a refusal.
func (p *Claims) Refused(r *limit.Row) {
	if p.limits != nil {
		p.limits.Refused(r)
	}
}

// tellScarcePackages tells the owners of devices of which few packages are left,
// after these were given, and reports whether it told anybody.
func LogScarce(ctx context.Context, q *db.Queries, given []DevicePackage, now time.Time) (bool, error) {
	if len(given) == 0 {
		return false, nil
	}
	low := db.LogKeyPackagesLowParams{Horizon: now.Add(limit.LeaseTime), Now: now, Low: limit.LowKeyPackages}
	for _, p := range given {
		low.Dids, low.DeviceIds = append(low.Dids, p.DID), append(low.DeviceIds, p.ID)
		low.CipherSuites = append(low.CipherSuites, p.Suite)
		low.SuiteNames = append(low.SuiteNames, mls.CipherSuite(p.Suite).String())
	}
	n, err := q.LogKeyPackagesLow(ctx, low)
	if err != nil {
		return false, fmt.Errorf("log scarce packages: %w", err)
	}
	return n > 0, nil
}
