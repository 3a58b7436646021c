package group

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/xrpc"
)

// errGroupChanged is the error of a call that finds the conversation, once it
// has locked it, in another epoch than the one that it was verified against.
var errGroupChanged = errors.New("the group's state changed meanwhile")

// retryIfGroupChanged runs fn again while it fails with errGroupChanged, three
// times at most. fn verifies outside a transaction and decides inside one.
func retryIfGroupChanged(fn func() error) error {
	var err error
	for range 3 {
		if err = fn(); !errors.Is(err, errGroupChanged) {
			return err
		}
	}
	return err
}

// storedGroup is the group of a conversation as it was read from the database.
type storedGroup struct {
	*mls.Group
	// bytes is the size of the GroupInfo and, where it was sent beside it, the tree.
	bytes int64
	// treeBytes is the size of what the tree was put together from.
	treeBytes int
}

// groupInEpoch reads the group of a conversation for a member. It returns nil
// where the conversation is in another epoch, or the caller not a member. The
// group of an epoch never changes: what was verified against it outside the
// transaction is valid under the lock, as long as the epoch is still the same.
func (s *Service) groupInEpoch(ctx context.Context, convoID xrpc.ConvoID, caller string, epoch int64) (*storedGroup, error) {
	row, err := db.New(s.Pool).CurrentGroupInfo(ctx, convoID, caller)
	return groupOfRow(row, err, epoch)
}

func groupOfRow(row db.CurrentGroupInfoRow, err error, epoch int64) (*storedGroup, error) {
	if errors.Is(err, pgx.ErrNoRows) || err == nil && row.Epoch != epoch {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read GroupInfo: %w", err)
	}
	tree, err := convo.Tree(row.CipherSuite, row.Tree, row.Changes)
	if err != nil {
		return nil, err
	}
	encoded := tree.Bytes()
	sent := withTree(row.GroupInfo, row.TreeAt, encoded)
	info, err := mls.ParseGroupInfo(sent)
	if err != nil {
		return nil, fmt.Errorf("stored GroupInfo does not parse: %w", err)
	}
	out := &storedGroup{Group: info.GroupOf(tree), bytes: int64(len(row.GroupInfo) + len(encoded)), treeBytes: len(row.Tree)}
	for _, c := range row.Changes {
		out.treeBytes += len(c)
	}
	return out, nil
}

// withTree returns a stored GroupInfo as it was sent. treeAt is where its tree
// belongs, or nil if the tree was sent beside it.
func withTree(groupInfo []byte, treeAt *int64, tree []byte) []byte {
	if treeAt == nil {
		return groupInfo
	}
	return slices.Concat(groupInfo[:*treeAt], tree, groupInfo[*treeAt:])
}

// groupInfoOutput is the answer of getGroupInfo.
func groupInfoOutput(row db.CurrentGroupInfoRow) (*gen.GetGroupInfoOutput, error) {
	encoded := row.Tree
	if len(row.Changes) > 0 {
		tree, err := convo.Tree(row.CipherSuite, row.Tree, row.Changes)
		if err != nil {
			return nil, err
		}
		encoded = tree.Bytes()
	}
	out := &gen.GetGroupInfoOutput{
		GroupInfo: withTree(row.GroupInfo, row.TreeAt, encoded), Epoch: row.Epoch, UpdatedAt: xrpc.FormatTime(row.UpdatedAt),
	}
	if row.TreeAt == nil {
		out.RatchetTree = encoded
	}
	return out, nil
}

// newTree is the tree of a new epoch as it is stored.
type newTree struct {
	bytes []byte
	// change is what the epoch changes in the tree of the epoch before; nil for
	// nothing.
	change []byte
	// whole says that the tree is stored whole.
	whole bool
}

// next returns the tree that a commit of g leads to. It is stored whole once the
// stored tree and its changes are more than twice as large: so a tree costs at most
// twice its size to read, and to store it whole costs no more than the changes did.
func (g *storedGroup) next(to *mls.Group, committer uint32) *newTree {
	n := &newTree{bytes: to.Tree.Bytes(), change: to.Tree.ChangeFrom(g.Tree, to.Context.CipherSuite, committer)}
	n.whole = g.treeBytes+len(n.change) > 2*len(n.bytes)
	return n
}
