package group

import (
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/consent"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/keypackages"
	"catbird.blue/mls/xrpc"
)

// welcomeCheck decides whether the caller may spend the key packages that a
// Welcome names.
type welcomeCheck struct {
	q       *db.Queries
	claims  *keypackages.Claims
	convoID xrpc.ConvoID
	caller  string
	now     time.Time
	// suite is the conversation's cipher suite.
	suite mls.CipherSuite
	// field is the lexicon's name for the Welcome.
	field string
	// welcome is nil where there is none.
	welcome *mls.Welcome
	// added and removed are the DIDs that the caller declares as such, and addedField
	// the lexicon's name for added. memberships has no entry for a non-member.
	added, removed []string
	addedField     string
	memberships    map[string]convo.Membership

	isAdded, isRemoved map[string]bool
	// packages are the key packages that the Welcome names, by their references.
	packages map[string]db.LockPackagesRow
	deleted  map[convo.Device]bool
	// answers say whether the caller may add the accounts.
	answers *consent.Answers
}

// check returns the key packages in the order of the Welcome, with their rows
// locked.
func (w *welcomeCheck) check(ctx context.Context) ([]db.LockPackagesRow, error) {
	if w.welcome == nil {
		return nil, w.checkAbsent()
	}
	if w.welcome.CipherSuite != w.suite {
		return nil, otherSuite(w.field, w.welcome, w.suite)
	}
	if err := w.load(ctx); err != nil {
		return nil, err
	}
	out := make([]db.LockPackagesRow, 0, len(w.packages))
	devices := make(map[convo.Device]bool)
	for _, ref := range w.welcome.Refs() {
		p, found := w.packages[string(ref)]
		switch why := w.refuse(p, found); {
		case why == "":
		case why == w.unnamed() && len(w.added) == 0 && !w.isRemoved[p.Did]:
			return nil, xrpc.Invalid(w.addedField, "missing; %s names key package %s, which is of an account that is not a member", w.field, hex.EncodeToString(ref))
		default:
			return nil, packageRefused(w.field, ref, why)
		}
		d := convo.Device{DID: p.Did, ID: p.DeviceID}
		if devices[d] {
			return nil, gen.Errorf(gen.ErrInvalidWelcome, "%s: key package %s: is the second one of its device; a signature key has one leaf (RFC 9420 §7.3)", w.field, hex.EncodeToString(ref))
		}
		devices[d] = true
		out = append(out, p)
	}
	if err := w.checkAdded(owners(out)); err != nil {
		return nil, err
	}
	return out, w.countUnleased(ctx, out)
}

// countUnleased counts key packages whose lease has ended as if they were leased
// to the caller now. Otherwise an account could evade the limits of
// getKeyPackages by spending packages that it knows from earlier leases. A
// package that was never leased is not counted: the caller can have it from its
// owner only.
func (w *welcomeCheck) countUnleased(ctx context.Context, packages []db.LockPackagesRow) error {
	unleased := endedLeases(packages, w.now)
	if len(unleased) == 0 {
		return nil
	}
	// The account is locked before the counts, as in a claim. Otherwise a claim that
	// creates the account's row waits for the counts, and this transaction, which
	// records the caller's device later, waits for that row.
	if err := w.q.HoldAccount(ctx, w.caller, w.now); err != nil {
		return fmt.Errorf("lock the account: %w", err)
	}
	book := w.claims.Open(w.caller, w.now, w.answers.Acquainted())
	full, err := book.Full(ctx, w.q, unleased)
	if err != nil {
		return err
	}
	for _, p := range packages {
		if row := full[convo.Device{DID: p.Did, ID: p.DeviceID}]; row != nil {
			w.claims.Refused(row)
			return gen.Errorf(gen.ErrKeyPackageNotFound, "%s: key package %s: its lease has ended, and no further one of its device may be taken now (%s): ask getKeyPackages",
				w.field, hex.EncodeToString(p.Ref), row.Name)
		}
	}
	return book.Record(ctx, w.q, unleased)
}

