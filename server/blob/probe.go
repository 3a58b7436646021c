package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"syscall"
)

const (
	// probeKey is the object of all probes. NewKey makes no such key.
	probeKey = "health/probe"
	// probeSize is large enough that a file system without free blocks has no
	// room for it.
	probeSize = 64 << 10
)

// Probe stores an object and deletes it. Instances may do so at once, since they
// store the same.
func (s *Store) Probe(ctx context.Context) error {
	if _, err := s.Write(ctx, probeKey, bytes.NewReader(make([]byte, probeSize)), probeSize); err != nil {
		return fmt.Errorf("the blob store takes no object: %w", err)
	}
	if err := s.Delete(ctx, probeKey); err != nil {
		return fmt.Errorf("the blob store deletes no object: %w", err)
	}
	return nil
}

// IsFull reports whether err says that there is no room for an object.
func IsFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }
