package server

import (
	"sync"

	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/stream"
	eventlog "catbird.blue/mls/server/stream/log"
)

// convoService has the methods that list conversations.
type convoService struct{ *base }

// groupService has the methods of handshakes.
type groupService struct {
	*base
	claims *packageClaims
}

// keyPackagesService has the methods of key packages and devices.
type keyPackagesService struct {
	*base
	claims *packageClaims
}

// attachmentsService has the methods of encrypted attachments.
type attachmentsService struct {
	*base
	blobs *blob.Store
}

// liveService has the methods that open streams and send signals.
type liveService struct {
	*base
	streams   *stream.Streams
	publicURL string
}

// messagesService has the methods that send and read messages.
type messagesService struct {
	*base
	sends   *sendQueue
	hub     *eventlog.Hub
	streams *stream.Streams
	syncs   *syncCalls
	drained chan struct{}
	drain   func()
}

func newMessages(b *base, c Config) *messagesService {
	s := &messagesService{
		base: b, sends: newSendQueue(b.pool), hub: c.Hub, streams: c.Streams,
		syncs: newSyncCalls(c.Hub, c.Limits.OrDefault()), drained: make(chan struct{}),
	}
	s.drain = sync.OnceFunc(func() { close(s.drained) })
	return s
}
