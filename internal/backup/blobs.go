package backup

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/blob"
)

const (
	blobFolder = "blobs/"
	// blobPage is how many attachments are asked for at once.
	blobPage = 1000
	// overlap is how far back new attachments are looked for again. Their times
	// are those of the instances' clocks.
	overlap = 10 * time.Minute
)

// eachBlob calls f for every attachment of the database, in the order of their
// objects.
func eachBlob(ctx context.Context, conn *pgx.Conn, f func(db.ListBlobObjectsRow) error) error {
	after := ""
	for {
		rows, err := db.New(conn).ListBlobObjects(ctx, after, blobPage)
		if err != nil {
			return fmt.Errorf("list attachments: %w", err)
		}
		for _, row := range rows {
			if err := f(row); err != nil {
				return err
			}
			after = row.ObjectKey
		}
		if len(rows) < blobPage {
			return nil
		}
	}
}

// keyList has the keys of the objects of a store, one at a time, in order. The
// caller calls stop at the end.
type keyList struct {
	next <-chan string
	stop context.CancelFunc
	err  error
	key  string
	done bool
}

func listKeys(ctx context.Context, store *blob.Store, prefix string) *keyList {
	ctx, cancel := context.WithCancel(ctx)
	next := make(chan string, blobPage)
	l := &keyList{next: next, stop: cancel}
	go func() {
		defer close(next)
		l.err = store.List(ctx, prefix, func(o blob.Object) error {
			select {
			case next <- strings.TrimSuffix(strings.TrimPrefix(o.Key, prefix), encryptedName):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	l.advance()
	return l
}

func (l *keyList) advance() {
	key, ok := <-l.next
	l.key, l.done = key, !ok
}

// has reports whether the list has a key. Keys must be asked for in order.
func (l *keyList) has(key string) bool {
	for !l.done && l.key < key {
		l.advance()
	}
	return !l.done && l.key == key
}

// listBlobs stores the list of all attachments beside a base backup, and copies
// those that the repository does not have.
func (o *opened) listBlobs(ctx context.Context, b *Base) error {
	out, in := io.Pipe()
	go func() {
		w := bufio.NewWriter(in)
		err := o.syncBlobs(ctx, w)
		if err == nil {
			err = w.Flush()
		}
		in.CloseWithError(err)
	}()
	// The list has random keys only. The server reads it again, so that it is
	// not encrypted.
	s := sealed(out, nil, true)
	_, err := o.repo.store.Write(ctx, o.repo.key(b.name(blobList)), s, math.MaxInt64)
	return errors.Join(err, s.Close(), out.Close())
}

const blobList = "blobs" + compressedName

// syncBlobs copies the attachments that the repository does not have, and writes
// the keys of all of them to w.
func (o *opened) syncBlobs(ctx context.Context, w io.Writer) error {
	conn, err := connect(ctx, o.DatabaseURL)
	if err != nil {
		return err
	}
	have := listKeys(ctx, o.repo.store, o.repo.key(blobFolder))
	defer have.stop()
	err = eachBlob(ctx, conn, func(row db.ListBlobObjectsRow) error {
		if !have.has(row.ObjectKey) {
			if err := o.copyBlob(ctx, row.ObjectKey); err != nil {
				return err
			}
		}
		_, err := fmt.Fprintln(w, row.ObjectKey)
		return err
	})
	return errors.Join(err, have.failure(), conn.Close(ctx))
}

// failure returns why the list ended early.
func (l *keyList) failure() error {
	if !l.done {
		return nil
	}
	return l.err
}

// copyBlob copies an attachment to the repository. It is no error if it is gone,
// because retention removes attachments at any time.
func (o *opened) copyBlob(ctx context.Context, key string) error {
	src, err := o.Blobs.Read(ctx, key, 0, -1)
	if blob.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("attachment: %w", err)
	}
	_, err = o.repo.put(ctx, blobFolder+key, src, false)
	return errors.Join(err, src.Close())
}

// newBlobs copies the attachments that appeared since it was last called.
type newBlobs struct {
	since  time.Time
	copied map[string]time.Time
}

func (n *newBlobs) copy(ctx context.Context, o *opened, conn *pgx.Conn) error {
	if n.copied == nil {
		n.copied = map[string]time.Time{}
	}
	newest, at, key := n.since, n.since.Add(-overlap), ""
	for {
		rows, err := db.New(conn).ListNewBlobObjects(ctx, at, key, blobPage)
		if err != nil {
			return fmt.Errorf("list new attachments: %w", err)
		}
		for _, row := range rows {
			at, key = row.CreatedAt, row.ObjectKey
			if _, done := n.copied[key]; !done {
				if err := o.copyBlob(ctx, key); err != nil {
					return err
				}
				n.copied[key] = at
			}
		}
		if at.After(newest) {
			newest = at
		}
		if len(rows) < blobPage {
			break
		}
	}
	n.since = newest
	for key, at := range n.copied {
		if at.Before(n.since.Add(-overlap)) {
			delete(n.copied, key)
		}
	}
	return nil
}

// restoreBlobs puts back the attachments of a restored database that the store
// lacks. It returns how many were copied, and how many are in neither.
func (r *Repository) restoreBlobs(ctx context.Context, conn *pgx.Conn, to *blob.Store) (copied, missing int, err error) {
	have := listKeys(ctx, to, "")
	defer have.stop()
	err = eachBlob(ctx, conn, func(row db.ListBlobObjectsRow) error {
		if have.has(row.ObjectKey) {
			return nil
		}
		src, err := r.openBlob(ctx, row.ObjectKey)
		if blob.IsNotFound(err) {
			missing++
			return nil
		}
		if err != nil {
			return err
		}
		w, err := to.Write(ctx, row.ObjectKey, src, math.MaxInt64)
		if err == nil && w.CID != row.Cid {
			err = errors.Join(fmt.Errorf("the attachment %s is damaged", row.ObjectKey), to.Delete(ctx, row.ObjectKey))
		}
		copied++
		return errors.Join(err, src.Close())
	})
	return copied, missing, errors.Join(err, have.failure())
}

// openBlob opens an attachment in the repository.
func (r *Repository) openBlob(ctx context.Context, key string) (io.ReadCloser, error) {
	src, err := r.get(ctx, blobFolder+key+encryptedName)
	if blob.IsNotFound(err) {
		return r.get(ctx, blobFolder+key)
	}
	return src, err
}
