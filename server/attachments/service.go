package attachments

import (
	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/convo"
)

// attachmentsService has the methods of encrypted attachments.
type Service struct {
	*convo.Base
	blobs *blob.Store
}

func New(b *convo.Base, blobs *blob.Store) *Service {
	return &Service{Base: b, blobs: blobs}
}
