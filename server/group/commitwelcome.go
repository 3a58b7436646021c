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
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/keypackages"
	"catbird.blue/mls/xrpc"
)

// welcomeCheck decides whether the packages that a Welcome names may be spent.
type welcomeCheck struct {
	q       *db.Queries
	claims  *keypackages.Claims
	convoID xrpc.ConvoID
	caller  string
	now     time.Time
	suite   mls.CipherSuite
	field   string
	invite  *mls.Welcome
	// added and removed as the caller declares them; standing has an entry for
	// every one that is not a stranger.
	added, removed []string
	standing       map[string]convo.Membership

	isAdded, isRemoved map[string]bool
	packages           map[string]db.LockPackagesRow
	deleted            map[convo.Device]bool
}

// check gives the packages in the order of the Welcome; their rows are locked.
func (w *welcomeCheck) check(ctx context.Context) ([]db.LockPackagesRow, error) {
	if w.invite == nil {
		return nil, w.checkAbsent()
	}
	if w.invite.CipherSuite != w.suite {
		return nil, gen.Errorf(gen.ErrInvalidWelcome, "%s: is of cipher suite %v, the conversation of %v", w.field, w.invite.CipherSuite, w.suite)
	}
	if err := w.load(ctx); err != nil {
		return nil, err
	}
	out := make([]db.LockPackagesRow, 0, len(w.packages))
	devices := make(map[convo.Device]bool)
	for _, ref := range w.invite.Refs() {
		p, found := w.packages[string(ref)]
		if why := w.refuse(p, found); why != "" {
			return nil, gen.Errorf(gen.ErrKeyPackageNotFound, "%s: key package %s: %s", w.field, hex.EncodeToString(ref), why)
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
	return out, w.countUnheld(ctx, out)
}

// countUnheld counts packages that the caller spends without a lease, after its
// own or another account's has ended, as if they were given to it now: nobody
// gets around the limits by what it remembers. A package that was never leased
// comes from its owner, who may give away what it likes.
func (w *welcomeCheck) countUnheld(ctx context.Context, packages []db.LockPackagesRow) error {
	unheld := unheldPackages(packages, w.now)
	if len(unheld) == 0 {
		return nil
	}
	var owners []string
	for _, p := range unheld {
		owners = append(owners, p.DID)
	}
	// The account is locked before the counts, as in a claim. Otherwise a claim that
	// creates the account's row waits for the counts, and this transaction, which
	// records the caller's device later, waits for that row.
	if err := w.q.HoldAccount(ctx, w.caller, w.now); err != nil {
		return fmt.Errorf("lock the account: %w", err)
	}
	book, err := w.claims.Open(ctx, w.q, w.caller, w.now, owners)
	if err != nil {
		return err
	}
	full, err := book.Full(ctx, unheld)
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
	return book.Record(ctx, unheld)
}

func welcomeMissing(field string) error {
	return gen.Errorf(gen.ErrInvalidWelcome, "%s: missing; added members need one", field)
}

func (w *welcomeCheck) checkAbsent() error {
	for i, did := range w.added {
		if w.standing[did] == convo.Member {
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

// checkAdded requires a package for everybody who is added: a member's is that
// of a new device, or of one whose old leaf goes.
func (w *welcomeCheck) checkAdded(owners []string) error {
	named := convo.SetOf(owners)
	for i, did := range w.added {
		switch {
		case named[did]:
		case w.standing[did] == convo.Member:
			return alreadyMember(i)
		default:
			return gen.Errorf(gen.ErrKeyPackageNotFound, "%s: names no key package of the added member %d", w.field, i)
		}
	}
	return nil
}

// load locks the packages and reads what decides about them, in this order.
func (w *welcomeCheck) load(ctx context.Context) error {
	rows, err := w.q.LockPackages(ctx, w.invite.Refs())
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
	if err := w.loadStandings(ctx, convo.Unique(others)); err != nil {
		return err
	}
	w.deleted, err = convo.DeletedDevices(ctx, w.q, dids, ids)
	return err
}

func (w *welcomeCheck) loadStandings(ctx context.Context, dids []string) error {
	if len(dids) == 0 {
		return nil
	}
	more, err := convo.Memberships(ctx, w.q, w.convoID, dids)
	if err != nil {
		return err
	}
	maps.Copy(w.standing, more)
	return nil
}

// refuse says why a package may not be spent here, "" where it may.
func (w *welcomeCheck) refuse(p db.LockPackagesRow, found bool) string {
	switch {
	case !found:
		return "is not known"
	case !w.isAdded[p.Did] && (w.standing[p.Did] != convo.Member || w.isRemoved[p.Did]):
		return "belongs to nobody who is added"
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

// unheldPackages are those that were leased and are not now.
func unheldPackages(packages []db.LockPackagesRow, now time.Time) []keypackages.DevicePackage {
	var out []keypackages.DevicePackage
	for _, p := range packages {
		held := p.LeaseHolder != nil && p.LeaseEndsAt.After(now)
		if p.LeaseEndsAt != nil && !held {
			out = append(out, keypackages.DevicePackage{Device: convo.Device{DID: p.Did, ID: p.DeviceID}, Suite: p.CipherSuite})
		}
	}
	return out
}

// newWelcome is a Welcome to be stored with its recipients.
type newWelcome struct {
	convoID              xrpc.ConvoID
	seq, epoch           int64
	welcome, ratchetTree []byte
	packages             []db.LockPackagesRow
	at                   time.Time
}

// store spends the packages, and makes the Welcome their devices' to fetch in
// place of older ones.
func (w *newWelcome) store(ctx context.Context, q *db.Queries) error {
	var dids, devices []string
	var refs [][]byte
	for _, p := range w.packages {
		dids, devices, refs = append(dids, p.Did), append(devices, p.DeviceID), append(refs, p.Ref)
	}
	if err := q.SpendPackages(ctx, w.at, refs); err != nil {
		return fmt.Errorf("spend key packages: %w", err)
	}
	// A lease told of the others.
	if _, err := keypackages.LogScarce(ctx, q, unheldPackages(w.packages, w.at), w.at); err != nil {
		return err
	}
	if err := q.InsertWelcome(ctx, db.InsertWelcomeParams{
		ConvoID: w.convoID, Seq: w.seq, Epoch: w.epoch, Welcome: w.welcome, RatchetTree: w.ratchetTree, At: w.at,
	}); err != nil {
		return fmt.Errorf("store Welcome: %w", err)
	}
	if err := q.SupersedeWelcomes(ctx, db.SupersedeWelcomesParams{At: w.at, ConvoID: w.convoID, Dids: dids, DeviceIds: devices}); err != nil {
		return fmt.Errorf("supersede Welcomes: %w", err)
	}
	if err := q.InsertWelcomeRecipients(ctx, db.InsertWelcomeRecipientsParams{
		ConvoID: w.convoID, Dids: dids, DeviceIds: devices, Seq: w.seq, Refs: refs,
	}); err != nil {
		return fmt.Errorf("store Welcome's recipients: %w", err)
	}
	return nil
}

// owners are the accounts whose packages a Welcome names, each once.
func owners(packages []db.LockPackagesRow) []string {
	dids := make([]string, len(packages))
	for i, p := range packages {
		dids[i] = p.Did
	}
	return convo.Unique(dids)
}
