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

// Limiter has the amounts of limits that are counted in the database.
type Limiter interface {
	// Amount returns what the row allows in its time; false for no limit.
	Amount(r *limit.Row) (int64, bool)
	// Refused counts a refusal by the row for the metrics.
	Refused(r *limit.Row)
}

// Claims bounds how many packages of a device others get, so that nobody can use up
// the packages of another account. One limit is for each requester. The other is for
// all requesters together that share no accepted conversation with the account. Both
// count the packages that were given, not those that are leased, so spending a package
// or letting its lease end does not allow another one.
type Claims struct {
	key    []byte
	limits Limiter
}

// NewClaims returns Claims that name requesters with key. limits is nil for the
// amounts of the table.
func NewClaims(key []byte, limits Limiter) *Claims {
	return &Claims{key, limits}
}

func (p *Claims) amount(r *limit.Row) (int64, bool) {
	if p.limits == nil {
		return r.Amount, true
	}
	return p.limits.Amount(r)
}

// requester returns the pseudonym of a requester (holder) in the counts of an owner. It
// differs for each owner, so the stored counts do not show that one requester claimed
// packages of several accounts.
func (p *Claims) requester(holder, owner string) []byte {
	h := hmac.New(sha256.New, p.key)
	_, _ = h.Write([]byte(holder + " " + owner)) // a DID has no space
	return h.Sum(nil)[:16]
}

// DevicePackage is a package of a device, to be counted.
type DevicePackage struct {
	convo.Device
	// Suite is the cipher suite of the package.
	Suite int64
}

// claimBook counts the packages given to one requester in one transaction.
type claimBook struct {
	*Claims
	holder string
	now    time.Time
	// own is how many packages of one device the holder may have in an hour, and percent
	// the share of all requesters that are not acquainted. Without a limit, bounded is
	// false. They are read once, since an operator may change them at any time.
	own, percent int64
	bounded      bool
	// acquainted has the accounts that share an accepted conversation with the
	// requester, and the requester itself.
	acquainted map[string]bool
}

// Open begins to count packages that holder gets. acquainted has the accounts that
// share an accepted conversation with the holder, and the holder itself.
func (p *Claims) Open(holder string, now time.Time, acquainted map[string]bool) *claimBook {
	b := &claimBook{Claims: p, holder: holder, now: now, acquainted: acquainted}
	b.own, b.bounded = p.amount(limit.RequesterPackages)
	b.percent, _ = p.amount(limit.StrangerPackages)
	return b
}

// claimColumns has rows of package_claims as arrays, one for each column.
type claimColumns struct {
	dids, devices []string
	suites        []int64
	requesters    [][]byte
}

func (c *claimColumns) add(p DevicePackage, suite int64, requester []byte) {
	c.dids, c.devices = append(c.dids, p.DID), append(c.devices, p.ID)
	c.suites, c.requesters = append(c.suites, suite), append(c.requesters, requester)
}

// rows returns the rows that count these packages: that of the requester, and if it is
// not acquainted with the owner, that of all such requesters, whose name is empty.
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

// ends returns until when the rows of requesters and those of all together count. The
// second is rounded up to a whole hour: it is indexed, and stays the same for most of
// the claims of a device.
func (b *claimBook) ends() (hour, day time.Time) {
	const whole = time.Hour
	return b.now.Add(limit.RequesterPackages.Every), b.now.Add(limit.StrangerPackages.Every).Truncate(whole).Add(whole)
}

// Full locks the counts of these packages, one for each device, and returns the limits
// of devices of which no further package may be given. Packages of the others must be
// recorded (Record) in the same transaction.
func (b *claimBook) Full(ctx context.Context, q *db.Queries, packages []DevicePackage) (map[convo.Device]*limit.Row, error) {
	c := b.count(packages)
	if err := c.lock(ctx, q); err != nil {
		return nil, err
	}
	if err := c.readClaims(ctx, q); err != nil {
		return nil, err
	}
	if err := c.readShares(ctx, q); err != nil {
		return nil, err
	}
	return c.full(), nil
}

// counts are how many packages of some devices were given, and how many there were.
// readClaims and readShares read them, after lock.
type counts struct {
	book     *claimBook
	packages []DevicePackage
	rows     []db.CountPackageClaimsRow
	// shares are how many packages of each device all requesters without an accepted
	// conversation may have in a day: a percentage, rounded up, of the packages that the
	// device had in that day. If it is more than they have had, the true number may be
	// larger still, because not all packages were counted.
	shares map[convo.Device]int64
}

