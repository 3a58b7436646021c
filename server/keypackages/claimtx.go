package keypackages

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// claim takes key packages of accounts for one requester, the holder.
//
// A lease belongs to (holder, device, suite, conversation or ""): while it
// lasts and the package is unspent, the holder is given the same package and
// nobody else is. Only packages that outlive the lease are given. Where there is
// none, or others have had as many as packageClaims allows, the device's
// last-resort package is given, which is never leased or spent.
//
// All claims of one holder go one after the other, under its account row: so of
// two concurrent first claims the second finds the leases of the first. Claims
// of different holders wait for each other only where neither shares an accepted
// conversation with the same account, since these are counted together; nobody
// waits for a package: each takes rows that no other transaction has. A row that
// somebody has may come back when that transaction fails, so a claim that found
// nothing where something is available tries again before it gives up.
type claim struct {
	server *Service
	holder string
	convo  xrpc.ConvoID // "" for none
	suite  int64        // 0 for any
	dids   []string

	// told: owners have been told that packages are scarce.
	told bool
	// devices by account, by first appearance.
	devices map[string][]*claimDevice
	// seated are accounts with devices that are left out, since they are in the
	// conversation already.
	seated map[string]bool
}

// claimDevice is a device that a package is wanted of.
type claimDevice struct {
	did, id string
	// suite is what it is served in, 0 where it has no package at all.
	suite int64
	// available: a package was free when the devices were listed.
	available bool
	// refused is the limit that keeps the holder from a fresh package, if any.
	refused *limit.Row
	// pkg is what the holder gets.
	pkg *claimedPackage
}

type claimedPackage struct {
	ref  []byte
	size int64
	// leaseEnds is nil for a last-resort package.
	leaseEnds *time.Time
	// bytes is nil for what does not fit into the answer.
	bytes []byte
}

// run claims, in up to claimRounds transactions.
func (c *claim) run(ctx context.Context) error {
	for round := range claimRounds {
		var again bool
		err := c.server.InTx(ctx, func(tx pgx.Tx) error {
			var err error
			again, err = c.round(ctx, db.New(tx), round == claimRounds-1)
			return err
		})
		if err != nil {
			return fmt.Errorf("claim key packages: %w", err)
		}
		if !again {
			c.countRefusals()
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(claimPause << round):
		}
	}
	return nil
}

// round is one transaction of a claim. It reports whether there is reason for
// another one: packages were available, and others held them. The leases it
// took are kept then, and the next round finds them.
func (c *claim) round(ctx context.Context, q *db.Queries, last bool) (again bool, err error) {
	if err := q.HoldAccount(ctx, c.holder, c.server.Now()); err != nil {
		return false, err
	}
	// Read under the lock: the lease begins now, however long that took.
	now := c.server.Now().Truncate(time.Microsecond)
	ends := now.Add(limit.LeaseTime)
	if err := c.list(ctx, q, now, ends); err != nil {
		return false, err
	}
	contended, err := c.lease(ctx, q, now, ends)
	if err != nil || contended && !last {
		return true, err
	}
	if err := c.pickLastResort(ctx, q, ends); err != nil {
		return false, err
	}
	return false, c.fetch(ctx, q, now)
}

// list reads the devices of the accounts, and what the holder has of them.
func (c *claim) list(ctx context.Context, q *db.Queries, now, horizon time.Time) error {
	rows, err := q.ListClaimableDevices(ctx, db.ListClaimableDevicesParams{
		Dids: c.dids, CipherSuite: c.suite, Holder: c.holder, Convo: c.convo, Now: now, Horizon: horizon,
	})
	if err != nil {
		return err
	}
	c.devices, c.seated = make(map[string][]*claimDevice, len(c.dids)), map[string]bool{}
	for _, r := range rows {
		if r.Seated {
			c.seated[r.Did] = true
			continue
		}
		c.devices[r.Did] = append(c.devices[r.Did], &claimDevice{did: r.Did, id: r.DeviceID, suite: r.CipherSuite, available: r.Available})
	}
	leases, err := q.ListLeases(ctx, c.holder, c.dids, c.convo)
	if err != nil {
		return err
	}
	for _, l := range leases {
		if d := c.device(l.Did, l.DeviceID); d != nil && l.CipherSuite == d.suite && l.LeaseEndsAt.After(now) {
			d.pkg = &claimedPackage{ref: l.Ref, size: l.Size, leaseEnds: l.LeaseEndsAt}
		}
	}
	return nil
}

func (c *claim) device(did, id string) *claimDevice {
	for _, d := range c.devices[did] {
		if d.id == id {
			return d
		}
	}
	return nil
}

// deviceColumns are the columns of wanted devices, as statements take them.
type deviceColumns struct {
	dids, ids []string
	suites    []int64
}

