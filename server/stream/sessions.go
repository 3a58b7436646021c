package stream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// session is an open stream or a long poll. Their number is bounded for each
// account.
type session interface {
	// evict ends the session, since a newer one takes its place. It does not
	// block.
	evict()
	// refuse ends the session, whose account is refused from now on. It does not
	// block.
	refuse(why *xrpc.Error)
	// leaving tells whether the session is about to end by itself, and holds no
	// events any more.
	leaving() bool
}

// sessions are the open streams and long polls of this instance, by account.
//
// An account that has as many as it may is not refused: its oldest long poll
// ends, or if it has none its oldest stream. A stream whose connection broke
// stays open until it is found dead, which may take minutes; refused, its own
// client could not come back until then. But an account that evicts often has
// more clients than it may have sessions. Hence evictions have a limit per time:
// without one, these clients would end each other's streams for ever.
type sessions struct {
	max     int
	limits  *limit.Limits
	metrics *Metrics

	mu sync.Mutex
	// byDID has the sessions of each account, the oldest first.
	byDID map[string][]session
}

func newSessions(maxPerDID int, l *limit.Limits, m *Metrics) *sessions {
	return &sessions{max: maxPerDID, limits: l, metrics: m, byDID: map[string][]session{}}
}

// add adds a session of did. The error says when to try again.
func (p *sessions) add(did string, s session) error {
	evicted, err := p.insert(did, s)
	if evicted != nil {
		evicted.evict()
	}
	return err
}

// insert adds a session, and returns the one that has to end for it, if any.
func (p *sessions) insert(did string, s session) (evicted session, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.byDID[did]
	if len(list) >= p.max {
		list = slices.DeleteFunc(list, session.leaving)
	}
	if len(list) >= p.max {
		if err := p.countEviction(did); err != nil {
			p.byDID[did] = list
			return nil, err
		}
		i := indexToEvict(list)
		evicted = list[i]
		list = slices.Delete(list, i, i+1)
	}
	p.byDID[did] = append(list, s)
	return evicted, nil
}

// countEviction counts an eviction towards its limit. The error says when to try
// again.
func (p *sessions) countEviction(did string) error {
	err := p.limits.Take(context.Background(), limit.Evictions, did, 1)
	var refused *xrpc.Error
	if errors.As(err, &refused) {
		refused.Message = fmt.Sprintf("%d waits and streams are open already: %s", p.max, refused.Message)
	}
	return err
}

// indexToEvict returns the index of the oldest long poll, whose client asks again
// after some seconds anyway; if there is none, that of the oldest stream.
func indexToEvict(list []session) int {
	return max(0, slices.IndexFunc(list, func(s session) bool { _, waits := s.(*wait); return waits }))
}

// remove removes a session. An evicted one was removed before.
func (p *sessions) remove(did string, s session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := slices.DeleteFunc(p.byDID[did], func(one session) bool { return one == s })
	if len(list) == 0 {
		delete(p.byDID, did)
		return
	}
	p.byDID[did] = list
}

// take removes and returns the sessions of an account.
func (p *sessions) take(did string) []session {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.byDID[did]
	delete(p.byDID, did)
	return list
}

// wait is a long poll.
type wait struct {
	ended   chan struct{}
	metrics *Metrics
}

// evict implements session.
func (w *wait) evict() {
	w.metrics.Evicted.WithLabelValues("wait").Inc()
	close(w.ended)
}

// refuse implements session.
func (w *wait) refuse(*xrpc.Error) { close(w.ended) }

// leaving implements session.
func (w *wait) leaving() bool { return false }
