package server

import (
	"sync"

	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/stream"
	eventlog "catbird.blue/mls/server/stream/log"
)

// groupService has the methods of handshakes.
type groupService struct {
	*convo.Base
	claims *packageClaims
}

// keyPackagesService has the methods of key packages and devices.
type keyPackagesService struct {
	*convo.Base
	claims *packageClaims
}

// attachmentsService has the methods of encrypted attachments.
type attachmentsService struct {
	*convo.Base
	blobs *blob.Store
}

// liveService has the methods that open streams and send signals.
type liveService struct {
	*convo.Base
	streams   *stream.Streams
	publicURL string
}

// messagesService has the methods that send and read messages.
type messagesService struct {
	*convo.Base
	sends   *sendQueue
	hub     *eventlog.Hub
	streams *stream.Streams
	syncs   *syncCalls
	drained chan struct{}
	drain   func()
}

func newMessages(b *convo.Base, c Config) *messagesService {
	s := &messagesService{
		Base: b, sends: newSendQueue(b.Pool), hub: c.Hub, streams: c.Streams,
		syncs: newSyncCalls(c.Hub, c.Limits.OrDefault()), drained: make(chan struct{}),
	}
	s.drain = sync.OnceFunc(func() { close(s.drained) })
	return s
}
