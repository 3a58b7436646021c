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

// ListDevices returns the caller's devices that are not deleted, the oldest first.
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

// DeleteDevice deletes a device of the caller permanently. Its row stays as a
// tombstone, its packages are deleted, its open Welcomes end, and an event is published
// in each conversation in which it has a leaf. Deleting it again changes nothing.
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
		s.Notify(string(eventlog.AccountStreamKey(caller.DID)))
		return &gen.DeleteDeviceOutput{}, nil
	}
}

// deviceRemoval is the deletion of a device.
type deviceRemoval struct {
	owner, id string
	now       time.Time
}

// errLeafAppeared rolls a deletion back that did not lock all conversations in which
// the device has a leaf.
var errLeafAppeared = errors.New("the device got a leaf meanwhile")

// run deletes the device. It locks conversations before all other rows, which is the
// order of locks everywhere.
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
	// Packages first: the statement waits for a commit that is spending a package of
	// the device, so that the next one ends the Welcome of that commit.
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
	return d.publish(ctx, q, convos)
}

// publish tells the members of each conversation to remove the leaf.
func (d *deviceRemoval) publish(ctx context.Context, q *db.Queries, convos []db.LockConvosRow) error {
	for _, c := range convos {
		var events convo.Events
		events.Add(eventlog.KindMembership, "", convo.NoEdge, eventlog.Body{DID: d.owner, Action: eventlog.ActionDeviceRemoved, Epoch: c.Epoch})
		if _, err := events.Store(ctx, q, c.ConvoID, d.now); err != nil {
			return err
		}
	}
	return nil
}
