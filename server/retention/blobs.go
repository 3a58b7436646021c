package retention

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/limit"
)

// OrphanTime is how long an upload may take before its object counts as an orphan.
// The request is cut off long before.
const OrphanTime = 6 * time.Hour

// collectBlobs removes blobs that no message names, of some accounts. It locks the
// account's row first, as uploads do.
func (c *Cleaner) collectBlobs(ctx context.Context) (bool, error) {
	before := c.now().Add(-limit.UnattachedBlobTime)
	accounts, err := db.New(c.pool).AccountsWithOldBlobs(ctx, before, batch)
	if err != nil {
		return false, fmt.Errorf("find old blobs: %w", err)
	}
	collected := int64(0)
	for _, did := range accounts {
		err := pgx.BeginFunc(ctx, c.pool, func(tx pgx.Tx) error {
			q := db.New(tx)
			if err := q.HoldAccount(ctx, did, c.now()); err != nil {
				return err
			}
			gone, err := q.CollectBlobs(ctx, db.CollectBlobsParams{Did: did, Before: before, Since: c.now(), Batch: batch})
			if err != nil || gone.Blobs == 0 {
				return err
			}
			collected += gone.Blobs
			return q.AddBlobBytes(ctx, -gone.Bytes, did)
		})
		if err != nil {
			return false, fmt.Errorf("collect blobs: %w", err)
		}
	}
	c.metrics.add(kindBlob, collected)
	// Blobs that a message is just naming were skipped. They are no reason to
	// begin another batch at once.
	return collected > 0, nil
}

// deleteOrphans deletes objects that belong to no blob from the blob store.
func (c *Cleaner) deleteOrphans(ctx context.Context) (bool, error) {
	q := db.New(c.pool)
	keys, err := q.MarkOrphanObjects(ctx, c.now().Add(-OrphanTime), batch)
	if err != nil {
		return false, fmt.Errorf("mark objects for deletion: %w", err)
	}
	for _, key := range keys {
		if err := DeleteOrphan(ctx, c.pool, c.blobs, key); err != nil {
			return false, err
		}
		c.metrics.add(kindObject, 1)
	}
	return len(keys) == batch, nil
}

// DeleteOrphan deletes an object that is marked for deletion, and its row once the
// object is gone.
func DeleteOrphan(ctx context.Context, pool *pgxpool.Pool, blobs *blob.Store, key string) error {
	if err := blobs.Delete(ctx, key); err != nil {
		return err
	}
	if err := db.New(pool).ForgetOrphanObject(ctx, key); err != nil {
		return fmt.Errorf("forget object: %w", err)
	}
	return nil
}
