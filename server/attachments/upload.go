package attachments

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/retention"
	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/xrpc"
)

const (
	anyBytes = "application/octet-stream"
	// maxMimeType bounds the stored media type, in bytes.
	maxMimeType = 128
	// cleanUpTime bounds the time that a failed upload takes to delete its object.
	// The cleaner deletes what is left after that.
	cleanUpTime = 10 * time.Second
	// ReservedTime is the time after which the reservation of an upload expires that
	// was never finished. A body that arrives at the minimum rate takes less.
	ReservedTime = time.Hour
	// meteredStep is the number of bytes of a body without Content-Length that are
	// paid for at a time.
	meteredStep = 64 << 10
)

// UploadBlob stores an attachment under a new key of the blob store, and makes it a
// blob of the caller when it is complete. Uploading the same bytes again returns the
// same blob.
func (s *Service) UploadBlob(ctx context.Context, caller xrpc.Caller, up *xrpc.Upload) (*gen.UploadBlobOutput, error) {
	if up.ContentLength > limit.MaxBlob {
		return nil, blobTooLarge()
	}
	done, err := s.Storage.BeginUpload(caller.DID)
	if err != nil {
		return nil, err
	}
	defer done()
	bill := s.Storage.Bill(caller.DID)
	if err := bill.Pay(ctx, storage.Amount{Bytes: max(0, up.ContentLength)}); err != nil {
		return nil, err
	}
	out, kept, err := s.upload(ctx, caller, up, bill)
	if !kept {
		bill.Return(ctx)
	}
	return out, err
}

// upload stores an attachment that is paid for if its size is known. kept reports
// whether a new object is stored or may be, so that the payment must not be returned.
func (s *Service) upload(ctx context.Context, caller xrpc.Caller, up *xrpc.Upload, bill *storage.Bill) (out *gen.UploadBlobOutput, kept bool, err error) {
	key := blob.NewKey()
	if fits, err := s.reserve(ctx, caller.DID, key, up.ContentLength); err != nil {
		return nil, false, err
	} else if !fits {
		out, err := s.findUploaded(ctx, caller, up)
		return out, false, err
	}
	if up.ContentLength < 0 {
		metered := *up
		metered.Body = &meteredBody{r: up.Body, bill: bill}
		up = &metered
	}
	if out, kept, err = s.storeBlob(ctx, caller, up, key); !kept {
		kept = !s.dropObject(ctx, key)
	}
	return out, kept, err
}

// reserve records the object of an upload as an orphan object, which reserves length
// bytes of the account's quota. fits is false if the quota has less left. An upload
// without Content-Length reserves nothing: its size is compared with the quota at its
// end.
func (s *Service) reserve(ctx context.Context, did, key string, length int64) (fits bool, err error) {
	err = s.InTx(ctx, func(tx pgx.Tx) error {
		q := db.New(tx)
		used, err := quotaUsed(ctx, q, did, s.Now())
		if fits = used+max(length, 1) <= limit.MaxBlobBytes; err != nil || !fits {
			return err
		}
		return q.AddOrphanObject(ctx, db.AddOrphanObjectParams{ObjectKey: key, Since: s.Now(), Did: did, Reserved: max(0, length)})
	})
	if err != nil {
		return false, fmt.Errorf("announce object: %w", err)
	}
	return fits, nil
}

// quotaUsed returns how much of an account's quota blobs and open uploads use. It locks
// the account's row if there is one; without a row the account has no blobs.
func quotaUsed(ctx context.Context, q *db.Queries, did string, now time.Time) (int64, error) {
	if err := q.HoldKnownAccount(ctx, did); err != nil {
		return 0, err
	}
	r, err := q.BlobRoom(ctx, now.Add(-ReservedTime), did)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return r.BlobBytes + r.Reserved, err
}

// meteredBody is a body without Content-Length. The account pays for it while it is
// read.
type meteredBody struct {
	r    io.Reader
	bill *storage.Bill
	owed int64
}

// Read implements io.Reader.
func (b *meteredBody) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.owed += int64(n); b.owed < meteredStep && err == nil {
		return n, nil
	}
	if refused := b.bill.PayMore(b.owed); refused != nil {
		return 0, refused
	}
	b.owed = 0
	return n, err
}

