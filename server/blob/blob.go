// Package blob stores encrypted attachments as objects in a bucket of
// gocloud.dev/blob: a directory, or S3. It handles keys and bytes only. The
// database records which objects exist and to whom they belong.
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
	"os"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

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

const (
	// copySize is the size of the buffer for copying.
	copySize = 64 << 10
	// S3 takes an object in parts of at least 5 MiB. Each is held in memory
	// while it is sent, one at a time.
	partSize = 5 << 20
)

// Store is a bucket. It is safe for concurrent use.
type Store struct {
	bucket *blob.Bucket
	// part is the memory in bytes in which one Write gathers a part.
	part   int64
	errors *metrics.CounterVec
}

// WriteMemory returns the memory that one Write uses, in bytes.
func (s *Store) WriteMemory() int64 { return copySize + s.part }

// Close releases the bucket.
func (s *Store) Close() error { return s.bucket.Close() }

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
	got, err := s.write(ctx, key, r, limit)
	return got, s.failed(opWrite, err)
}

func (s *Store) write(ctx context.Context, key string, r io.Reader, limit int64) (Written, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // before Close, it makes the writer discard
	var file *os.File
	w, err := s.bucket.NewWriter(ctx, key, &blob.WriterOptions{
		ContentType:    "application/octet-stream",
		BufferSize:     partSize,
		MaxConcurrency: 1,
		BeforeWrite: func(as func(any) bool) error {
			as(&file)
			return nil
		},
	})
	if err != nil {
		return Written{}, fmt.Errorf("open object: %w", err)
	}
	got, err := copyHash(w, r, limit)
	if err == nil && file != nil {
		err = file.Sync()
	}
	if err != nil {
		cancel()
		_ = w.Close() // returns that it was canceled
		return Written{}, err
	}
	if err := w.Close(); err != nil {
		return Written{}, fmt.Errorf("store object: %w", err)
	}
	if file != nil {
		return got, syncDir(file.Name())
	}
	return got, nil
}

// Measure computes the CID and size of the bytes of r without storing them.
func Measure(r io.Reader, limit int64) (Written, error) {
	return copyHash(io.Discard, r, limit)
}

func copyHash(w io.Writer, r io.Reader, limit int64) (Written, error) {
	h := sha256.New()
	var size int64
	buf := make([]byte, copySize)
	for {
		n, rerr := r.Read(buf)
		size += int64(n)
		if size > limit {
			return Written{}, ErrTooLarge
		}
		h.Write(buf[:n])
		if _, err := w.Write(buf[:n]); err != nil {
			return Written{}, fmt.Errorf("store object: %w", err)
		}
		if rerr == io.EOF {
			break
		}
		if rerr != nil {
			return Written{}, &Source{rerr}
		}
	}
	c, err := cidOf(h)
	return Written{CID: c, Size: size}, err
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
	r, err := s.bucket.NewRangeReader(ctx, key, offset, length, nil)
	if err != nil {
		return nil, s.failed(opRead, fmt.Errorf("open object: %w", err))
	}
	return &countedReader{r, s}, nil
}

// Delete removes an object. It is no error if the object does not exist.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := s.bucket.Delete(ctx, key); err != nil && !IsNotFound(err) {
		return s.failed(opDelete, fmt.Errorf("delete object: %w", err))
	}
	return nil
}

// IsNotFound reports whether err says that an object does not exist.
func IsNotFound(err error) bool { return gcerrors.Code(err) == gcerrors.NotFound }
