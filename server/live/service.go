package live

import (
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/stream"
)

// liveService has the methods that open streams and send signals.
type Service struct {
	*convo.Base
	streams   *stream.Streams
	publicURL string
}

func New(b *convo.Base, streams *stream.Streams, publicURL string) *Service {
	return &Service{Base: b, streams: streams, publicURL: publicURL}
}
