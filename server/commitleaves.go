package server

import (
	"context"
	"fmt"
	"slices"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
)

// placeDevices records the devices that show themselves by what the commit
// leads to: the committer's, and those whose signature key is new. Devices that
// a package adds are known. A deleted device is refused.
func (c *commitTx) placeDevices(ctx context.Context, r *rosterChange) error {
	signer := r.next.Tree.Leaf(c.verified.signer)
	if err := c.showDevice(ctx, device{c.caller, signer.DeviceID()}, "the device that made it"); err != nil {
		return err
	}
	for _, ch := range r.changes {
		if ch.Kind == mls.LeafUpdated && ch.Old.DeviceID != ch.New.DeviceID {
			if err := c.showDevice(ctx, device{ch.New.DID, ch.New.DeviceID}, fmt.Sprintf("leaf[%d]: its device", ch.New.Index)); err != nil {
				return err
			}
		}
	}
	if !r.whole {
		return nil
	}
	var dids, ids []string
	for _, m := range r.members {
		dids, ids = append(dids, m.DID), append(ids, m.DeviceID)
	}
	if err := c.q.EnsureDevices(ctx, c.now, dids, ids); err != nil {
		return fmt.Errorf("record devices: %w", err)
	}
	return nil
}

func (c *commitTx) showDevice(ctx context.Context, d device, what string) error {
	deleted, err := recordDevice(ctx, c.q, d, c.now)
	if err != nil {
		return err
	}
	if deleted {
		return gen.Errorf(gen.ErrInvalidCommit, "%s: %s is deleted", c.commitField, what)
	}
	return nil
}

// placeLeaves makes the roster's rows those of the tree, and the tree the
// conversation's.
func (c *commitTx) placeLeaves(ctx context.Context, r *rosterChange) error {
	if r.next == nil {
		return c.claimRoster(ctx, r)
	}
	var err error
	if r.whole {
		err = c.settleRoster(ctx, r.next, r.members)
	} else if err = c.moveLeaves(ctx, r.changes); err == nil {
		err = storeGroup(ctx, c.q, c.convoID, r.next)
	}
	if err != nil || !c.bringsDevice(r) {
		return err
	}
	return c.checkDevices(ctx)
}

// bringsDevice tells whether the caller comes with a device that no package
// announced.
func (c *commitTx) bringsDevice(r *rosterChange) bool {
	return c.joiner != nil || slices.ContainsFunc(r.changes, func(ch mls.LeafChange) bool {
		return ch.Kind == mls.LeafCommitted && ch.Old.DeviceID != ch.New.DeviceID
	})
}

// claimRoster keeps what is known of a roster that no tree shows.
func (c *commitTx) claimRoster(ctx context.Context, r *rosterChange) error {
	if r.claim != nil {
		return c.claim(ctx, c.epoch+1, r.claim)
	}
	if c.convo.Roster == rosterClaimed {
		return nil
	}
	if err := c.q.SetRoster(ctx, rosterClaimed, c.convoID); err != nil {
		return fmt.Errorf("set roster: %w", err)
	}
	if err := c.q.ForgetLeafIndexes(ctx, c.convoID); err != nil {
		return fmt.Errorf("forget leaf indexes: %w", err)
	}
	return storeGroup(ctx, c.q, c.convoID, nil)
}

// claim notes what the caller states of an epoch.
func (h *handshakeTx) claim(ctx context.Context, epoch int64, hash []byte) error {
	if err := h.q.PutRosterClaim(ctx, db.PutRosterClaimParams{ConvoID: h.convoID, Did: h.caller, Epoch: epoch, StateHash: hash}); err != nil {
		return fmt.Errorf("store roster claim: %w", err)
	}
	return nil
}

// settleRoster makes a claimed roster that of a verified group.
func (h *handshakeTx) settleRoster(ctx context.Context, g *mls.Group, members []mls.Member) error {
	if err := h.q.SetRoster(ctx, rosterVerified, h.convoID); err != nil {
		return fmt.Errorf("set roster: %w", err)
	}
	if err := h.q.DropRosterClaims(ctx, h.convoID); err != nil {
		return fmt.Errorf("drop roster claims: %w", err)
	}
	if err := storeRoster(ctx, h.q, h.convoID, members); err != nil {
		return err
	}
	return storeGroup(ctx, h.q, h.convoID, g)
}

// moveLeaves writes the leaves that changed. First the old ones go: a device
// may come back by the same commit. What a rotated key leaves behind has no
// Welcome to wait for.
func (c *commitTx) moveLeaves(ctx context.Context, changes []mls.LeafChange) error {
	var gone, retired leafRows
	fresh := &leafRows{}
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
	if len(fresh.dids) == 0 {
		return nil
	}
	return fresh.store(ctx, c.q, c.convoID)
}

// checkDevices bounds the devices of the caller that come by themselves; those that a package adds
// were counted when it was published.
func (c *commitTx) checkDevices(ctx context.Context) error {
	n, err := c.q.CountDevices(ctx, c.caller, c.now)
	if err != nil {
		return fmt.Errorf("count devices: %w", err)
	}
	if n > MaxDevices {
		return gen.Errorf(gen.ErrInvalidCommit, "%s: the account would have %d devices; this service allows %d: delete one first", c.commitField, n, MaxDevices)
	}
	return nil
}
