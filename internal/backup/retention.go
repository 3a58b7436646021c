package backup

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"time"

	"catbird.blue/mls/server/blob"
)

// Retention says which base backups are kept: the newest ones, and those that
// are not old yet. What lies between the oldest of them and now is kept too, so
// that the database can be restored to any time since.
type Retention struct {
	Count int
	Age   time.Duration
}

// drops returns the base backups that are no longer wanted, and those that are.
// The newest one is always kept.
func (k Retention) drops(bases []Base, now time.Time) (drop, keep []Base) {
	for i, b := range bases {
		if newer := len(bases) - 1 - i; newer >= max(k.Count, 1) && now.Sub(b.Ended) > k.Age {
			drop = append(drop, b)
		} else {
			keep = append(keep, b)
		}
	}
	return drop, keep
}

// retain removes what retention no longer wants: base backups, the write-ahead
// log before the oldest that is kept, and attachments that no kept state has.
func (o *opened) retain(ctx context.Context, k Retention) error {
	bases, err := o.repo.Bases(ctx)
	if err != nil {
		return err
	}
	drop, keep := k.drops(bases, time.Now())
	for _, b := range drop {
		// Without its manifest it is no backup any more.
		if err := o.repo.store.Delete(ctx, o.repo.key(b.name("manifest.json"))); err != nil {
			return err
		}
		if _, err := o.repo.remove(ctx, b.name(""), func(blob.Object) bool { return true }); err != nil {
			return err
		}
	}
	if len(keep) == 0 {
		return nil
	}
	if err := o.retainWAL(ctx, &keep[0]); err != nil {
		return err
	}
	return o.retainBlobs(ctx, &keep[0])
}

// retainWAL removes the segments before those that the oldest backup needs.
// Histories of timelines are small and needed by all later ones.
func (o *opened) retainWAL(ctx context.Context, oldest *Base) error {
	first, err := parseSegment(oldest.FirstWAL, oldest.SegmentSize)
	if err != nil {
		return err
	}
	_, err = o.repo.remove(ctx, walFolder, func(obj blob.Object) bool {
		name, _, _ := strings.Cut(strings.TrimPrefix(obj.Key, walFolder), ".")
		s, err := parseSegment(name, oldest.SegmentSize)
		return err == nil && s.number < first.number
	})
	return err
}

// clockSlack is by how much the clocks of the bucket and the database may differ.
const clockSlack = time.Hour

// retainBlobs removes the attachments that were copied before the oldest backup
// and were gone by then.
func (o *opened) retainBlobs(ctx context.Context, oldest *Base) error {
	list, err := o.repo.get(ctx, oldest.name(blobList))
	if err != nil {
		return fmt.Errorf("list of attachments: %w", err)
	}
	defer list.Close()
	lines := bufio.NewScanner(list)
	more := lines.Scan()
	_, err = o.repo.remove(ctx, blobFolder, func(obj blob.Object) bool {
		key := strings.TrimSuffix(strings.TrimPrefix(obj.Key, blobFolder), encryptedName)
		for more && lines.Text() < key {
			more = lines.Scan()
		}
		needed := more && lines.Text() == key
		return !needed && lines.Err() == nil && obj.Stored.Before(oldest.Started.Add(-clockSlack))
	})
	if err == nil {
		err = lines.Err()
	}
	return err
}
