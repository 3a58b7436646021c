package keypackages

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// ListDevices gives the caller's devices that are not deleted, by first
// appearance.
func (s *Service) ListDevices(ctx context.Context, caller xrpc.Caller) (*gen.ListDevicesOutput, error) {
	rows, err := db.New(s.Pool).ListDevices(ctx, s.Now().Add(limit.LeaseTime), caller.DID, maxListedDevices)
	if err != nil {
		return nil, err
	}
	slices.Reverse(rows)
	out := &gen.ListDevicesOutput{Devices: make([]gen.ListDevicesDevice, len(rows))}
	for i, r := range rows {
		out.Devices[i] = gen.ListDevicesDevice{
			DeviceID: r.DeviceID, CreatedAt: xrpc.FormatTime(r.CreatedAt),
			KeyPackages: r.KeyPackages, Conversations: r.Conversations,
		}
	}
	return out, nil
}

// DeleteDevice deletes a device of the caller for good: a tombstone stays, its
// packages go, the Welcomes open for it end, and the conversations where it has
// a leaf are told. Deleting it again changes nothing.
func (s *Service) DeleteDevice(ctx context.Context, caller xrpc.Caller, in *gen.DeleteDeviceInput) (*gen.DeleteDeviceOutput, error) {
	d := deviceRemoval{owner: caller.DID, id: in.DeviceID, now: s.Timestamp()}
	for {
		err := s.InTx(ctx, func(tx pgx.Tx) error { return d.run(ctx, db.New(tx)) })
		if errors.Is(err, errLeafAppeared) {
			continue
		}
		if err != nil {
			return nil, err
		}
		s.Hint(string(eventlog.AccountStreamKey(caller.DID)))
		return &gen.DeleteDeviceOutput{}, nil
	}
}

// deviceRemoval is the deletion of a device.
type deviceRemoval struct {
	owner, id string
	now       time.Time
}

// errLeafAppeared undoes a deletion that did not lock all that it has to tell.
var errLeafAppeared = errors.New("the device got a leaf meanwhile")

// run deletes the device. Conversations are locked before anything else, as
// everywhere.
func (d *deviceRemoval) run(ctx context.Context, q *db.Queries) error {
	ids, err := q.ConvosWithLeaf(ctx, d.owner, d.id)
	if err != nil {
		return err
	}
	convos, err := q.LockConvos(ctx, xrpc.StoredConvoIDs(ids))
	if err != nil {
		return err
	}
	if err := q.HoldAccount(ctx, d.owner, d.now); err != nil {
		return err
	}
	deleted, err := q.ListDeletedDevices(ctx, d.owner, []string{d.id})
	if err != nil || len(deleted) > 0 {
		return err
	}
	n, err := q.DeleteDevice(ctx, d.owner, d.id, d.now)
	if err != nil {
		return err
	}
	if n == 0 {
		return xrpc.Invalid("deviceId", "the account has no such device")
	}
	// In this order: a commit that spends a package of the device is waited
	// for, so that its Welcome is seen and ended.
	if err := q.DeleteDeviceKeyPackages(ctx, d.owner, d.id); err != nil {
		return err
	}
	if err := q.EndDeviceWelcomes(ctx, d.now, d.owner, d.id); err != nil {
		return err
	}
	now, err := q.ConvosWithLeaf(ctx, d.owner, d.id)
	if err != nil {
		return err
	}
	for _, id := range now {
		if !slices.Contains(ids, id) {
			return errLeafAppeared
		}
	}
	return d.tell(ctx, q, convos)
}

// tell tells the members of each conversation that the leaf should go.
func (d *deviceRemoval) tell(ctx context.Context, q *db.Queries, convos []db.LockConvosRow) error {
	for _, c := range convos {
		var events convo.Events
		events.Add(eventlog.KindMembership, "", convo.NoEdge, eventlog.Body{DID: d.owner, Action: eventlog.ActionDeviceRemoved, Epoch: c.Epoch})
		if _, err := events.Store(ctx, q, c.ConvoID, d.now); err != nil {
			return err
		}
	}
	return nil
}
