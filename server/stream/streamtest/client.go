package streamtest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"catbird.blue/mls/server/stream"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// Client is a client in this process that records a History.
type Client struct {
	*History
	// ReplayPause is how long the client pauses after every few events of a
	// replay, so that events that happen meanwhile are held; 0 for no pause.
	ReplayPause time.Duration
	t           testing.TB

	mu   sync.Mutex
	sink *sink
}

// NewClient makes a client that is not connected. If convos are given it asks for
// these only.
func NewClient(t testing.TB, codec *eventlog.Codec, did string, convos ...xrpc.ConvoID) *Client {
	h := NewHistory(did, codec)
	h.Convos = convos
	return &Client{History: h, ReplayPause: time.Millisecond, t: t}
}

// Connect opens a stream from a cursor.
func (c *Client) Connect(hub *eventlog.Hub, cursor string) error {
	s := &sink{to: c.History, pause: c.ReplayPause, done: make(chan struct{}), left: make(chan struct{})}
	detach, err := hub.Attach(context.Background(), stream.Want{DID: c.DID, ConvoIDs: c.Convos, Cursor: cursor}, s)
	if err != nil {
		return err
	}
	go func() {
		<-s.done
		detach()
		close(s.left)
	}()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sink = s
	return nil
}

// MustConnect is Connect. It fails the test if there is an error, and cuts the
// stream when the test ends.
func (c *Client) MustConnect(hub *eventlog.Hub, cursor string) {
	c.t.Helper()
	if err := c.Connect(hub, cursor); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(c.Cut)
}

// Cut breaks the connection; events in transit are lost.
func (c *Client) Cut() {
	c.mu.Lock()
	s := c.sink
	c.mu.Unlock()
	if s != nil {
		s.cut()
		<-s.left
	}
}

// Ended tells whether the service has ended the stream.
func (c *Client) Ended() bool {
	c.mu.Lock()
	s := c.sink
	c.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

// Complete tells whether the service has ended the stream because no more events
// will come.
func (c *Client) Complete() bool {
	c.mu.Lock()
	s := c.sink
	c.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.complete
}

// sink is a stream.Sink that accepts every event at once.
type sink struct {
	to         *History
	pause      time.Duration
	done, left chan struct{}

	mu    sync.Mutex
	over  bool
	ended bool
	// complete: it was ended with ErrComplete.
	complete bool
}

// Deliver implements stream.Sink.
func (s *sink) Deliver(ev *stream.Event) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over || s.ended {
		return false
	}
	_ = s.to.Add(ev.Value()) // the history keeps its first error
	return true
}

// Send implements stream.Sink.
func (s *sink) Send(_ context.Context, ev *stream.Event) error {
	if s.pause > 0 && s.to.Len()%16 == 0 {
		time.Sleep(s.pause)
	}
	if !s.Deliver(ev) {
		return stream.ErrOver
	}
	return nil
}

// End implements stream.Sink.
func (s *sink) End(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended, s.complete = true, errors.Is(err, stream.ErrComplete)
}

// Done implements stream.Sink.
func (s *sink) Done() <-chan struct{} { return s.done }

func (s *sink) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over {
		s.over = true
		close(s.done)
	}
}
