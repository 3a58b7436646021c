package keypackages

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/consent"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// claim is one call of getKeyPackages: it leases key packages of accounts to one
// requester, the holder.
//
// A lease is for a holder, a device, a cipher suite and a conversation ("" for none).
// While it lasts and the package is not spent, the holder gets this package again and
// nobody else gets it. Only packages that do not expire before the lease ends are
// leased. If a device has none, or if Claims refuses another one, the holder gets the
// device's last-resort package, which is never leased or spent.
//
// The claims of one holder lock its account row, so they run one after the other, and
// the second of two concurrent first claims finds the leases of the first. Claims of
// different holders wait for each other only if they are for the same account and
// neither holder shares an accepted conversation with it, because those are counted
// together. No claim waits for a package: it takes rows that no other transaction has
// locked. A locked row becomes free again if the other transaction fails, so a claim
// that found only locked packages of a device makes another attempt.
type claim struct {
	server *Service
	holder string
	convo  xrpc.ConvoID // "" for none
	suite  int64        // 0 for any
	dids   []string

	// question is whether the holder may add the accounts, and answers what the last
	// round found about it.
	question *consent.Question
	answers  *consent.Answers
	// published says that an event about scarce packages was published.
	published bool
	// devices has the devices of each account, the oldest first.
	devices map[string][]*claimDevice
	// inConvo has the accounts with devices that are left out because they are in
	// the conversation already.
	inConvo map[string]bool
}

// claimDevice is a device of which a package is wanted.
type claimDevice struct {
	did, id string
	// suite is the cipher suite of the package, 0 if the device has no package.
	suite int64
	// available says that a package was free when the devices were listed.
	available bool
	// refused is the limit that refuses the holder another package, or nil.
	refused *limit.Row
	// pkg is the package that the holder gets; nil if there is none.
	pkg *claimedPackage
}

// claimedPackage is a key package that the holder gets.
type claimedPackage struct {
	ref  []byte
	size int64
	// leaseEnds is nil for a last-resort package.
	leaseEnds *time.Time
	// bytes is nil if the package does not fit into the answer.
	bytes []byte
}

