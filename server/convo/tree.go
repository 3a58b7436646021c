package convo

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/xrpc"
)

// Tree puts together a ratchet tree that is stored whole, as it once was, with the
// changes of the epochs since.
func Tree(suite int64, whole []byte, changes [][]byte) (*mls.RatchetTree, error) {
	tree, err := mls.ParseRatchetTree(whole)
	if err != nil {
		return nil, fmt.Errorf("stored tree does not parse: %w", err)
	}
	if err := tree.ApplyChanges(mls.CipherSuite(suite), changes); err != nil {
		return nil, fmt.Errorf("stored changes of a tree: %w", err)
	}
	return tree, nil
}

// SettleTree stores the tree of a locked conversation whole, so that nothing is left
// of leaves that it does not have any more.
func SettleTree(ctx context.Context, q *db.Queries, id xrpc.ConvoID) error {
	row, err := q.StoredTree(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && len(row.Changes) == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read tree: %w", err)
	}
	tree, err := Tree(row.CipherSuite, row.Tree, row.Changes)
	if err != nil {
		return err
	}
	if err := q.SettleTree(ctx, tree.Bytes(), id, row.Epoch); err != nil {
		return fmt.Errorf("store tree: %w", err)
	}
	return nil
}
