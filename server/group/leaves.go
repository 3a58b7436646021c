package group

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// leafUpdate writes the leaves that a commit changes, and records the devices
// that appear by them.
type leafUpdate struct {
	handshake   *handshakeTx
	commitField string
	// external says that the caller's leaf is added by an external commit.
	external bool
	// signer is the committer's leaf in the new tree.
	signer  *mls.LeafNode
	changes []mls.LeafChange
}

// recordDevices records the devices that appear without a key package: the
// committer's, and those whose signature key is new. It refuses deleted devices.
func (u *leafUpdate) recordDevices(ctx context.Context) error {
	committer := convo.Device{DID: u.handshake.caller, ID: u.signer.DeviceID()}
	known, err := u.keepsDevice(ctx, committer)
	if err != nil {
		return err
	}
	if !known {
		if err := u.recordDevice(ctx, committer, "the device that made it"); err != nil {
			return err
		}
	}
	for _, ch := range u.changes {
		if ch.Kind == mls.LeafUpdated && ch.Old.DeviceID != ch.New.DeviceID {
			d := convo.Device{DID: ch.New.DID, ID: ch.New.DeviceID}
			if err := u.recordDevice(ctx, d, fmt.Sprintf("leaf[%d]: its device", ch.New.Index)); err != nil {
				return err
			}
		}
	}
	return nil
}

// keepsDevice reports whether the committer's device had the leaf before, and is
// recorded and not deleted. Then nothing is recorded, and its row is not locked: the
// deletion of a device knows of the leaf, whether it comes before or after.
func (u *leafUpdate) keepsDevice(ctx context.Context, d convo.Device) (bool, error) {
	if u.external || u.rotates() {
		return false, nil
	}
	known, err := u.handshake.q.UsesDevice(ctx, d.DID, d.ID)
	if err != nil {
		return false, fmt.Errorf("read device: %w", err)
	}
	return known, nil
}

// rotates reports whether the committer's leaf has another signature key than before.
func (u *leafUpdate) rotates() bool {
	return slices.ContainsFunc(u.changes, func(ch mls.LeafChange) bool {
		return ch.Kind == mls.LeafCommitted && ch.Old.DeviceID != ch.New.DeviceID
	})
}

// recordDevice refuses a device that its account has deleted, and records one of
// the caller's. It records no devices of other accounts: only an account itself
// says which devices it has.
func (u *leafUpdate) recordDevice(ctx context.Context, d convo.Device, what string) error {
	h := u.handshake
	var deleted bool
	var err error
	if d.DID == h.caller {
		deleted, err = recordDevice(ctx, h.q, d, h.now)
	} else {
		var ids []string
		ids, err = h.q.ListDeletedDevices(ctx, d.DID, []string{d.ID})
		deleted = len(ids) > 0
	}
	if err != nil {
		return err
	}
	if deleted {
		return gen.Errorf(gen.ErrInvalidCommit, "%s: %s is deleted", u.commitField, what)
	}
	return nil
}

// store deletes the old leaves before it stores the new ones, since one commit
// can remove a device's leaf and add another one of the same device. The open
// Welcomes of a device whose signature key was replaced are superseded: no
// device has its key any more.
func (u *leafUpdate) store(ctx context.Context) error {
	h := u.handshake
	var old, rotated, current leafRows
	for _, ch := range u.changes {
		if ch.Old != nil && (ch.New == nil || ch.Old.DeviceID != ch.New.DeviceID) {
			old.add(ch.Old)
			if ch.New != nil {
				rotated.add(ch.Old)
			}
		}
		if ch.New != nil && !sameRow(ch.Old, ch.New) {
			current.add(ch.New)
		}
	}
	if len(old.dids) > 0 {
		// The rows of an erased account have its pseudonym.
		dids, devices := h.erased.with(old.dids), make([]string, 0, 2*len(old.devices))
		for _, id := range old.devices {
			devices = append(devices, id, id)
		}
		if err := h.q.DeleteDeviceLeaves(ctx, h.convoID, dids, devices); err != nil {
			return fmt.Errorf("delete leaves: %w", err)
		}
	}
	if len(rotated.dids) > 0 {
		if err := h.q.SupersedeWelcomes(ctx, db.SupersedeWelcomesParams{
			At: h.now, ConvoID: h.convoID, Dids: rotated.dids, DeviceIds: rotated.devices,
		}); err != nil {
			return fmt.Errorf("supersede Welcomes: %w", err)
		}
	}
	if err := current.store(ctx, h.q, h.convoID); err != nil {
		return err
	}
	return u.checkDeviceCount(ctx)
}

// checkDeviceCount bounds the number of the caller's devices where the commit
// adds one without a key package. Devices with key packages were counted when
// these were published.
func (u *leafUpdate) checkDeviceCount(ctx context.Context) error {
	if !u.external && !u.rotates() {
		return nil
	}
	n, err := u.handshake.q.CountDevices(ctx, u.handshake.caller, u.handshake.now)
	if err != nil {
		return fmt.Errorf("count devices: %w", err)
	}
	if n > limit.MaxDevices {
		return gen.Errorf(gen.ErrInvalidCommit, "%s: the account would have %d devices; this service allows %d: delete one first", u.commitField, n, limit.MaxDevices)
	}
	return nil
}

// recordDevice records that a device has signed a commit or a GroupInfo. A
// deleted device stays deleted, which the result reports.
func recordDevice(ctx context.Context, q *db.Queries, d convo.Device, now time.Time) (deleted bool, err error) {
	deleted, err = q.RecordCommitter(ctx, d.DID, now, d.ID)
	if err != nil {
		return false, fmt.Errorf("record device: %w", err)
	}
	return deleted, nil
}

// leafRows are rows of the table leaves, one slice for each column.
type leafRows struct {
	dids, devices     []string
	indexes           []int64
	keys, credentials [][]byte
}

// sameRow reports whether a leaf that replaces another one has the same row.
func sameRow(old, current *mls.Member) bool {
	return old != nil && old.DID == current.DID && old.DeviceID == current.DeviceID && old.Index == current.Index &&
		bytes.Equal(old.Leaf.Credential.Bytes(), current.Leaf.Credential.Bytes())
}

func (r *leafRows) add(m *mls.Member) {
	r.dids, r.devices = append(r.dids, m.DID), append(r.devices, m.DeviceID)
	r.indexes = append(r.indexes, int64(m.Index))
	r.keys, r.credentials = append(r.keys, m.Leaf.SignatureKey), append(r.credentials, m.Leaf.Credential.Bytes())
}

func (r *leafRows) store(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID) error {
	if len(r.dids) == 0 {
		return nil
	}
	if err := q.PutLeaves(ctx, db.PutLeavesParams{
		ConvoID: convoID, Dids: r.dids, DeviceIds: r.devices, LeafIndexes: r.indexes, SignatureKeys: r.keys, Credentials: r.credentials,
	}); err != nil {
		return fmt.Errorf("store leaves: %w", err)
	}
	return nil
}
