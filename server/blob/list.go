package blob

import (
	"context"
	"fmt"
	"strings"
	"time"
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
	if err := s.bucket.list(ctx, prefix, f); err != nil {
		return fmt.Errorf("list objects: %w", err)
	}
	return nil
}

// Folders returns what the keys that begin with prefix have between it and the
// next slash.
func (s *Store) Folders(ctx context.Context, prefix string) ([]string, error) {
	names, err := s.bucket.folders(ctx, prefix)
	if err != nil {
		return nil, fmt.Errorf("list objects: %w", err)
	}
	for i, name := range names {
		names[i] = strings.TrimSuffix(name[len(prefix):], "/")
	}
	return names, nil
}