// run makes the claim, in at most claimRounds transactions.
func (c *claim) run(ctx context.Context) error {
	c.question = c.server.Consent.Ask(ctx, c.holder, c.dids)
	for round := range claimRounds {
		var again bool
		err := c.server.InTx(ctx, func(tx pgx.Tx) error {
			var err error
			again, err = c.round(ctx, tx, round == claimRounds-1)
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

// round is one transaction of a claim. Statements that need no result of each other
// share a round trip. again reports that packages were available, but locked by other
// transactions, so that another round may get them. The leases of this round are
// committed in any case, and the next round finds them.
func (c *claim) round(ctx context.Context, tx pgx.Tx, last bool) (again bool, err error) {
	var batch convo.Batch
	asked := c.server.Now()
	batch.Add(func(q *db.Queries) error { return q.HoldAccount(ctx, c.holder, asked) })
	batch.Add(func(q *db.Queries) (err error) {
		c.answers, err = c.question.Answer(ctx, q, c.convo)
		return err
	})
	if err := batch.Run(ctx, tx); err != nil {
		return false, err
	}
	// The time is read after the account row is locked, so that waiting for the
	// lock does not shorten the lease.
	now := c.server.Now().Truncate(time.Microsecond)
	ends := now.Add(limit.LeaseTime)
	batch.Add(func(q *db.Queries) error { return c.answers.CountStrangers(ctx, q, now) })
	c.list(ctx, &batch, now, ends)
	if err := batch.Run(ctx, tx); err != nil {
		return false, err
	}
	contended, err := c.lease(ctx, tx, &batch, now, ends)
	if err != nil {
		return false, err
	}
	if contended && !last {
		return true, batch.Run(ctx, tx)
	}
	if err := c.pickLastResort(ctx, tx, &batch, ends); err != nil {
		return false, err
	}
	c.fetch(ctx, &batch, now)
	return false, batch.Run(ctx, tx)
}

// list reads the devices of the accounts, and the leases that the holder has on their
// packages.
func (c *claim) list(ctx context.Context, batch *convo.Batch, now, horizon time.Time) {
	batch.Add(func(q *db.Queries) error {
		rows, err := q.ListClaimableDevices(ctx, db.ListClaimableDevicesParams{
			Dids: c.dids, CipherSuite: c.suite, Holder: c.holder, Convo: c.convo, Now: now, Horizon: horizon,
			Hidden: c.answers.Refused(), Members: c.answers.Members(),
		})
		c.devices, c.inConvo = make(map[string][]*claimDevice, len(c.dids)), map[string]bool{}
		for _, r := range rows {
			if r.Seated {
				c.inConvo[r.Did] = true
				continue
			}
			c.devices[r.Did] = append(c.devices[r.Did], &claimDevice{did: r.Did, id: r.DeviceID, suite: r.CipherSuite, available: r.Available})
		}
		return err
	})
	batch.Add(func(q *db.Queries) error {
		leases, err := q.ListLeases(ctx, c.holder, c.dids, c.convo)
		for _, l := range leases {
			if d := c.device(l.Did, l.DeviceID); d != nil && l.CipherSuite == d.suite && l.LeaseEndsAt.After(now) {
				d.pkg = &claimedPackage{ref: l.Ref, size: l.Size, leaseEnds: l.LeaseEndsAt}
			}
		}
		return err
	})
}

func (c *claim) device(did, id string) *claimDevice {
	for _, d := range c.devices[did] {
		if d.id == id {
			return d
		}
	}
	return nil
}

// deviceColumns has devices as arrays, one for each column, for statements.
type deviceColumns struct {
	dids, ids []string
	suites    []int64
}

// wanted returns the devices for which want is true.
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

// lease leases a free package of each device of which the holder has none and may have
// one, and adds to the batch what follows from it. contended reports that packages which
// list saw as free are locked or taken by other transactions now.
func (c *claim) lease(ctx context.Context, tx pgx.Tx, batch *convo.Batch, now, ends time.Time) (contended bool, err error) {
	book, err := c.bound(ctx, tx, now)
	if err != nil || book == nil {
		return false, err
	}
	w := c.wanted((*claimDevice).mayBeLeased)
	if len(w.ids) == 0 {
		return false, nil
	}
	rows, err := db.New(tx).LeaseKeyPackages(ctx, db.LeaseKeyPackagesParams{
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
	batch.Add(func(q *db.Queries) error { return book.Record(ctx, q, given) })
	// Only a lease makes packages scarcer. So the event is published for devices of
	// which a package was leased now, and not again for each later attempt.
	batch.Add(func(q *db.Queries) error {
		published, err := LogScarce(ctx, q, given, now)
		c.published = c.published || published
		return err
	})
	return len(rows) < len(w.ids), nil
}

func (d *claimDevice) mayBeLeased() bool { return d.pkg == nil && d.available && d.refused == nil }

// bound sets refused of the devices of which the holder may have no further package.
// It returns nil if the holder needs none.
func (c *claim) bound(ctx context.Context, tx pgx.Tx, now time.Time) (*claimBook, error) {
	w := c.wanted((*claimDevice).mayBeLeased)
	if len(w.ids) == 0 {
		return nil, nil
	}
	book := c.server.claims.Open(c.holder, now, c.answers.Acquainted())
	var packages []DevicePackage
	for i := range w.ids {
		packages = append(packages, DevicePackage{Device: convo.Device{DID: w.dids[i], ID: w.ids[i]}, Suite: w.suites[i]})
	}
	counts := book.count(packages)
	var batch convo.Batch
	batch.Add(func(q *db.Queries) error { return counts.lock(ctx, q) })
	batch.Add(func(q *db.Queries) error { return counts.readClaims(ctx, q) })
	batch.Add(func(q *db.Queries) error { return counts.readShares(ctx, q) })
	if err := batch.Run(ctx, tx); err != nil {
		return nil, err
	}
	for d, row := range counts.full() {
		c.device(d.DID, d.ID).refused = row
	}
	return book, nil
}

// countRefusals counts, for the metrics, the devices for which a limit refused a
// package.
func (c *claim) countRefusals() {
	for _, devices := range c.devices {
		for _, d := range devices {
			if d.refused != nil {
				c.server.claims.Refused(d.refused)
			}
		}
	}
}

// pickLastResort gives the holder the last-resort packages of devices of which it has
// no other. If there are such devices it runs the batch.
func (c *claim) pickLastResort(ctx context.Context, tx pgx.Tx, batch *convo.Batch, horizon time.Time) error {
	w := c.wanted(func(d *claimDevice) bool { return d.pkg == nil && d.suite != 0 })
	if len(w.ids) == 0 {
		return nil
	}
	batch.Add(func(q *db.Queries) error {
		rows, err := q.PickLastResortKeyPackages(ctx, db.PickLastResortKeyPackagesParams{
			Dids: w.dids, DeviceIds: w.ids, CipherSuites: w.suites, Horizon: horizon,
		})
		for _, r := range rows {
			c.device(r.Did, r.DeviceID).pkg = &claimedPackage{ref: r.Ref, size: r.Size}
		}
		return err
	})
	return batch.Run(ctx, tx)
}

// fetch adds to the batch the read of the packages that fit into the answer, and the use
// of the last-resort packages among them.
func (c *claim) fetch(ctx context.Context, batch *convo.Batch, now time.Time) {
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
		return
	}
	batch.Add(func(q *db.Queries) error {
		rows, err := q.GetKeyPackageBytes(ctx, dids, refs)
		for _, r := range rows {
			packages[key{r.Did, string(r.Ref)}].bytes = r.KeyPackage
		}
		return err
	})
	if len(lastRefs) > 0 {
		batch.Add(func(q *db.Queries) error { return q.MarkLastResortUsed(ctx, now, lastDIDs, lastRefs) })
	}
}
