package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/xrpc"
)

const (
	anyBytes = "application/octet-stream"
	// maxMimeType bounds the media type that is kept, in bytes.
	maxMimeType = 128
	// cleanUpTime is how long a failed upload may take to clear up after
	// itself; what is left then is the janitor's.
	cleanUpTime = 10 * time.Second
)

// UploadBlob stores an attachment of the caller's under a new key of the blob
// store, and makes it a blob when all of it is there. Uploading the same bytes
// again gives the same blob.
func (s *Server) UploadBlob(ctx context.Context, caller xrpc.Caller, up *xrpc.Upload) (*gen.UploadBlobOutput, error) {
	q := db.New(s.pool)
	used, err := q.GetBlobBytes(ctx, caller.DID)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("read quota: %w", err)
	}
	if used+max(up.ContentLength, 1) > MaxBlobBytes {
		return s.findUploaded(ctx, caller, up)
	}
	key := blob.NewKey()
	if err := q.AddLooseObject(ctx, key, s.now()); err != nil {
		return nil, fmt.Errorf("announce object: %w", err)
	}
	out, kept, err := s.storeBlob(ctx, caller, up, key)
	if !kept {
		s.dropObject(ctx, key)
	}
	return out, err
}

// storeBlob writes the object and makes it a blob; kept tells whether the blob
// is that object.
func (s *Server) storeBlob(ctx context.Context, caller xrpc.Caller, up *xrpc.Upload, key string) (out *gen.UploadBlobOutput, kept bool, err error) {
	w, err := s.blobs.Write(ctx, key, up.Body, MaxBlob)
	if err = uploadError(err, up, w); err != nil {
		return nil, false, err
	}
	b := db.InsertBlobParams{Did: caller.DID, Cid: w.CID, ObjectKey: key, Size: w.Size, MimeType: mediaType(up.ContentType), CreatedAt: s.now()}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		out, kept, err = ownBlob(ctx, db.New(tx), b)
		return err
	})
	return out, kept && err == nil, err
}

// ownBlob makes a complete object a blob of its owner, under the owner's
// account row, unless the owner has those bytes already.
func ownBlob(ctx context.Context, q *db.Queries, b db.InsertBlobParams) (out *gen.UploadBlobOutput, kept bool, err error) {
	if err := q.HoldAccount(ctx, b.Did, b.CreatedAt); err != nil {
		return nil, false, fmt.Errorf("lock account: %w", err)
	}
	old, err := q.RenewBlob(ctx, b.CreatedAt, b.Did, b.Cid)
	if err == nil {
		return blobOutput(b.Cid, old.MimeType, old.Size), false, nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return nil, false, fmt.Errorf("look up blob: %w", err)
	}
	used, err := q.GetBlobBytes(ctx, b.Did)
	if err != nil {
		return nil, false, fmt.Errorf("read quota: %w", err)
	}
	if used+b.Size > MaxBlobBytes {
		return nil, false, quotaExceeded(used)
	}
	n, err := q.ClaimLooseObject(ctx, b.ObjectKey)
	if err != nil {
		return nil, false, fmt.Errorf("claim object: %w", err)
	}
	if n == 0 {
		return nil, false, errors.New("claim object: given up meanwhile")
	}
	if err := q.InsertBlob(ctx, b); err != nil {
		return nil, false, fmt.Errorf("insert blob: %w", err)
	}
	if err := q.AddBlobBytes(ctx, b.Size, b.Did); err != nil {
		return nil, false, fmt.Errorf("count bytes: %w", err)
	}
	return blobOutput(b.Cid, b.MimeType, b.Size), true, nil
}

// findUploaded answers who has no room left: what was uploaded before is still
// found, and nothing is written.
func (s *Server) findUploaded(ctx context.Context, caller xrpc.Caller, up *xrpc.Upload) (*gen.UploadBlobOutput, error) {
	w, err := blob.Measure(up.Body, MaxBlob)
	if err = uploadError(err, up, w); err != nil {
		return nil, err
	}
	q := db.New(s.pool)
	old, err := q.RenewBlob(ctx, s.now(), caller.DID, w.CID)
	if err == nil {
		return blobOutput(w.CID, old.MimeType, old.Size), nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("look up blob: %w", err)
	}
	used, err := q.GetBlobBytes(ctx, caller.DID)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("read quota: %w", err)
	}
	return nil, quotaExceeded(used)
}

// uploadError tells the client what is wrong with its bytes; other errors it
// gives back.
func uploadError(err error, up *xrpc.Upload, w blob.Written) error {
	var source *blob.Source
	var known *xrpc.Error
	switch {
	case errors.Is(err, blob.ErrTooLarge):
		return gen.Errorf(gen.ErrBlobTooLarge, "body: more than %d bytes", MaxBlob)
	case errors.As(err, &known):
		return known
	case errors.As(err, &source):
		return &xrpc.Error{Status: 400, Name: xrpc.InvalidRequest, Message: "body: could not be read to its end", Cause: err}
	case err != nil:
		return err
	case up.ContentLength >= 0 && up.ContentLength != w.Size:
		return xrpc.Invalid("Content-Length", "says %d bytes, the body has %d", up.ContentLength, w.Size)
	}
	return nil
}

func quotaExceeded(used int64) *xrpc.Error {
	return gen.Errorf(gen.ErrQuotaExceeded, "blobs of this account take %d of %d bytes", used, MaxBlobBytes)
}

func blobOutput(cid, mimeType string, size int64) *gen.UploadBlobOutput {
	return &gen.UploadBlobOutput{Blob: xrpc.Blob{Ref: xrpc.CIDLink(cid), MimeType: mimeType, Size: size}}
}

// mediaType is the type without parameters, application/octet-stream where
// there is none to speak of. It is what the uploader says of its ciphertext,
// and nobody is served it.
func mediaType(header string) string {
	t, _, err := mime.ParseMediaType(header)
	if err != nil || len(t) > maxMimeType {
		return anyBytes
	}
	return t
}

// dropObject deletes an object that did not become a blob. Where the commit's
// answer was lost, it may be one all the same: so it has to be loose still. The
// janitor collects what stays.
func (s *Server) dropObject(ctx context.Context, key string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
	defer cancel()
	n, err := db.New(s.pool).DoomLooseObject(ctx, key)
	if err == nil && n > 0 {
		err = s.deleteLoose(ctx, key)
	}
	if err != nil {
		slog.WarnContext(ctx, "an object of a failed upload is left to the janitor", "error", err)
	}
}

// deleteLoose deletes an object that was given up, and its row when it is gone.
func (s *Server) deleteLoose(ctx context.Context, key string) error {
	if err := s.blobs.Delete(ctx, key); err != nil {
		return err
	}
	if err := db.New(s.pool).ForgetLooseObject(ctx, key); err != nil {
		return fmt.Errorf("forget object: %w", err)
	}
	return nil
}
