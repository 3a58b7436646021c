package server

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
)

// welcomeCheck decides whether the packages that a Welcome names may be spent.
type welcomeCheck struct {
	q               *db.Queries
	convoID, caller string
	now             time.Time
	suite           mls.CipherSuite
	field           string
	invite          *mls.Welcome
	evidence        *evidence
	// added and removed as the caller declares them; standing has an entry for
	// every one that is not a stranger.
	added, removed []string
	standing       map[string]standing
	// opaque: the commit cannot be read. Else vacated counts the leaves that it
	// removes besides those of members that go.
	opaque  bool
	vacated int

	isAdded, isRemoved map[string]bool
	packages           map[string]db.LockPackagesRow
	leaves             map[device]bool
	deleted            map[device]bool
	rejoins            []string
	// again counts the packages whose device has a leaf that nothing else
	// takes away.
	again int
}

// check gives the packages in the order of the Welcome; their rows are locked.
func (w *welcomeCheck) check(ctx context.Context) ([]db.LockPackagesRow, error) {
	if w.invite == nil {
		return nil, w.checkAbsent()
	}
	if err := w.load(ctx); err != nil {
		return nil, err
	}
	if err := w.checkMembers(); err != nil {
		return nil, err
	}
	out := make([]db.LockPackagesRow, 0, len(w.packages))
	owners, devices := make(map[string]bool), make(map[device]bool)
	for _, ref := range w.invite.Refs() {
		p, found := w.packages[string(ref)]
		if why := w.refuse(p, found); why != "" {
			return nil, gen.Errorf(gen.ErrKeyPackageNotFound, "%s: key package %s: %s", w.field, hex.EncodeToString(ref), why)
		}
		d := device{p.Did, p.DeviceID}
		if devices[d] {
			return nil, gen.Errorf(gen.ErrInvalidWelcome, "%s: key package %s: is the second one of its device; a signature key has one leaf (RFC 9420 §7.3)", w.field, hex.EncodeToString(ref))
		}
		owners[p.Did], devices[d] = true, true
		out = append(out, p)
	}
	for i, did := range w.added {
		if !owners[did] {
			return nil, gen.Errorf(gen.ErrKeyPackageNotFound, "%s: names no key package of the added member %d", w.field, i)
		}
	}
	return out, w.checkLeaves(ctx, len(out))
}

func (w *welcomeCheck) checkAbsent() error {
	for i, did := range w.added {
		if w.standing[did] == member {
			return alreadyMember(i)
		}
	}
	if len(w.added) > 0 {
		return gen.Errorf(gen.ErrInvalidWelcome, "%s: missing; added members need one", w.field)
	}
	return nil
}

func alreadyMember(i int) error {
	return gen.Errorf(gen.ErrAlreadyMember, "the added member %d is one already, and the Welcome names no new device of it", i)
}

// load locks the packages and reads what decides about them, in this order.
func (w *welcomeCheck) load(ctx context.Context) error {
	rows, err := w.q.LockPackages(ctx, w.invite.Refs())
	if err != nil {
		return fmt.Errorf("lock key packages: %w", err)
	}
	w.packages = make(map[string]db.LockPackagesRow, len(rows))
	w.isAdded, w.isRemoved = set(w.added), set(w.removed)
	var owners, others, ids []string
	for _, p := range rows {
		w.packages[string(p.Ref)] = p
		owners, ids = append(owners, p.Did), append(ids, p.DeviceID)
		if !w.isAdded[p.Did] {
			others = append(others, p.Did)
		}
	}
	if err := w.loadStandings(ctx, unique(others)); err != nil {
		return err
	}
	if w.leaves, err = knownLeaves(ctx, w.q, w.convoID, unique(owners)); err != nil {
		return err
	}
	if w.rejoins, err = w.q.RejoinRequested(ctx, w.convoID, unique(owners)); err != nil {
		return fmt.Errorf("read rejoin requests: %w", err)
	}
	deleted, err := w.q.DeletedDevices(ctx, unique(owners), unique(ids))
	if err != nil {
		return fmt.Errorf("read deleted devices: %w", err)
	}
	w.deleted = make(map[device]bool, len(deleted))
	for _, d := range deleted {
		w.deleted[device{d.Did, d.DeviceID}] = true
	}
	for _, p := range rows {
		if w.hasLeaf(p) && !w.isRemoved[p.Did] {
			w.again++
		}
	}
	return nil
}

// hasLeaf tells whether a member's device is known to have a leaf.
func (w *welcomeCheck) hasLeaf(p db.LockPackagesRow) bool {
	return w.leaves[device{p.Did, p.DeviceID}] && w.standing[p.Did] == member
}

func (w *welcomeCheck) loadStandings(ctx context.Context, dids []string) error {
	if len(dids) == 0 {
		return nil
	}
	more, err := standings(ctx, w.q, w.convoID, dids)
	if err != nil {
		return err
	}
	for did, s := range more {
		w.standing[did] = s
	}
	return nil
}

// checkMembers: who is a member already may be added again only for a device
// that is new, or whose old leaf goes.
func (w *welcomeCheck) checkMembers() error {
	fits := make(map[string]bool)
	for _, p := range w.packages {
		if w.leafFits(p) {
			fits[p.Did] = true
		}
	}
	for i, did := range w.added {
		if w.standing[did] == member && !fits[did] {
			return alreadyMember(i)
		}
	}
	return nil
}

// leafFits tells whether a leaf for the package does not stand beside an older
// one of the same device. Of a commit that cannot be read, the tree it leads to
// shows it; without a tree, that the member asked to be added again or is said
// to be removed as well is taken for it.
func (w *welcomeCheck) leafFits(p db.LockPackagesRow) bool {
	if !w.hasLeaf(p) {
		return true
	}
	if !w.opaque {
		return w.isRemoved[p.Did] || w.vacated >= w.again
	}
	if n := w.evidence.leavesOf(p.DeviceID); n >= 0 {
		return n == 1
	}
	return w.isRemoved[p.Did] || slices.Contains(w.rejoins, p.Did)
}

// refuse says why a package may not be spent here, "" where it may.
func (w *welcomeCheck) refuse(p db.LockPackagesRow, found bool) string {
	switch {
	case !found:
		return "is not known"
	case !w.isAdded[p.Did] && (w.standing[p.Did] != member || w.isRemoved[p.Did]):
		return "belongs to nobody who is added"
	case mls.CipherSuite(p.CipherSuite) != w.suite:
		return fmt.Sprintf("is of cipher suite %v, the conversation of %v", mls.CipherSuite(p.CipherSuite), w.suite)
	case p.SpentAt != nil:
		return "is spent"
	case w.deleted[device{p.Did, p.DeviceID}]:
		return "its device is deleted"
	case p.LeaseHolder != nil && *p.LeaseHolder != w.caller && p.LeaseEndsAt.After(w.now):
		return "is leased to another account"
	case !w.leafFits(p):
		return "its device has a leaf already"
	}
	return ""
}

// checkLeaves bounds the leaves of the conversation.
func (w *welcomeCheck) checkLeaves(ctx context.Context, more int) error {
	n, err := w.q.CountLeaves(ctx, w.convoID)
	if err != nil {
		return fmt.Errorf("count leaves: %w", err)
	}
	if n += int64(more); n > MaxLeaves {
		return gen.Errorf(gen.ErrTooManyMembers, "the conversation would have %d devices; this service allows %d", n, MaxLeaves)
	}
	return nil
}
