package group

import (
	"context"
	"fmt"
	"slices"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
)

// recordDevice records a device that shows itself by a leaf. deleted ones stay
// deleted.
func recordDevice(ctx context.Context, q *db.Queries, d convo.Device, at time.Time) (deleted bool, err error) {
	end, err := q.RecordCommitter(ctx, d.DID, d.ID, at)
	if err != nil {
		return false, fmt.Errorf("record device: %w", err)
	}
	return end != nil, nil
}

// showDevices records the devices that show themselves by what the commit leads
// to: the committer's, and those whose signature key is new. Devices that a
// package adds are known. A deleted device is refused.
func (c *commitTx) showDevices(ctx context.Context, changes []mls.LeafChange) error {
	signer := c.verified.next.Tree.Leaf(c.verified.signer)
	if err := c.showDevice(ctx, convo.Device{DID: c.caller, ID: signer.DeviceID()}, "the device that made it"); err != nil {
		return err
	}
	for _, ch := range changes {
		if ch.Kind == mls.LeafUpdated && ch.Old.DeviceID != ch.New.DeviceID {
			if err := c.showDevice(ctx, convo.Device{DID: ch.New.DID, ID: ch.New.DeviceID}, fmt.Sprintf("leaf[%d]: its device", ch.New.Index)); err != nil {
				return err
			}
		}
	}
	return nil
}

// showDevice refuses a device that its account has deleted, and records one of
// the caller's. What the caller states of others' devices is not recorded: only
// an account itself says which devices it has.
func (c *commitTx) showDevice(ctx context.Context, d convo.Device, what string) error {
	var deleted bool
	var err error
	if d.DID == c.caller {
		deleted, err = recordDevice(ctx, c.q, d, c.now)
	} else {
		var gone []string
		gone, err = c.q.ListDeletedDevices(ctx, d.DID, []string{d.ID})
		deleted = len(gone) > 0
	}
	if err != nil {
		return err
	}
	if deleted {
		return gen.Errorf(gen.ErrInvalidCommit, "%s: %s is deleted", c.commitField, what)
	}
	return nil
}

// moveLeaves writes the leaves that changed. First the old ones go: a device
// may come back by the same commit. What a rotated key leaves behind has no
// Welcome to wait for.
func (c *commitTx) moveLeaves(ctx context.Context, changes []mls.LeafChange) error {
	var gone, retired, fresh leafRows
	for _, ch := range changes {
		if ch.Old != nil && (ch.New == nil || ch.Old.DeviceID != ch.New.DeviceID) {
			gone.add(ch.Old)
			if ch.New != nil {
				retired.add(ch.Old)
			}
		}
		if ch.New != nil {
			fresh.add(ch.New)
		}
	}
	if len(gone.dids) > 0 {
		if err := c.q.DeleteDeviceLeaves(ctx, c.convoID, gone.dids, gone.devices); err != nil {
			return fmt.Errorf("delete leaves: %w", err)
		}
	}
	if len(retired.dids) > 0 {
		if err := c.q.SupersedeWelcomes(ctx, db.SupersedeWelcomesParams{
			At: c.now, ConvoID: c.convoID, Dids: retired.dids, DeviceIds: retired.devices,
		}); err != nil {
			return fmt.Errorf("supersede Welcomes: %w", err)
		}
	}
	if err := fresh.store(ctx, c.q, c.convoID); err != nil {
		return err
	}
	return c.checkDevices(ctx, changes)
}

// checkDevices bounds the devices of a caller that comes with one which no
// package announced; those were counted when the package was published.
func (c *commitTx) checkDevices(ctx context.Context, changes []mls.LeafChange) error {
	rotated := slices.ContainsFunc(changes, func(ch mls.LeafChange) bool {
		return ch.Kind == mls.LeafCommitted && ch.Old.DeviceID != ch.New.DeviceID
	})
	if c.joiner == nil && !rotated {
		return nil
	}
	n, err := c.q.CountDevices(ctx, c.caller, c.now)
	if err != nil {
		return fmt.Errorf("count devices: %w", err)
	}
	if n > limit.MaxDevices {
		return gen.Errorf(gen.ErrInvalidCommit, "%s: the account would have %d devices; this service allows %d: delete one first", c.commitField, n, limit.MaxDevices)
	}
	return nil
}
