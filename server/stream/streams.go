package stream

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// Streams are the open streams of an instance.
type Streams struct {
	source       Source
	metrics      *Metrics
	sessions     *sessions
	now          func() time.Time
	began        time.Time
	buffer       int
	proxied      int
	writeTimeout time.Duration

	stop    chan struct{}
	beating sync.WaitGroup

	mu      sync.Mutex
	closing bool
	// groups have the streams, by beatGroup.
	groups    [beatGroups]map[*outbox]struct{}
	nextGroup int
	running   sync.WaitGroup
}

// beatGroups spread the heartbeats of the streams over time.
const beatGroups = 15

// New makes Streams. They send heartbeats until Shutdown.
func New(c Config) *Streams {
	s := &Streams{source: c.Source, metrics: c.Metrics.orUnregistered(), buffer: cmp.Or(c.Buffer, Buffer),
		proxied: cmp.Or(c.Proxied, MaxProxied), writeTimeout: cmp.Or(c.WriteTimeout, WriteTimeout),
		stop: make(chan struct{}), now: c.Now}
	if s.now == nil {
		s.now = time.Now
	}
	s.began = s.now()
	s.sessions = newSessions(cmp.Or(c.PerDID, int(limit.WaitsAndStreams.Amount)), c.Limits.OrDefault(), s.metrics)
	for i := range s.groups {
		s.groups[i] = map[*outbox]struct{}{}
	}
	s.beating.Add(1)
	go s.beat(cmp.Or(c.Heartbeat, Heartbeat) / beatGroups)
	return s
}

// SSE answers a request with server-sent events. It returns when the stream is
// open, or with an *xrpc.Error before anything was written. The header
// Last-Event-ID takes precedence over want.Cursor.
//
// The stream is compressed if the request accepts gzip: a PDS would compress it
// otherwise, and buffer it for that. If the request does not ask for
// text/event-stream, it may come through a PDS, which drops Accept. Then the
// stream ends below MaxProxied.
func (s *Streams) SSE(ctx context.Context, want Want, out *xrpc.Stream) error {
	if id := out.R.Header.Get("Last-Event-ID"); id != "" {
		if len(id) > MaxCursor {
			return gen.Errorf(gen.ErrInvalidCursor, "Last-Event-ID: must have at most %d bytes", MaxCursor)
		}
		want.Cursor = id
	}
	t := &sseConn{timeout: s.writeTimeout, gzip: acceptsGzip(out.R.Header), chunked: out.R.ProtoAtLeast(1, 1)}
	if !strings.Contains(strings.Join(out.R.Header.Values("Accept"), ","), xrpc.EventStream) {
		t.maxBytes = s.proxied
	}
	o := &t.outbox
	if err := s.open(o, want.DID, "sse", t); err != nil {
		return err
	}
	o.cursor = want.Cursor
	detach, err := s.source.Attach(ctx, want, o)
	if err != nil {
		s.discard(o)
		return err
	}
	o.detach = detach
	if err := t.open(out); err != nil {
		s.discard(o)
		return err
	}
	// From here on the client gets errors as events.
	go t.listen(o.clientLeft)
	o.start(detach)
	return nil
}

// WebSocket answers a request with frames of an AT Protocol event stream
// (https://atproto.com/specs/event-stream), or with text frames if the request asks
// for them by a subprotocol. It returns when the stream is open. An
// error of the source goes into an error frame: a browser does not show scripts
// an answer that refuses the WebSocket.
func (s *Streams) WebSocket(ctx context.Context, want Want, out *xrpc.Stream) error {
	subprotocol := chooseSubprotocol(out.R.Header)
	t := &wsConn{timeout: s.writeTimeout, frames: framesOf(subprotocol)}
	o := &t.outbox
	err := s.open(o, want.DID, "websocket", t)
	if err != nil {
		return err
	}
	o.cursor = want.Cursor
	out.Begin(http.StatusSwitchingProtocols)
	// A page of any origin may connect: a token or ticket authenticates it, and
	// the service uses no cookies.
	accept := &websocket.AcceptOptions{InsecureSkipVerify: true}
	if subprotocol != "" {
		accept.Subprotocols = []string{subprotocol}
	}
	t.ws, err = websocket.Accept(out.W, out.R, accept)
	if err != nil {
		s.discard(o)
		return fmt.Errorf("WebSocket handshake: %w", err)
	}
	go t.listen(o)
	detach, err := s.source.Attach(ctx, want, o)
	if err != nil {
		o.End(err)
		detach = nil
	}
	o.start(detach)
	return nil
}

