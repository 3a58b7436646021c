package server

import (
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/stream"
)

// liveService has the methods that open streams and send signals.
type liveService struct {
	*convo.Base
	streams   *stream.Streams
	publicURL string
}

func newLive(b *convo.Base, streams *stream.Streams, publicURL string) *liveService {
	return &liveService{Base: b, streams: streams, publicURL: publicURL}
}
