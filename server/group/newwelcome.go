package group

import (
	"context"
	"fmt"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/keypackages"
	"catbird.blue/mls/xrpc"
)

// newWelcome is a Welcome that is about to be stored.
type newWelcome struct {
	convoID xrpc.ConvoID
	// seq is the sequence number of the Welcome's commit, and epoch the epoch that
	// it leads to.
	seq, epoch           int64
	welcome, ratchetTree []byte
	// packages are the key packages that the Welcome names.
	packages []db.LockPackagesRow
	now      time.Time
}

// store spends the key packages and stores the Welcome for their devices. It
// supersedes older Welcomes for them.
func (w *newWelcome) store(ctx context.Context, q *db.Queries) error {
	var dids, devices []string
	var refs [][]byte
	for _, p := range w.packages {
		dids, devices, refs = append(dids, p.Did), append(devices, p.DeviceID), append(refs, p.Ref)
	}
	if err := q.SpendPackages(ctx, w.now, dids, refs); err != nil {
		return fmt.Errorf("spend key packages: %w", err)
	}
	// For the other packages, the lease has published that few are left.
	if _, err := keypackages.LogScarce(ctx, q, endedLeases(w.packages, w.now), w.now); err != nil {
		return err
	}
	if err := q.InsertWelcome(ctx, db.InsertWelcomeParams{
		ConvoID: w.convoID, Seq: w.seq, Epoch: w.epoch, Welcome: w.welcome, RatchetTree: w.ratchetTree, At: w.now,
	}); err != nil {
		return fmt.Errorf("store Welcome: %w", err)
	}
	if err := q.SupersedeWelcomes(ctx, db.SupersedeWelcomesParams{At: w.now, ConvoID: w.convoID, Dids: dids, DeviceIds: devices}); err != nil {
		return fmt.Errorf("supersede Welcomes: %w", err)
	}
	if err := q.InsertWelcomeRecipients(ctx, db.InsertWelcomeRecipientsParams{
		ConvoID: w.convoID, Dids: dids, DeviceIds: devices, Seq: w.seq, Refs: refs,
	}); err != nil {
		return fmt.Errorf("store Welcome's recipients: %w", err)
	}
	return nil
}

// recipients returns the devices that the Welcome is for.
func recipients(packages []db.LockPackagesRow) []convo.Device {
	out := make([]convo.Device, len(packages))
	for i, p := range packages {
		out[i] = convo.Device{DID: p.Did, ID: p.DeviceID}
	}
	return out
}

// owners returns the accounts of the key packages that a Welcome names, each
// once.
func owners(packages []db.LockPackagesRow) []string {
	dids := make([]string, len(packages))
	for i, p := range packages {
		dids[i] = p.Did
	}
	return convo.Unique(dids)
}

// endedLeases returns the key packages that were leased once and are not now.
func endedLeases(packages []db.LockPackagesRow, now time.Time) []keypackages.DevicePackage {
	var out []keypackages.DevicePackage
	for _, p := range packages {
		leased := p.LeaseHolder != nil && p.LeaseEndsAt.After(now)
		if p.LeaseEndsAt != nil && !leased {
			out = append(out, keypackages.DevicePackage{Device: convo.Device{DID: p.Did, ID: p.DeviceID}, Suite: p.CipherSuite})
		}
	}
	return out
}