func otherSuite(field string, w *mls.Welcome, suite mls.CipherSuite) error {
	return gen.Errorf(gen.ErrInvalidWelcome, "%s: is of cipher suite %v, the conversation of %v", field, w.CipherSuite, suite)
}

func welcomeMissing(field string) error {
	return gen.Errorf(gen.ErrInvalidWelcome, "%s: missing; added members need one", field)
}

// checkAbsent refuses additions without a Welcome.
func (w *welcomeCheck) checkAbsent() error {
	for i, did := range w.added {
		if w.memberships[did] == convo.Member {
			return alreadyMember(i)
		}
	}
	if len(w.added) > 0 {
		return welcomeMissing(w.field)
	}
	return nil
}

func alreadyMember(i int) error {
	return gen.Errorf(gen.ErrAlreadyMember, "the added member %d is one already, and the Welcome names no new device of it", i)
}

// checkAdded requires a key package of every added account. Where the account is
// a member, its key package adds a new device, or one whose old leaf the commit
// removes.
func (w *welcomeCheck) checkAdded(owners []string) error {
	named := convo.SetOf(owners)
	for i, did := range w.added {
		switch {
		case named[did]:
		case w.memberships[did] == convo.Member:
			return alreadyMember(i)
		default:
			return gen.Errorf(gen.ErrKeyPackageNotFound, "%s: names no key package of the added member %d", w.field, i)
		}
	}
	return nil
}

// load locks the key packages before it reads which devices are deleted: the
// deletion of a device locks its key packages too, so it comes before the Welcome
// or after it.
func (w *welcomeCheck) load(ctx context.Context) error {
	rows, err := w.q.LockPackages(ctx, db.LockPackagesParams{
		Refs: w.welcome.Refs(), Hidden: w.answers.Refused(), Caller: w.caller, Now: w.now,
	})
	if err != nil {
		return fmt.Errorf("lock key packages: %w", err)
	}
	w.packages = make(map[string]db.LockPackagesRow, len(rows))
	w.isAdded, w.isRemoved = convo.SetOf(w.added), convo.SetOf(w.removed)
	var dids, ids, others []string
	for _, p := range rows {
		w.packages[string(p.Ref)] = p
		dids, ids = append(dids, p.Did), append(ids, p.DeviceID)
		if !w.isAdded[p.Did] {
			others = append(others, p.Did)
		}
	}
	if err := w.loadMemberships(ctx, convo.Unique(others)); err != nil {
		return err
	}
	w.deleted, err = convo.DeletedDevices(ctx, w.q, dids, ids)
	return err
}

// loadMemberships reads the membership states of accounts that have a key package
// in the Welcome and are not declared as added.
func (w *welcomeCheck) loadMemberships(ctx context.Context, dids []string) error {
	if len(dids) == 0 {
		return nil
	}
	more, err := convo.Memberships(ctx, w.q, w.convoID, dids)
	if err != nil {
		return err
	}
	maps.Copy(w.memberships, more)
	return nil
}

// isOutsider reports whether an account is no member after the commit, by what the
// caller declares.
func (w *welcomeCheck) isOutsider(did string) bool {
	return !w.isAdded[did] && (w.memberships[did] != convo.Member || w.isRemoved[did])
}

// unnamed is why a key package of an outsider is refused.
func (w *welcomeCheck) unnamed() string {
	return "is of an account that is neither a member nor in " + w.addedField
}

// refuse returns why a key package may not be spent by this Welcome, and "" where
// it may.
func (w *welcomeCheck) refuse(p db.LockPackagesRow, found bool) string {
	switch {
	case !found:
		return unknownPackage
	case w.isOutsider(p.Did):
		return w.unnamed()
	case mls.CipherSuite(p.CipherSuite) != w.suite:
		return fmt.Sprintf("is of cipher suite %v, the conversation of %v", mls.CipherSuite(p.CipherSuite), w.suite)
	case p.SpentAt != nil:
		return "is spent"
	case w.deleted[convo.Device{DID: p.Did, ID: p.DeviceID}]:
		return "its device is deleted"
	case p.LeaseHolder != nil && *p.LeaseHolder != w.caller && p.LeaseEndsAt.After(w.now):
		return "is leased to another account"
	}
	return ""
}
