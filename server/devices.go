package server

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// ListDevices gives the caller's devices that are not deleted, by first
// appearance.
func (s *Server) ListDevices(ctx context.Context, caller xrpc.Caller) (*gen.ListDevicesOutput, error) {
	rows, err := db.New(s.pool).ListDevices(ctx, s.now().Add(LeaseTime), caller.DID, maxListedDevices)
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
// packages go, and the Welcomes open for it end. Deleting it again changes
// nothing.
func (s *Server) DeleteDevice(ctx context.Context, caller xrpc.Caller, in *gen.DeleteDeviceInput) (*gen.DeleteDeviceOutput, error) {
	now := s.now()
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		if err := q.HoldAccount(ctx, caller.DID, now); err != nil {
			return err
		}
		n, err := q.DeleteDevice(ctx, caller.DID, in.DeviceID, now)
		if err != nil {
			return err
		}
		if n == 0 {
			return xrpc.Invalid("deviceId", "the account has no such device")
		}
		// In this order: a commit that spends a package of the device is waited
		// for, so that its Welcome is seen and ended.
		if err := q.DeleteDeviceKeyPackages(ctx, caller.DID, in.DeviceID); err != nil {
			return err
		}
		return q.EndDeviceWelcomes(ctx, now, caller.DID, in.DeviceID)
	})
	if err != nil {
		return nil, err
	}
	return &gen.DeleteDeviceOutput{}, nil
}