func (c *claim) wanted(want func(*claimDevice) bool) deviceColumns {
	var w deviceColumns
	for _, did := range c.dids {
		for _, d := range c.devices[did] {
			if want(d) {
				w.dids, w.ids, w.suites = append(w.dids, did), append(w.ids, d.id), append(w.suites, d.suite)
			}
		}
	}
	return w
}

// lease takes a free package of each device that the holder has none of and may
// have one of, and reports whether others held some that were free a moment ago.
func (c *claim) lease(ctx context.Context, q *db.Queries, now, ends time.Time) (contended bool, err error) {
	book, err := c.bound(ctx, q, now)
	if err != nil || book == nil {
		return false, err
	}
	w := c.wanted((*claimDevice).mayBeLeased)
	if len(w.ids) == 0 {
		return false, nil
	}
	rows, err := q.LeaseKeyPackages(ctx, db.LeaseKeyPackagesParams{
		Dids: w.dids, DeviceIds: w.ids, CipherSuites: w.suites,
		Holder: c.holder, Convo: c.convo, Now: now, LeaseEndsAt: ends, Horizon: ends,
	})
	if err != nil {
		return false, err
	}
	var given []DevicePackage
	for _, r := range rows {
		d := c.device(r.Did, r.DeviceID)
		d.pkg = &claimedPackage{ref: r.Ref, size: r.Size, leaseEnds: &ends}
		given = append(given, DevicePackage{Device: convo.Device{DID: d.did, ID: d.id}, Suite: d.suite})
	}
	if err := book.Record(ctx, given); err != nil {
		return false, err
	}
	// Only what is leased can make packages scarce, so a device with none left
	// is not told of every attempt.
	told, err := LogScarce(ctx, q, given, now)
	c.told = c.told || told
	return len(rows) < len(w.ids), err
}

func (d *claimDevice) mayBeLeased() bool { return d.pkg == nil && d.available && d.refused == nil }

// bound notes which devices the holder may have no fresh package of; nil where
// it needs none of any.
func (c *claim) bound(ctx context.Context, q *db.Queries, now time.Time) (*claimBook, error) {
	w := c.wanted((*claimDevice).mayBeLeased)
	if len(w.ids) == 0 {
		return nil, nil
	}
	book, err := c.server.claims.Open(ctx, q, c.holder, now, w.dids)
	if err != nil {
		return nil, err
	}
	var packages []DevicePackage
	for i := range w.ids {
		packages = append(packages, DevicePackage{Device: convo.Device{DID: w.dids[i], ID: w.ids[i]}, Suite: w.suites[i]})
	}
	full, err := book.Full(ctx, packages)
	for d, row := range full {
		c.device(d.DID, d.ID).refused = row
	}
	return book, err
}

// countRefusals counts the devices that a limit decided about.
func (c *claim) countRefusals() {
	for _, devices := range c.devices {
		for _, d := range devices {
			if d.refused != nil {
				c.server.claims.Refused(d.refused)
			}
		}
	}
}

func (c *claim) pickLastResort(ctx context.Context, q *db.Queries, horizon time.Time) error {
	w := c.wanted(func(d *claimDevice) bool { return d.pkg == nil && d.suite != 0 })
	if len(w.ids) == 0 {
		return nil
	}
	rows, err := q.PickLastResortKeyPackages(ctx, db.PickLastResortKeyPackagesParams{
		Dids: w.dids, DeviceIds: w.ids, CipherSuites: w.suites, Horizon: horizon,
	})
	if err != nil {
		return err
	}
	for _, r := range rows {
		c.device(r.Did, r.DeviceID).pkg = &claimedPackage{ref: r.Ref, size: r.Size}
	}
	return nil
}

// fetch reads the bytes of the packages that fit into the answer, and notes
// which last-resort ones are handed out.
func (c *claim) fetch(ctx context.Context, q *db.Queries, now time.Time) error {
	type key struct{ did, ref string }
	var dids, lastDIDs []string
	var refs, lastRefs [][]byte
	packages := map[key]*claimedPackage{}
	for _, d := range c.fitting() {
		packages[key{d.did, string(d.pkg.ref)}] = d.pkg
		dids, refs = append(dids, d.did), append(refs, d.pkg.ref)
		if d.pkg.leaseEnds == nil {
			lastDIDs, lastRefs = append(lastDIDs, d.did), append(lastRefs, d.pkg.ref)
		}
	}
	if len(refs) == 0 {
		return nil
	}
	rows, err := q.GetKeyPackageBytes(ctx, dids, refs)
	if err != nil {
		return err
	}
	for _, r := range rows {
		packages[key{r.Did, string(r.Ref)}].bytes = r.KeyPackage
	}
	if len(lastRefs) == 0 {
		return nil
	}
	return q.MarkLastResortUsed(ctx, now, lastDIDs, lastRefs)
}