// storeBlob writes the object and makes it a blob. kept reports whether the blob is
// that object, and not one with the same bytes from before.
func (s *Service) storeBlob(ctx context.Context, caller xrpc.Caller, up *xrpc.Upload, key string) (out *gen.UploadBlobOutput, kept bool, err error) {
	w, err := s.blobs.Write(ctx, key, up.Body, limit.MaxBlob)
	if err = uploadError(err, up, w); err != nil {
		return nil, false, err
	}
	b := db.InsertBlobParams{Did: caller.DID, Cid: w.CID, ObjectKey: key, Size: w.Size, MimeType: mediaType(up.ContentType), CreatedAt: s.Now()}
	err = s.InTx(ctx, func(tx pgx.Tx) error {
		out, kept, err = insertBlob(ctx, db.New(tx), b)
		return err
	})
	return out, kept && err == nil, err
}

// insertBlob makes a complete object a blob of its owner, unless the owner has a blob
// with the same bytes. It locks the owner's account row.
func insertBlob(ctx context.Context, q *db.Queries, b db.InsertBlobParams) (out *gen.UploadBlobOutput, kept bool, err error) {
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
	if used+b.Size > limit.MaxBlobBytes {
		return nil, false, quotaExceeded(used, 0)
	}
	n, err := q.ClaimOrphanObject(ctx, b.ObjectKey)
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

// findUploaded answers an upload for which the quota has too little left. It writes no
// object, but returns the blob if the same bytes were uploaded before.
func (s *Service) findUploaded(ctx context.Context, caller xrpc.Caller, up *xrpc.Upload) (*gen.UploadBlobOutput, error) {
	w, err := blob.Measure(up.Body, limit.MaxBlob)
	if err = uploadError(err, up, w); err != nil {
		return nil, err
	}
	q := db.New(s.Pool)
	old, err := q.RenewBlob(ctx, s.Now(), caller.DID, w.CID)
	if err == nil {
		return blobOutput(w.CID, old.MimeType, old.Size), nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("look up blob: %w", err)
	}
	r, err := q.BlobRoom(ctx, s.Now().Add(-ReservedTime), caller.DID)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("read quota: %w", err)
	}
	return nil, quotaExceeded(r.BlobBytes, r.Reserved)
}

// uploadError returns the error of the lexicon for an upload that is wrong, and other
// errors unchanged.
func uploadError(err error, up *xrpc.Upload, w blob.Written) error {
	var source *blob.Source
	var known *xrpc.Error
	switch {
	case errors.Is(err, blob.ErrTooLarge):
		return blobTooLarge()
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

func blobTooLarge() *xrpc.Error {
	return gen.Errorf(gen.ErrBlobTooLarge, "body: more than %d bytes", limit.MaxBlob)
}

func quotaExceeded(used, reserved int64) *xrpc.Error {
	return gen.Errorf(gen.ErrQuotaExceeded, "blobs of this account take %d of %d bytes, and uploads under way %d", used, limit.MaxBlobBytes, reserved)
}

func blobOutput(cid, mimeType string, size int64) *gen.UploadBlobOutput {
	return &gen.UploadBlobOutput{Blob: xrpc.Blob{Ref: xrpc.CIDLink(cid), MimeType: mimeType, Size: size}}
}

// mediaType returns the media type of a Content-Type without parameters, or
// application/octet-stream if it is invalid or too long. It is the uploader's claim
// about a ciphertext, so downloads are not served with it.
func mediaType(header string) string {
	t, _, err := mime.ParseMediaType(header)
	if err != nil || len(t) > maxMimeType {
		return anyBytes
	}
	return t
}

// dropObject deletes the object of a failed upload, and reports whether it was still an
// orphan. If the answer to COMMIT was lost, it may be a blob, and is kept. The cleaner
// deletes an orphan that dropObject could not delete.
func (s *Service) dropObject(ctx context.Context, key string) (orphan bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
	defer cancel()
	n, err := db.New(s.Pool).MarkOrphanObject(ctx, key)
	if orphan = err == nil && n > 0; orphan {
		err = retention.DeleteOrphan(ctx, s.Pool, s.blobs, key)
	}
	if err != nil {
		slog.WarnContext(ctx, "an object of a failed upload is left to the cleaner", "error", err)
	}
	return orphan
}
