package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"gocloud.dev/blob"
)

// Object is an object as a bucket lists it.
type Object struct {
	Key string
	// Size in bytes.
	Size int64
	// Stored is when it was written, by the clock of the bucket.
	Stored time.Time
}

// List calls f for every object whose key begins with prefix, until f returns an
// error. Keys whose parts between slashes have equal lengths, such as those of
// NewKey, come in the order of their bytes.
func (s *Store) List(ctx context.Context, prefix string, f func(Object) error) error {
	iter := s.bucket.List(&blob.ListOptions{Prefix: prefix})
	for {
		o, err := iter.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list objects: %w", err)
		}
		if err := f(Object{Key: o.Key, Size: o.Size, Stored: o.ModTime}); err != nil {
			return err
		}
	}
}

// Folders returns what the keys that begin with prefix have between it and the
// next slash.
func (s *Store) Folders(ctx context.Context, prefix string) ([]string, error) {
	iter := s.bucket.List(&blob.ListOptions{Prefix: prefix, Delimiter: "/"})
	var names []string
	for {
		o, err := iter.Next(ctx)
		if errors.Is(err, io.EOF) {
			return names, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list objects: %w", err)
		}
		if o.IsDir {
			names = append(names, o.Key[len(prefix):len(o.Key)-1])
		}
	}
}
