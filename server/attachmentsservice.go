package server

import (
	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/convo"
)

// attachmentsService has the methods of encrypted attachments.
type attachmentsService struct {
	*convo.Base
	blobs *blob.Store
}

func newAttachments(b *convo.Base, blobs *blob.Store) *attachmentsService {
	return &attachmentsService{Base: b, blobs: blobs}
}
