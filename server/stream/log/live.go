package eventlog

import (
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

// live is the state that the tailer and the feeds of an instance share: how far
// the log was handed out, and to whom.
type live struct {
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

func newLive(metrics *Metrics, streamMetrics *stream.Metrics) *live {
	return &live{
		metrics: metrics, streamMetrics: streamMetrics, wake: newWakeup(), ready: make(chan struct{}), subscribers: newSubscribers(),
	}
}

// begin starts at the end of the log of a generation. The streams of an earlier
// generation end: their cursors are outdated.
func (l *live) begin(end db.ReadPlaceRow) {
	l.mu.Lock()
	defer l.mu.Unlock()
	first := l.build.codec == nil
	l.position = endOfLog(end)
	l.build = builder{codec: NewCodec(end.Gen, end.Secret.Bytes), metrics: l.streamMetrics}
	l.recent.reset(end.Horizon)
	l.metrics.Generation.Set(float64(end.Gen))
	if first {
		close(l.ready)
		return
	}
	for _, a := range l.subscribers.accounts {
		for _, f := range a.feeds {
			f.sink.End(nil)
		}
	}
	l.subscribers.clear()
	l.hasSubscribers.Store(false)
}

// builder returns that of the current generation, after ready is closed.
func (l *live) builder() builder {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.build
}

// currentPosition returns the position of the newest row that was handed out.
func (l *live) currentPosition() Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.position
}

// skip moves the position to the end of the log without reading the rows. It
// does nothing, and returns false, if there are subscribers or will be in a
// moment.
func (l *live) skip(end db.ReadPlaceRow) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hasSubscribers.Load() || l.registering.Load() > 0 {
		return false
	}
	l.skipTo(end)
	return true
}

// skipTo moves the position to the end of the log. The changes of windows in the
// rows between are not known then.
func (l *live) skipTo(end db.ReadPlaceRow) {
	if p := endOfLog(end); l.position.Compare(p) < 0 {
		l.position = p
	}
	l.recent.reset(max(l.recent.missingBelow, end.Horizon))
}

// lateness returns how long a row has waited for the tailer while there were
// subscribers.
func (l *live) lateness(created time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return min(time.Since(created), time.Since(l.subscribedAt))
}

// dispatch hands a batch of the log out, in order.
func (l *live) dispatch(batch []entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range batch {
		e := &batch[i]
		if e.Compare(l.position) <= 0 {
			continue // the first feed was registered behind this row meanwhile
		}
		if e.change != nil {
			l.recent.add(e)
			l.subscribers.apply(e.change)
		}
		if e.event != nil {
			for a := range l.subscribers.viewers(e) {
				l.out.add(delivery{to: a, entry: e})
			}
		}
		if c := e.change; c != nil && !c.begins && e.N >= c.n {
			at := e.Position
			at.N = c.n
			for _, end := range l.subscribers.closeWindows(c.convo, at) {
				l.out.add(end)
			}
		}
		l.position = e.Position
	}
	l.out.flush()
}

// lookup tells whether the account has streams at this instance, and from which
// pos its windows are needed if not.
func (l *live) lookup(did string) (known bool, pos int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.subscribers.accounts[did] != nil, l.position.Pos
}

// add adds a feed. end is the end of the log as it was read before lookup. known
// is what lookup returned; if it is false, windows were read between lookup and
// add. Every change that was committed below the visibility horizon of end is in
// them; later changes that were handed out meanwhile are in recent, and the
// tailer has yet to read the rest.
//
// add returns false if the state has changed too much meanwhile: the caller
// begins again.
func (l *live) add(f *feed, end db.ReadPlaceRow, known bool, windows []db.WindowsOfRow) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.subscribers.accounts[f.did]
	switch {
	case l.build.codec.gen != end.Gen:
		l.wake.send()
		return false
	case a == nil && (known || l.recent.missingBelow > end.Horizon):
		return false
	case a == nil:
		if !l.hasSubscribers.Load() {
			// Retention may have removed the row at the position.
			l.skipTo(end)
		}
		a = l.addAccount(f.did, windows)
	}
	f.build = l.build
	// If another instance has handed out more than this one, the feed begins
	// where the log ended.
	f.registeredAt = l.position
	if p := endOfLog(end); f.registeredAt.Compare(p) < 0 {
		f.registeredAt = p
	}
	f.deliveredTo = f.registeredAt
	a.feeds = append(a.feeds, f)
	return true
}

// addAccount adds an account whose windows were read a moment ago.
func (l *live) addAccount(did string, windows []db.WindowsOfRow) *account {
	a := l.subscribers.add(did, windows)
	if !l.hasSubscribers.Swap(true) {
		l.subscribedAt = time.Now()
		l.wake.send()
	}
	for c := range l.recent.of(did) {
		l.subscribers.apply(c)
	}
	return a
}

// remove removes a feed.
func (l *live) remove(f *feed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.subscribers.removeFeed(f)
	l.hasSubscribers.Store(len(l.subscribers.accounts) > 0)
}

// holdAgain makes a feed that has dropped its held events hold those after the
// position that it returns.
func (l *live) holdAgain(f *feed) Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.overflowed = false
	return l.position
}

// hasRoster tells whether a signal can be delivered without reading the members.
func (l *live) hasRoster(convo xrpc.ConvoID, version int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.subscribers.hasRoster(convo, version)
}

// setRoster keeps the members of a conversation for the signals that follow.
func (l *live) setRoster(convo xrpc.ConvoID, rows []db.EphemeralMembersRow) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.subscribers.setRoster(convo, rows)
}

// signal delivers an ephemeral signal to the members' streams.
func (l *live) signal(s bus.Signal) {
	l.mu.Lock()
	defer l.mu.Unlock()
	convo := xrpc.ConvoID(s.ConvoID)
	if l.subscribers.conversations[convo] == nil {
		return
	}
	ev := stream.NewEvent(&gen.EphemeralEvent{
		Cursor: l.build.cursor(l.position), ConvoID: convo, Ciphertext: s.Ciphertext, Epoch: s.Epoch,
	}, l.streamMetrics)
	for a := range l.subscribers.members(convo, s.RosterVersion) {
		for _, f := range a.feeds {
			if f.wants(convo) {
				f.deliverEphemeral(ev, l.position)
			}
		}
	}
}
