package attachments

import (
	"context"
	"errors"
	"net/http"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/xrpc"
)

// storeError converts a failure of the blob store to an error that says when to
// come back. A caller that has gone is no failure.
func storeError(err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case blob.IsFull(err):
		e := gen.Errorf(gen.ErrStorageFull, "the storage of this service is full: try again in 60 s")
		e.RetryAfter, e.Cause = time.Minute, err
		return e
	}
	return &xrpc.Error{Status: http.StatusServiceUnavailable, Name: xrpc.ServiceUnavailable,
		Message: "the store of attachments does not work at the moment", RetryAfter: 5 * time.Second, Cause: err}
}
