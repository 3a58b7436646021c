package live

import (
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/stream"
)

// Service implements the methods that open streams, issue tickets and send signals.
type Service struct {
	*convo.Base
	streams   *stream.Streams
	publicURL string
}

// New returns a Service. streams is nil for an instance without streams; publicURL is
// the URL of the service in the endpoints of tickets.
func New(b *convo.Base, streams *stream.Streams, publicURL string) *Service {
	return &Service{Base: b, streams: streams, publicURL: publicURL}
}
