package messages

import (
	"sync"

	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/stream"
	eventlog "catbird.blue/mls/server/stream/log"
)

// messagesService has the methods that send and read messages.
type Service struct {
	*convo.Base
	sends   *sendQueue
	hub     *eventlog.Hub
	streams *stream.Streams
	syncs   *syncCalls
	drained chan struct{}
	drain   func()
}

func New(b *convo.Base, hub *eventlog.Hub, streams *stream.Streams, limits *limit.Limits) *Service {
	s := &Service{
		Base: b, sends: newSendQueue(b.Pool), hub: hub, streams: streams,
		syncs: newSyncCalls(hub, limits.OrDefault()), drained: make(chan struct{}),
	}
	s.drain = sync.OnceFunc(func() { close(s.drained) })
	return s
}
