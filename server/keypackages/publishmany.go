package keypackages

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/xrpc"
)

// PublishKeyPackages stores up to 100 key packages. A refused package does not affect
// the others.
func (s *Service) PublishKeyPackages(ctx context.Context, caller xrpc.Caller, in *gen.PublishKeyPackagesInput) (*gen.PublishKeyPackagesOutput, error) {
	now := s.Now()
	packages := make([]*newKeyPackage, len(in.KeyPackages))
	refusals := make([]error, len(in.KeyPackages))
	for i, item := range in.KeyPackages {
		packages[i], refusals[i] = readKeyPackage(item.KeyPackage, item.CipherSuite, item.Expires)
	}
	if err := s.payPackageChecks(ctx, caller.DID, packages...); err != nil {
		return nil, err
	}
	for i, p := range packages {
		if p == nil {
			continue
		}
		if refusals[i] = p.check(now, caller.DID); refusals[i] != nil {
			packages[i] = nil
		}
	}
	bill := s.Storage.Bill(caller.DID)
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		if err := q.HoldAccount(ctx, caller.DID, now); err != nil {
			return err
		}
		stored, err := storeKeyPackages(ctx, q, bill, caller.DID, now, packages)
		for i, refusal := range stored {
			if refusal != nil {
				refusals[i] = refusal
			}
		}
		return err
	})
	convo.SettleBill(ctx, bill, true, err)
	if err != nil {
		return nil, err
	}
	return publishedAnswer(packages, refusals)
}

// publishedAnswer lists the packages that succeeded, and the refusals. An error that
// is not an *xrpc.Error fails the call.
func publishedAnswer(packages []*newKeyPackage, refusals []error) (*gen.PublishKeyPackagesOutput, error) {
	out := &gen.PublishKeyPackagesOutput{}
	for i, refusal := range refusals {
		if refusal == nil {
			out.Succeeded++
			out.Published = append(out.Published, gen.PublishKeyPackagesPublishedItem{
				Index: int64(i), KeyPackageHash: hex.EncodeToString(packages[i].ref), DeviceID: packages[i].deviceID,
			})
			continue
		}
		var e *xrpc.Error
		if !errors.As(refusal, &e) {
			return nil, refusal
		}
		out.Failed++
		out.Errors = append(out.Errors, gen.PublishKeyPackagesItemError{Index: int64(i), Error: e.Name, Message: e.Message})
	}
	return out, nil
}

// storeKeyPackages stores the packages that are not nil, and returns for each the
// refusal or nil. The caller has locked the account's row, so no other transaction
// publishes for the account or deletes one of its devices meanwhile. A package that is
// stored already succeeds without being counted; if it is spent, it stays spent.
func storeKeyPackages(ctx context.Context, q *db.Queries, bill *storage.Bill, did string, now time.Time, packages []*newKeyPackage) ([]error, error) {
	counts, err := readPackageCounts(ctx, q, did, now, packages)
	if err != nil {
		return nil, err
	}
	refusals := make([]error, len(packages))
	var accepted []*newKeyPackage
	for i, p := range packages {
		if p == nil || counts.published[string(p.ref)] {
			continue
		}
		if refusals[i] = counts.add(p); refusals[i] == nil {
			accepted = append(accepted, p)
		}
	}
	if len(accepted) == 0 {
		return refusals, nil
	}
	if err := payStorage(ctx, bill, accepted); err != nil {
		return nil, err
	}
	return refusals, insertKeyPackages(ctx, q, did, now, accepted)
}

// packageCounts has what an account has published, for comparison with the limits.
type packageCounts struct {
	published map[string]bool // by ref
	deleted   map[string]bool // by device
	// live has the devices with live packages or leaves.
	live     map[string]bool
	packages map[deviceSuite]int64
}

// deviceSuite is the key of a count. Last-resort packages have a count of their own, so
// they do not use up the limit of the others.
type deviceSuite struct {
	deviceID   string
	suite      int64
	lastResort bool
}

