package server

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/mls"
)

// How the service knows the leaves of a group: from a tree that it verified, or
// from what clients said of commits that nobody outside can read.
const (
	rosterVerified = "verified"
	rosterClaimed  = "claimed"
)

// rememberedLeaves bounds the hashes of verified leaves that are kept in
// memory, about 200 bytes each, so that a commit costs the signatures of what
// it changed.
const rememberedLeaves = 50_000

// errGroupMoved: what was verified outside the transaction is not what it found
// under the lock.
var errGroupMoved = errors.New("the group's state changed meanwhile")

// untilCurrent runs fn again, three times at most, where what it verified had
// become stale when it came to decide.
func untilCurrent(fn func() error) error {
	var err error
	for range 3 {
		if err = fn(); !errors.Is(err, errGroupMoved) {
			return err
		}
	}
	return err
}

// knownGroup is a conversation's group as it was outside the transaction. The
// state of an epoch never changes, except that a claimed roster gets settled;
// so current decides under the lock whether what was verified against it counts.
type knownGroup struct {
	// inEpoch: the caller was a member and the conversation in the epoch asked
	// for.
	inEpoch bool
	// base is nil where the roster was claimed.
	base *mls.Group
	// other is base with the other transcript that a group of epoch 1 may have,
	// see mls.Effect; nil where there is none. Both have one tree.
	other *mls.Group
}

// knownGroup reads the group for a handshake that was sent in an epoch.
func (s *Server) knownGroup(ctx context.Context, convoID, caller string, epoch int64) (knownGroup, error) {
	row, err := db.New(s.pool).GroupState(ctx, convoID, caller)
	if errors.Is(err, pgx.ErrNoRows) {
		return knownGroup{}, nil
	}
	if err != nil {
		return knownGroup{}, fmt.Errorf("read group state: %w", err)
	}
	k := knownGroup{inEpoch: row.Epoch == epoch || row.EpochAssumed}
	if !k.inEpoch || row.Tree == nil {
		return k, nil
	}
	k.base, err = readGroup(row.Tree, row.GroupContext, row.Interim)
	if err == nil && k.base.Context.Epoch == 1 {
		k.other, err = s.otherStart(ctx, convoID, k.base)
	}
	return k, err
}

// otherStart is the group as it is where its clients start the transcript with
// an empty interim hash. A readable first commit that came without GroupInfo
// does not tell whether they do; what comes next does.
func (s *Server) otherStart(ctx context.Context, convoID string, g *mls.Group) (*mls.Group, error) {
	b, err := db.New(s.pool).FirstCommit(ctx, convoID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read first commit: %w", err)
	}
	m, err := mls.ParseMessage(b)
	if err != nil {
		return nil, fmt.Errorf("stored commit does not parse: %w", err)
	}
	if m.Public == nil {
		return nil, nil
	}
	return g.StartedEmpty(m.Public), nil
}

// try holds something against the group, and where it does not fit, against the
// one with the other transcript.
func (k knownGroup) try(fits func(*mls.Group) error) error {
	err := fits(k.base)
	if err != nil && k.other != nil && fits(k.other) == nil {
		return nil
	}
	return err
}

// current tells whether k is still the group of a conversation, whose row is
// locked and in the epoch that was asked for.
func (k knownGroup) current(c db.LockConvoRow) bool {
	return k.inEpoch && (k.base != nil) == (c.Roster == rosterVerified)
}

func readGroup(tree, groupContext, interim []byte) (*mls.Group, error) {
	t, err := mls.ParseRatchetTree(tree)
	if err != nil {
		return nil, fmt.Errorf("stored tree does not parse: %w", err)
	}
	c, err := mls.ParseGroupContext(groupContext)
	if err != nil {
		return nil, fmt.Errorf("stored group context does not parse: %w", err)
	}
	return &mls.Group{Context: *c, Tree: t, Interim: interim}, nil
}

// storeGroup keeps a verified group as that of the conversation's epoch, or,
// where it is nil, drops what was known.
func storeGroup(ctx context.Context, q *db.Queries, convoID string, g *mls.Group) error {
	if g == nil {
		if err := q.DropGroupState(ctx, convoID); err != nil {
			return fmt.Errorf("drop group state: %w", err)
		}
		return nil
	}
	if err := q.PutGroupState(ctx, db.PutGroupStateParams{
		ConvoID: convoID, Epoch: int64(g.Context.Epoch), Tree: g.Tree.Bytes(), GroupContext: g.Context.Bytes(), Interim: g.Interim,
	}); err != nil {
		return fmt.Errorf("store group state: %w", err)
	}
	return nil
}

// stateHash is over all that two members must state alike of an epoch.
func stateHash(g *mls.Group) []byte {
	sum := sha256.Sum256(append(g.Context.Bytes(), g.Interim...))
	return sum[:]
}

// leafRows are rows of the roster.
type leafRows struct {
	dids, devices     []string
	indexes           []int64
	keys, credentials [][]byte
}

func (r *leafRows) add(m *mls.Member) {
	r.dids, r.devices = append(r.dids, m.DID), append(r.devices, m.DeviceID)
	r.indexes = append(r.indexes, int64(m.Index))
	r.keys, r.credentials = append(r.keys, m.Leaf.SignatureKey), append(r.credentials, m.Leaf.Credential.Bytes())
}

func (r *leafRows) store(ctx context.Context, q *db.Queries, convoID string) error {
	if err := q.PutLeaves(ctx, db.PutLeavesParams{
		ConvoID: convoID, Dids: r.dids, DeviceIds: r.devices, LeafIndexes: r.indexes, SignatureKeys: r.keys, Credentials: r.credentials,
	}); err != nil {
		return fmt.Errorf("store leaves: %w", err)
	}
	return nil
}

// storeRoster makes the leaves of a tree the conversation's roster, whatever it
// was before, and their devices known.
func storeRoster(ctx context.Context, q *db.Queries, convoID string, members []mls.Member) error {
	if err := q.DeleteAllLeaves(ctx, convoID); err != nil {
		return fmt.Errorf("delete leaves: %w", err)
	}
	rows := &leafRows{}
	for i := range members {
		rows.add(&members[i])
	}
	return rows.store(ctx, q, convoID)
}