// Wait adds a long poll of an account. ended is closed when a newer stream or
// long poll takes its place. The caller must call leave. The error says when to
// try again.
func (s *Streams) Wait(did string) (ended <-chan struct{}, leave func(), err error) {
	w := &wait{ended: make(chan struct{}), metrics: s.metrics}
	if err := s.sessions.add(did, w); err != nil {
		return nil, nil, err
	}
	s.metrics.Waits.Inc()
	return w.ended, sync.OnceFunc(func() {
		s.sessions.remove(did, w)
		s.metrics.Waits.Dec()
	}), nil
}

// Refuse ends the streams and long polls of an account, whose calls are refused
// from now on.
func (s *Streams) Refuse(did string, why *xrpc.Error) {
	for _, one := range s.sessions.take(did) {
		one.refuse(why)
	}
}

// open adds o as a stream whose events wait until its connection was taken over.
// The error says why there is none.
func (s *Streams) open(o *outbox, did, transport string, t transport) error {
	o.streams, o.t, o.did, o.state, o.done = s, t, did, opening, make(chan struct{})
	o.endsAt = s.age() + maxAge - ageGrace - rand.N(ageSpread)
	o.counts = counts{
		delivered: s.metrics.Delivered.WithLabelValues(transport), bytes: s.metrics.Bytes.WithLabelValues(transport),
		open: s.metrics.Open.WithLabelValues(transport), transport: transport,
	}
	if err := s.sessions.add(did, o); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		s.sessions.remove(did, o)
		e := xrpc.Errorf(http.StatusServiceUnavailable, xrpc.ServiceUnavailable, "this instance is closing")
		e.RetryAfter = time.Second
		return e
	}
	o.beatGroup, s.nextGroup = s.nextGroup, (s.nextGroup+1)%beatGroups
	s.groups[o.beatGroup][o] = struct{}{}
	s.running.Add(1)
	o.counts.open.Inc()
	return nil
}

// age returns how long ago the Streams were made. It is independent of changes of
// the wall clock.
func (s *Streams) age() time.Duration { return s.now().Sub(s.began) }

// remove removes a stream that is over.
func (s *Streams) remove(o *outbox, reason string) {
	s.mu.Lock()
	delete(s.groups[o.beatGroup], o)
	s.mu.Unlock()
	s.sessions.remove(o.did, o)
	o.counts.open.Dec()
	s.metrics.Ended.WithLabelValues(o.counts.transport, reason).Inc()
	s.running.Done()
}

// discard removes a stream whose connection was not taken over.
func (s *Streams) discard(o *outbox) {
	o.mu.Lock()
	o.reason = cmp.Or(o.reason, reasonError)
	o.mu.Unlock()
	o.close()
}

// beat calls beat of every stream once in a round of all groups.
func (s *Streams) beat(every time.Duration) {
	defer s.beating.Done()
	tick := time.NewTicker(every)
	defer tick.Stop()
	var due []*outbox
	for group := 0; ; group = (group + 1) % beatGroups {
		select {
		case <-s.stop:
			return
		case <-tick.C:
		}
		s.mu.Lock()
		for o := range s.groups[group] {
			due = append(due, o)
		}
		s.mu.Unlock()
		age := s.age()
		for _, o := range due {
			o.beat(age)
		}
		clear(due)
		due = due[:0]
	}
}

// all returns the open streams.
func (s *Streams) all() []*outbox {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*outbox
	for _, group := range s.groups {
		for o := range group {
			out = append(out, o)
		}
	}
	return out
}

// Shutdown refuses new streams and ends every stream behind its waiting events,
// with its cursor. When ctx ends, it closes connections that have not taken all
// of that. http.Server.Shutdown does not know the streams: the caller must call
// both.
func (s *Streams) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	first := !s.closing
	s.closing = true
	s.mu.Unlock()
	if first {
		close(s.stop)
	}
	for _, o := range s.all() {
		o.End(nil)
	}
	ended := make(chan struct{})
	go func() {
		s.running.Wait()
		s.beating.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	left := s.all()
	for _, o := range left {
		o.clientLeft()
	}
	select {
	case <-ended:
	case <-time.After(time.Second):
		// A source is still attaching a stream, which ends right after that.
	}
	return fmt.Errorf("%d streams were cut: %w", len(left), ctx.Err())
}