func readPackageCounts(ctx context.Context, q *db.Queries, did string, now time.Time, packages []*newKeyPackage) (*packageCounts, error) {
	var refs [][]byte
	var devices []string
	for _, p := range packages {
		if p != nil {
			refs, devices = append(refs, p.ref), append(devices, p.deviceID)
		}
	}
	counts := &packageCounts{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[deviceSuite]int64{}}
	if refs == nil {
		return counts, nil
	}
	published, err := q.ListPublishedKeyPackages(ctx, did, refs, now)
	if err != nil {
		return nil, err
	}
	for _, ref := range published {
		counts.published[string(ref)] = true
	}
	deleted, err := q.ListDeletedDevices(ctx, did, devices)
	if err != nil {
		return nil, err
	}
	for _, id := range deleted {
		counts.deleted[id] = true
	}
	rows, err := q.CountLiveKeyPackages(ctx, did, now)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		counts.live[r.DeviceID] = true
		counts.packages[deviceSuite{r.DeviceID, r.CipherSuite, r.LastResort}] += r.Packages
	}
	return counts, nil
}

// add counts p, or returns the error of the limit that it would exceed.
func (c *packageCounts) add(p *newKeyPackage) error {
	key := deviceSuite{p.deviceID, int64(p.parsed.CipherSuite), p.parsed.LastResort()}
	switch {
	case c.deleted[p.deviceID]:
		return gen.Errorf(gen.ErrInvalidKeyPackage, "KeyPackage: leaf_node.signature_key is that of a deleted device, which stays deleted")
	case !c.live[p.deviceID] && len(c.live) >= limit.MaxDevices:
		return gen.Errorf(gen.ErrTooManyKeyPackages, "the account has %d devices, which is the limit: delete one with deleteDevice", len(c.live))
	case c.packages[key] >= limit.MaxKeyPackages && key.lastResort:
		return gen.Errorf(gen.ErrTooManyKeyPackages, "the device has %d last-resort packages of this cipher suite, which is the limit", c.packages[key])
	case c.packages[key] >= limit.MaxKeyPackages:
		return gen.Errorf(gen.ErrTooManyKeyPackages, "the device has %d packages of this cipher suite, which is the limit", c.packages[key])
	}
	c.published[string(p.ref)] = true
	c.live[p.deviceID] = true
	c.packages[key]++
	return nil
}

// insertKeyPackages inserts the packages, and rows for devices that are new.
func insertKeyPackages(ctx context.Context, q *db.Queries, did string, now time.Time, packages []*newKeyPackage) error {
	var devices []string
	var appeared []time.Time
	for _, p := range packages {
		if !slices.Contains(devices, p.deviceID) {
			// One microsecond apart, so that the devices keep their order.
			appeared = append(appeared, now.Add(time.Duration(len(devices))*time.Microsecond))
			devices = append(devices, p.deviceID)
		}
	}
	if err := q.AddDevices(ctx, did, devices, appeared); err != nil {
		return err
	}
	// Sorted by ref, the order in which commits lock packages: the statement locks the
	// rows of expired packages that are still there, and must not deadlock with them.
	slices.SortFunc(packages, func(a, b *newKeyPackage) int { return bytes.Compare(a.ref, b.ref) })
	rows := db.InsertKeyPackagesParams{Did: did, Now: now}
	for _, p := range packages {
		rows.Refs = append(rows.Refs, p.ref)
		rows.DeviceIds = append(rows.DeviceIds, p.deviceID)
		rows.CipherSuites = append(rows.CipherSuites, int64(p.parsed.CipherSuite))
		rows.KeyPackages = append(rows.KeyPackages, p.published)
		rows.LastResorts = append(rows.LastResorts, p.parsed.LastResort())
		rows.Expires = append(rows.Expires, p.expires)
	}
	return q.InsertKeyPackages(ctx, rows)
}

// payStorage pays for the storage of key packages.
func payStorage(ctx context.Context, bill *storage.Bill, packages []*newKeyPackage) error {
	bytes := int64(0)
	for _, p := range packages {
		bytes += int64(len(p.published))
	}
	return bill.Pay(ctx, storage.Amount{Bytes: bytes})
}

// payPackageChecks pays for checking the two signatures of each package that is not
// nil.
func (s *Service) payPackageChecks(ctx context.Context, did string, packages ...*newKeyPackage) error {
	var cost time.Duration
	for _, p := range packages {
		if p != nil {
			cost += 2 * p.parsed.CipherSuite.CheckTime()
		}
	}
	return s.PayChecks(ctx, did, cost)
}
