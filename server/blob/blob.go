// Package blob stores encrypted attachments as objects in a bucket: a directory,
// or S3. It handles keys and bytes only. The database records which objects exist
// and to whom they belong. docs/decisions/0050-s3-by-the-sdk.md says why there is
// no library above the two.
package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"catbird.blue/mls/server/metrics"
)

// ErrTooLarge is returned if the reader has more bytes than Write may store.
var ErrTooLarge = errors.New("blob: larger than allowed")

// Source marks an error of the reader from which Write reads, as opposed to an
// error of the bucket.
type Source struct{ Err error }

func (e *Source) Error() string { return "read blob: " + e.Err.Error() }

// Unwrap returns the reader's error.
func (e *Source) Unwrap() error { return e.Err }

// copySize is the size of the buffer for copying.
const copySize = 64 << 10

// bucket is a place for objects.
type bucket interface {
	// write stores what r has. The object appears when all of it is durable, or
	// not at all.
	write(ctx context.Context, key string, r io.Reader) error
	// open reads length bytes from offset on, -1 for the rest.
	open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error)
	remove(ctx context.Context, key string) error
	// list calls f for every object whose key begins with prefix, until f returns
	// an error.
	list(ctx context.Context, prefix string, f func(Object) error) error
	// folders returns the keys that begin with prefix up to the next slash after
	// it, where there is one.
	folders(ctx context.Context, prefix string) ([]string, error)
	// missing reports whether an error of open or remove says that the object
	// does not exist.
	missing(err error) bool
}

// Store is a bucket. It is safe for concurrent use.
type Store struct {
	bucket bucket
	// part is the memory in bytes in which one Write gathers a part.
	part int64
	// id distinguishes stores.
	id     string
	errors *metrics.CounterVec
}

// errNotFound marks the error of a missing object.
var errNotFound = errors.New("there is no such object")

// ID returns a name of the store that is the same for all processes that use it:
// random for a directory and kept in it, derived from the name of the bucket for
// S3. It reveals nothing of where the store is.
func (s *Store) ID() string { return s.id }

// WriteMemory returns the memory that one Write uses, in bytes.
func (s *Store) WriteMemory() int64 { return copySize + s.part }

// Close releases the bucket.
func (s *Store) Close() error { return nil }

// NewKey returns a random key for a new object, so that an incomplete upload
// cannot replace an object.
func NewKey() string {
	b := make([]byte, 17)
	rand.Read(b) // never fails
	return hex.EncodeToString(b[:1]) + "/" + hex.EncodeToString(b[1:])
}

// Written describes a stored object.
type Written struct {
	// CID is CIDv1, codec raw, SHA-256, in base32
	// (https://atproto.com/specs/data-model#link-and-cid-formats).
	CID string
	// Size in bytes.
	Size int64
}

// Write stores the bytes of r under key and computes their CID. The object
// appears when all of it is durable, or not at all. The error is ErrTooLarge if
// r has more than limit bytes, and a *Source if r fails.
func (s *Store) Write(ctx context.Context, key string, r io.Reader, limit int64) (Written, error) {
	m := newMeasured(r, limit)
	ctx, cancel, wait := newStall(ctx, stallTime)
	defer cancel()
	err := wait.during(func() error { return s.bucket.write(ctx, key, wait.except(m)) })
	switch {
	case m.err != nil:
		return Written{}, m.err
	case err != nil:
		return Written{}, s.failed(opWrite, fmt.Errorf("store object: %w", err))
	}
	return m.written()
}

// Measure computes the CID and size of the bytes of r without storing them.
func Measure(r io.Reader, limit int64) (Written, error) {
	m := newMeasured(r, limit)
	if _, err := io.Copy(io.Discard, m); err != nil {
		return Written{}, err
	}
	return m.written()
}

// measured counts and hashes what is read through it.
type measured struct {
	r     io.Reader
	hash  hash.Hash
	size  int64
	limit int64
	// err is why reading failed: ErrTooLarge or a *Source.
	err error
}

func newMeasured(r io.Reader, limit int64) *measured {
	return &measured{r: r, hash: sha256.New(), limit: limit}
}

// Read implements io.Reader.
func (m *measured) Read(p []byte) (int, error) {
	if m.err != nil {
		return 0, m.err
	}
	n, err := m.r.Read(p)
	m.size += int64(n)
	if m.size > m.limit {
		m.err = ErrTooLarge
		return 0, m.err
	}
	m.hash.Write(p[:n])
	if err != nil && err != io.EOF {
		m.err = &Source{err}
		return n, m.err
	}
	return n, err
}

func (m *measured) written() (Written, error) {
	c, err := cidOf(m.hash)
	return Written{CID: c, Size: m.size}, err
}

func cidOf(h hash.Hash) (string, error) {
	mh, err := multihash.Encode(h.Sum(nil), multihash.SHA2_256)
	if err != nil {
		return "", fmt.Errorf("name blob: %w", err)
	}
	return cid.NewCidV1(cid.Raw, mh).String(), nil
}

// Read returns a reader of length bytes of an object from offset on; -1 stands
// for the rest. ctx must not be cancelled before the reader is closed. For a
// missing object, IsNotFound holds for the error.
func (s *Store) Read(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	ctx, cancel, wait := newStall(ctx, stallTime)
	var r io.ReadCloser
	err := wait.during(func() (err error) {
		r, err = s.bucket.open(ctx, key, offset, length)
		return err
	})
	if err != nil && s.bucket.missing(err) {
		err = errNotFound
	}
	if err != nil {
		cancel()
		return nil, s.failed(opRead, fmt.Errorf("open object: %w", err))
	}
	return &countedReader{&stallReader{r, wait, cancel}, s}, nil
}

// Delete removes an object. It is no error if the object does not exist.
func (s *Store) Delete(ctx context.Context, key string) error {
	ctx, cancel, wait := newStall(ctx, stallTime)
	defer cancel()
	err := wait.during(func() error { return s.bucket.remove(ctx, key) })
	if err != nil && !s.bucket.missing(err) {
		return s.failed(opDelete, fmt.Errorf("delete object: %w", err))
	}
	return nil
}

// IsNotFound reports whether err says that an object does not exist.
func IsNotFound(err error) bool { return errors.Is(err, errNotFound) }
