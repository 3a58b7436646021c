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

// errGroupMoved: the conversation is in another epoch under the lock than it was
// when the call was verified.
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

// groupIn reads the group of a conversation in an epoch, for a member; nil where
// the conversation is in another epoch or the caller is no member. The group of
// an epoch never changes: what is verified against it outside the transaction
// counts under the lock, as long as the epoch is still the same.
func (s *Service) groupIn(ctx context.Context, convoID xrpc.ConvoID, caller string, epoch int64) (*storedGroup, error) {
	row, err := db.New(s.Pool).CurrentGroupInfo(ctx, convoID, caller)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && row.Epoch != epoch {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read GroupInfo: %w", err)
	}
	g, err := readGroup(row.GroupInfo, row.RatchetTree)
	if err != nil {
		return nil, err
	}
	return &storedGroup{g, int64(len(row.GroupInfo) + len(row.RatchetTree))}, nil
}

// storedGroup is the group of a conversation, and how many bytes are stored of
// it.
type storedGroup struct {
	*mls.Group
	bytes int64
}

// readGroup reads a group as evidence.store wrote it.
func readGroup(groupInfo, ratchetTree []byte) (*mls.Group, error) {
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

// leafRows are rows of the table leaves.
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
