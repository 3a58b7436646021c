package blob

import (
	"context"
	"errors"
	"io"
	"net/http"
	"syscall"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/metrics"
)

// Operations on a bucket, and causes of errors.
const (
	opWrite  = "write"
	opRead   = "read"
	opDelete = "delete"

	causeCanceled   = "canceled"
	causeDeadline   = "deadline"
	causeFull       = "full"
	causeMissing    = "missing"
	causePermission = "permission"
	causeOther      = "other"
)

var errorsMetric = metrics.Define(metrics.Metric{
	Group: "Storage", Name: "mls_blob_errors_total", Kind: metrics.Counter, Unit: "operations",
	Help: "Operations on the blob store that failed: the object or the bucket is missing, there is no right or the " +
		"credentials are wrong, the disk is full, the caller hung up (canceled), it took too long, or another cause.",
	Labels: []metrics.Label{{Name: "operation", Values: []string{opWrite, opRead, opDelete}},
		{Name: "cause", Values: []string{causeCanceled, causeDeadline, causeFull, causeMissing, causePermission, causeOther}}},
})

// Register registers the metrics of the store.
func (s *Store) Register(r prometheus.Registerer) { r.MustRegister(s.errors) }

// failed counts an error of the bucket and returns it. Errors of the reader and
// objects that are too large are the caller's.
func (s *Store) failed(operation string, err error) error {
	var source *Source
	if err != nil && !errors.Is(err, ErrTooLarge) && !errors.As(err, &source) {
		s.errors.WithLabelValues(operation, cause(err)).Inc()
	}
	return err
}

func cause(err error) string {
	switch {
	case errors.Is(err, errNotFound):
		return causeMissing
	case errors.Is(err, context.Canceled):
		return causeCanceled
	case errors.Is(err, context.DeadlineExceeded):
		return causeDeadline
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return causeFull
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EROFS):
		return causePermission
	}
	var answer *awshttp.ResponseError
	if errors.As(err, &answer) {
		switch answer.HTTPStatusCode() {
		case http.StatusNotFound:
			return causeMissing
		case http.StatusUnauthorized, http.StatusForbidden:
			return causePermission
		case http.StatusInsufficientStorage:
			return causeFull
		}
	}
	return causeOther
}

// countedReader counts an error in the middle of an object.
type countedReader struct {
	io.ReadCloser
	store *Store
}

func (r *countedReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		_ = r.store.failed(opRead, err)
	}
	return n, err
}
