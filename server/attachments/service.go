package attachments

import (
	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/convo"
)

// Service implements the methods of encrypted attachments.
type Service struct {
	*convo.Base
	blobs *blob.Store
}

// New returns a Service that stores objects in blobs.
func New(b *convo.Base, blobs *blob.Store) *Service {
	return &Service{Base: b, blobs: blobs}
}