// count begins to count these packages. It counts none if there is no limit.
func (b *claimBook) count(packages []DevicePackage) *counts {
	if !b.bounded {
		packages = nil
	}
	return &counts{book: b, packages: packages}
}

// lock locks the counts.
func (c *counts) lock(ctx context.Context, q *db.Queries) error {
	if len(c.packages) == 0 {
		return nil
	}
	columns := c.book.rows(c.packages)
	hourEnds, dayEnds := c.book.ends()
	if err := q.LockPackageClaims(ctx, db.LockPackageClaimsParams{
		HourEnds: hourEnds, DayEnds: dayEnds, Dids: columns.dids, DeviceIds: columns.devices, CipherSuites: columns.suites, Requesters: columns.requesters,
	}); err != nil {
		return fmt.Errorf("lock the count of key packages: %w", err)
	}
	return nil
}

// readClaims reads the locked counts.
func (c *counts) readClaims(ctx context.Context, q *db.Queries) error {
	if len(c.packages) == 0 {
		return nil
	}
	now, columns := c.book.now, c.book.rows(c.packages)
	rows, err := q.CountPackageClaims(ctx, db.CountPackageClaimsParams{
		DayAgo: now.Add(-limit.StrangerPackages.Every), HourAgo: now.Add(-limit.RequesterPackages.Every),
		Dids: columns.dids, DeviceIds: columns.devices, CipherSuites: columns.suites, Requesters: columns.requesters,
	})
	if err != nil {
		return fmt.Errorf("read the count of key packages: %w", err)
	}
	c.rows = rows
	return nil
}

// readShares reads the shares of the devices whose accounts are not acquainted with the
// requester. It follows lock, since it counts packages only up to a number which shows
// that the locked counts are below the share.
func (c *counts) readShares(ctx context.Context, q *db.Queries) error {
	b := c.book
	var columns claimColumns
	for _, p := range c.packages {
		if !b.acquainted[p.DID] {
			columns.add(p, p.Suite, nil)
		}
	}
	if len(columns.dids) == 0 {
		return nil
	}
	rows, err := q.CountDevicePackages(ctx, db.CountDevicePackagesParams{
		Dids: columns.dids, DeviceIds: columns.devices, CipherSuites: columns.suites, Percent: b.percent,
		Horizon: b.now, DayAgo: b.now.Add(-limit.StrangerPackages.Every),
	})
	if err != nil {
		return fmt.Errorf("count key packages: %w", err)
	}
	c.shares = make(map[convo.Device]int64, len(rows))
	for _, r := range rows {
		c.shares[convo.Device{DID: r.Did, ID: r.DeviceID}] = (r.Packages*b.percent + 99) / 100
	}
	return nil
}

// full returns the limits of devices of which no further package may be given.
func (c *counts) full() map[convo.Device]*limit.Row {
	full := map[convo.Device]*limit.Row{}
	for _, r := range c.rows {
		d := convo.Device{DID: r.Did, ID: r.DeviceID}
		switch {
		case len(r.Requester) > 0 && r.Claimed >= c.book.own:
			full[d] = limit.RequesterPackages
		case len(r.Requester) == 0 && r.Claimed >= c.shares[d]:
			full[d] = limit.StrangerPackages
		}
	}
	return full
}

// Record counts packages that were given.
func (b *claimBook) Record(ctx context.Context, q *db.Queries, packages []DevicePackage) error {
	if !b.bounded || len(packages) == 0 {
		return nil
	}
	c := b.rows(packages)
	hourEnds, dayEnds := b.ends()
	if err := q.RecordPackageClaims(ctx, db.RecordPackageClaimsParams{
		HourEnds: hourEnds, DayEnds: dayEnds,
		DayAgo: b.now.Add(-limit.StrangerPackages.Every), HourAgo: b.now.Add(-limit.RequesterPackages.Every), Now: b.now,
		Dids: c.dids, DeviceIds: c.devices, CipherSuites: c.suites, Requesters: c.requesters,
	}); err != nil {
		return fmt.Errorf("count key packages that were given: %w", err)
	}
	return nil
}

// Refused counts a refusal by a limit for the metrics.
func (p *Claims) Refused(r *limit.Row) {
	if p.limits != nil {
		p.limits.Refused(r)
	}
}

// LogScarce publishes an event to the owner of each device of which few packages are
// left after these were given. It reports whether it published any.
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
