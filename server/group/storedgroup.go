package group

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/mls"
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
	// bytes is the size of the stored GroupInfo and tree.
	bytes int64
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
	g, err := parseStoredGroup(row.GroupInfo, row.RatchetTree)
	if err != nil {
		return nil, err
	}
	return &storedGroup{g, int64(len(row.GroupInfo) + len(row.RatchetTree))}, nil
}

// parseStoredGroup parses what groupInfoAndTree.store has written.
func parseStoredGroup(groupInfo, ratchetTree []byte) (*mls.Group, error) {
	info, err := mls.ParseGroupInfo(groupInfo)
	if err != nil {
		return nil, fmt.Errorf("stored GroupInfo does not parse: %w", err)
	}
	var tree *mls.RatchetTree
	if ratchetTree != nil {
		if tree, err = mls.ParseRatchetTree(ratchetTree); err != nil {
			return nil, fmt.Errorf("stored tree does not parse: %w", err)
		}
	}
	g, err := info.Group(tree)
	if err != nil {
		return nil, fmt.Errorf("stored GroupInfo has no tree: %w", err)
	}
	return g, nil
}
