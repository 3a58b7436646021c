package eventlog

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/stream"
	"catbird.blue/mls/xrpc"
)

// wakeup makes the tailer read the log at once.
type wakeup chan struct{}

func newWakeup() wakeup { return make(wakeup, 1) }

// send never blocks: one wake-up that is not taken yet is enough.
func (w wakeup) send() {
	select {
	case w <- struct{}{}:
	default:
	}
}

// hubState is what the tailer and the feeds of an instance share: how far
// the log was handed out, and to whom.
type hubState struct {
	metrics       *Metrics
	streamMetrics *stream.Metrics
	wake          wakeup
	// hasSubscribers: an account has a stream at this instance. It lets Notify
	// skip the wake-up without taking mu; it is written with mu held.
	hasSubscribers atomic.Bool
	// registering is how many feeds are being registered.
	registering atomic.Int64

	// mu guards what follows. The lock of a feed is taken after it.
	mu sync.Mutex
	// ready is closed when position and build are known.
	ready chan struct{}
	// position is that of the newest row that was handed out, in the generation
	// of build.
	position     Position
	build        builder
	subscribers  subscribers
	subscribedAt time.Time // since when there are subscribers
	recent       recentChanges
	out          deliveries
}

func newHubState(metrics *Metrics, streamMetrics *stream.Metrics) *hubState {
	return &hubState{
		metrics: metrics, streamMetrics: streamMetrics, wake: newWakeup(), ready: make(chan struct{}), subscribers: newSubscribers(),
	}
}

// begin starts at the end of the log of a generation. The streams of an earlier
// generation end: their cursors are outdated.
func (s *hubState) begin(end db.ReadPlaceRow) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.build.codec == nil
	s.position = endOfLog(end)
	s.build = builder{codec: NewCodec(end.Gen, end.Secret.Bytes), metrics: s.streamMetrics}
	s.recent.reset(end.Horizon)
	s.metrics.Generation.Set(float64(end.Gen))
	if first {
		close(s.ready)
		return
	}
	for _, a := range s.subscribers.accounts {
		for _, f := range a.feeds {
			f.sink.End(nil)
		}
	}
	s.subscribers.clear()
	s.hasSubscribers.Store(false)
}

// builder returns that of the current generation, after ready is closed.
func (s *hubState) builder() builder {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.build
}

// currentPosition returns the position of the newest row that was handed out.
func (s *hubState) currentPosition() Position {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.position
}

// skip moves the position to the end of the log without reading the rows. It
// does nothing, and returns false, if there are subscribers or will be in a
// moment.
func (s *hubState) skip(end db.ReadPlaceRow) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hasSubscribers.Load() || s.registering.Load() > 0 {
		return false
	}
	s.skipTo(end)
	return true
}

// skipTo moves the position to the end of the log. The changes of windows in the
// rows between are not known then.
func (s *hubState) skipTo(end db.ReadPlaceRow) {
	if p := endOfLog(end); s.position.Compare(p) < 0 {
		s.position = p
	}
	s.recent.reset(max(s.recent.missingBelow, end.Horizon))
}

// lateness returns how long a row has waited for the tailer while there were
// subscribers.
func (s *hubState) lateness(created time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return min(time.Since(created), time.Since(s.subscribedAt))
}

// dispatch hands a batch of the log out, in order.
func (s *hubState) dispatch(batch []entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range batch {
		e := &batch[i]
		if e.Compare(s.position) <= 0 {
			continue // the first feed was registered behind this row meanwhile
		}
		if e.change != nil {
			s.recent.add(e)
			s.subscribers.apply(e.change)
		}
		if e.event != nil {
			for a := range s.subscribers.viewers(e) {
				s.out.add(delivery{to: a, entry: e})
			}
		}
		if c := e.change; c != nil && !c.begins && e.N >= c.n {
			at := e.Position
			at.N = c.n
			for _, end := range s.subscribers.closeWindows(c.convo, at) {
				s.out.add(end)
			}
		}
		s.position = e.Position
	}
	s.out.flush()
}

// lookup tells whether the account has streams at this instance, and from which
// pos its windows are needed if not.
func (s *hubState) lookup(did string) (known bool, pos int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.subscribers.accounts[did] != nil, s.position.Pos
}

// add adds a feed. end is the end of the log as it was read before lookup. known
// is what lookup returned; if it is false, windows were read between lookup and
// add. Every change that was committed below the visibility horizon of end is in
// them; later changes that were handed out meanwhile are in recent, and the
// tailer has yet to read the rest.
//
// add returns false if the state has changed too much meanwhile: the caller
// begins again.
func (s *hubState) add(f *feed, end db.ReadPlaceRow, known bool, windows []db.WindowsOfRow) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.subscribers.accounts[f.did]
	switch {
	case s.build.codec.gen != end.Gen:
		s.wake.send()
		return false
	case a == nil && (known || s.recent.missingBelow > end.Horizon):
		return false
	case a == nil:
		if !s.hasSubscribers.Load() {
			// Retention may have removed the row at the position.
			s.skipTo(end)
		}
		a = s.addAccount(f.did, windows)
	}
	f.build = s.build
	// If another instance has handed out more than this one, the feed begins
	// where the log ended.
	f.registeredAt = s.position
	if p := endOfLog(end); f.registeredAt.Compare(p) < 0 {
		f.registeredAt = p
	}
	f.deliveredTo = f.registeredAt
	a.feeds = append(a.feeds, f)
	return true
}

// addAccount adds an account whose windows were read a moment ago.
func (s *hubState) addAccount(did string, windows []db.WindowsOfRow) *account {
	a := s.subscribers.add(did, windows)
	if !s.hasSubscribers.Swap(true) {
		s.subscribedAt = time.Now()
		s.wake.send()
	}
	for c := range s.recent.of(did) {
		s.subscribers.apply(c)
	}
	return a
}

// remove removes a feed.
func (s *hubState) remove(f *feed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subscribers.removeFeed(f)
	s.hasSubscribers.Store(len(s.subscribers.accounts) > 0)
}

// holdAgain makes a feed that has dropped its held events hold those after the
// position that it returns.
func (s *hubState) holdAgain(f *feed) Position {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.overflowed = false
	return s.position
}

// hasRoster tells whether a signal can be delivered without reading the members.
func (s *hubState) hasRoster(convo xrpc.ConvoID, version int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.subscribers.hasRoster(convo, version)
}

// setRoster keeps the members of a conversation for the signals that follow.
func (s *hubState) setRoster(convo xrpc.ConvoID, rows []db.EphemeralMembersRow) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subscribers.setRoster(convo, rows)
}

// signal delivers an ephemeral signal to the members' streams.
func (s *hubState) signal(signal bus.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	convo := xrpc.ConvoID(signal.ConvoID)
	if s.subscribers.conversations[convo] == nil {
		return
	}
	ev := stream.NewEvent(&gen.EphemeralEvent{
		Cursor: s.build.cursor(s.position), ConvoID: convo, Ciphertext: signal.Ciphertext, Epoch: signal.Epoch,
	}, s.streamMetrics)
	for a := range s.subscribers.members(convo, signal.RosterVersion) {
		if slices.Contains(signal.Except, a.did) {
			continue
		}
		for _, f := range a.feeds {
			if f.wants(convo) {
				f.deliverEphemeral(ev, s.position)
			}
		}
	}
}
