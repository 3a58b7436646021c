package keypackages

import (
	"bytes"
	"context"
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

// PublishKeyPackages stores up to 100 key packages at once; what is wrong with
// one does not concern the others.
func (s *Service) PublishKeyPackages(ctx context.Context, caller xrpc.Caller, in *gen.PublishKeyPackagesInput) (*gen.PublishKeyPackagesOutput, error) {
	now := s.Now()
	packages := make([]*newKeyPackage, len(in.KeyPackages))
	refusals := make([]error, len(in.KeyPackages))
	for i, item := range in.KeyPackages {
		packages[i], refusals[i] = readKeyPackage(item.KeyPackage, item.CipherSuite, item.Expires)
	}
	if err := s.payKeyPackages(ctx, caller.DID, packages...); err != nil {
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
	return publishedAnswer(refusals)
}

// publishedAnswer counts the refusals and names them. What is no refusal fails
// the call.
func publishedAnswer(refusals []error) (*gen.PublishKeyPackagesOutput, error) {
	out := &gen.PublishKeyPackagesOutput{}
	for i, refusal := range refusals {
		if refusal == nil {
			out.Succeeded++
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

// storeKeyPackages stores the packages that are not nil, and returns for each
// why it did not. The caller holds the account's row: nobody else publishes for
// it or deletes one of its devices meanwhile. A package that is stored already
// succeeds without being counted; a spent one stays spent.
func storeKeyPackages(ctx context.Context, q *db.Queries, bill *storage.Bill, did string, now time.Time, packages []*newKeyPackage) ([]error, error) {
	room, err := readPackageRoom(ctx, q, did, now, packages)
	if err != nil {
		return nil, err
	}
	refusals := make([]error, len(packages))
	var accepted []*newKeyPackage
	for i, p := range packages {
		if p == nil || room.published[string(p.ref)] {
			continue
		}
		if refusals[i] = room.take(p); refusals[i] == nil {
			accepted = append(accepted, p)
		}
	}
	if len(accepted) == 0 {
		return refusals, nil
	}
	if err := payPackages(ctx, bill, accepted); err != nil {
		return nil, err
	}
	return refusals, insertKeyPackages(ctx, q, did, now, accepted)
}

// packageRoom is what an account has published, to be held against the limits.
type packageRoom struct {
	published map[string]bool // by ref
	deleted   map[string]bool // by device
	// live devices have live packages or leaves.
	live     map[string]bool
	packages map[deviceSuite]int64
}

// deviceSuite is what is counted apart: last-resort packages do not use up the
// room of the others.
type deviceSuite struct {
	deviceID   string
	suite      int64
	lastResort bool
}

func readPackageRoom(ctx context.Context, q *db.Queries, did string, now time.Time, packages []*newKeyPackage) (*packageRoom, error) {
	var refs [][]byte
	var devices []string
	for _, p := range packages {
		if p != nil {
			refs, devices = append(refs, p.ref), append(devices, p.deviceID)
		}
	}
	room := &packageRoom{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[deviceSuite]int64{}}
	if refs == nil {
		return room, nil
	}
	published, err := q.ListPublishedKeyPackages(ctx, did, refs, now)
	if err != nil {
		return nil, err
	}
	for _, ref := range published {
		room.published[string(ref)] = true
	}
	deleted, err := q.ListDeletedDevices(ctx, did, devices)
	if err != nil {
		return nil, err
	}
	for _, id := range deleted {
		room.deleted[id] = true
	}
	counts, err := q.CountLiveKeyPackages(ctx, did, now)
	if err != nil {
		return nil, err
	}
	for _, c := range counts {
		room.live[c.DeviceID] = true
		room.packages[deviceSuite{c.DeviceID, c.CipherSuite, c.LastResort}] += c.Packages
	}
	return room, nil
}

// take counts p in, or says why there is no room for it.
func (r *packageRoom) take(p *newKeyPackage) error {
	at := deviceSuite{p.deviceID, int64(p.parsed.CipherSuite), p.parsed.LastResort()}
	switch {
	case r.deleted[p.deviceID]:
		return gen.Errorf(gen.ErrInvalidKeyPackage, "KeyPackage: leaf_node.signature_key is that of a deleted device, which stays deleted")
	case !r.live[p.deviceID] && len(r.live) >= limit.MaxDevices:
		return gen.Errorf(gen.ErrTooManyKeyPackages, "the account has %d devices, which is the limit: delete one with deleteDevice", len(r.live))
	case r.packages[at] >= limit.MaxKeyPackages && at.lastResort:
		return gen.Errorf(gen.ErrTooManyKeyPackages, "the device has %d last-resort packages of this cipher suite, which is the limit", r.packages[at])
	case r.packages[at] >= limit.MaxKeyPackages:
		return gen.Errorf(gen.ErrTooManyKeyPackages, "the device has %d packages of this cipher suite, which is the limit", r.packages[at])
	}
	r.published[string(p.ref)] = true
	r.live[p.deviceID] = true
	r.packages[at]++
	return nil
}

func insertKeyPackages(ctx context.Context, q *db.Queries, did string, now time.Time, packages []*newKeyPackage) error {
	var devices []string
	var appeared []time.Time
	for _, p := range packages {
		if !slices.Contains(devices, p.deviceID) {
			// A microsecond apart, so that they keep their order.
			appeared = append(appeared, now.Add(time.Duration(len(devices))*time.Microsecond))
			devices = append(devices, p.deviceID)
		}
	}
	if err := q.AddDevices(ctx, did, devices, appeared); err != nil {
		return err
	}
	// An expired row may be there still: locked in the order of commits.
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

// payPackages counts key packages that are about to be stored.
func payPackages(ctx context.Context, bill *storage.Bill, packages []*newKeyPackage) error {
	bytes := int64(0)
	for _, p := range packages {
		bytes += int64(len(p.published))
	}
	return bill.Pay(ctx, storage.Amount{Bytes: bytes})
}

// payKeyPackages pays for the two signatures of each package, nil ones apart.
func (s *Service) payKeyPackages(ctx context.Context, did string, packages ...*newKeyPackage) error {
	var cost time.Duration
	for _, p := range packages {
		if p != nil {
			cost += 2 * p.parsed.CipherSuite.CheckTime()
		}
	}
	return s.PayChecks(ctx, did, cost)
}
