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

// occupant is a wait or a stream: it takes one of its account's places.
type occupant interface {
	// evict ends it, since a newer one needs its place. It does not block.
	evict()
	// leaving says that it is about to end by itself, and holds nothing any
	// more.
	leaving() bool
}

// places are what the waits and streams of accounts take at this instance.
//
// An account that has all its places is not refused: its oldest wait ends, or
// else its oldest stream. A stream whose connection has broken stands until it is
// found dead, which may take minutes, and would otherwise keep its own client
// from coming back. But where this happens often, more clients want to be
// connected than may be: without a bound they would end each other for ever.
type places struct {
	most    int
	limits  *limit.Limits
	metrics *Metrics

	mu sync.Mutex
	// byDID has the occupants of each account, the oldest first.
	byDID map[string][]occupant
}

func newPlaces(most int, l *limit.Limits, m *Metrics) *places {
	return &places{most: most, limits: l, metrics: m, byDID: map[string][]occupant{}}
}

// take gives o a place of did, or says when to come back.
func (p *places) take(did string, o occupant) error {
	evicted, err := p.enter(did, o)
	if evicted != nil {
		evicted.evict()
	}
	return err
}

// enter gives o a place, and who had it.
func (p *places) enter(did string, o occupant) (evicted occupant, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.byDID[did]
	if len(list) >= p.most {
		list = slices.DeleteFunc(list, occupant.leaving)
	}
	if len(list) >= p.most {
		if err := p.mayEvict(did); err != nil {
			p.byDID[did] = list
			return nil, err
		}
		i := oldest(list)
		evicted = list[i]
		list = slices.Delete(list, i, i+1)
	}
	p.byDID[did] = append(list, o)
	return evicted, nil
}

// mayEvict counts an eviction, or says when to come back.
func (p *places) mayEvict(did string) error {
	err := p.limits.Take(context.Background(), limit.Evictions, did, 1)
	var refused *xrpc.Error
	if errors.As(err, &refused) {
		refused.Message = fmt.Sprintf("%d waits and streams are open already: %s", p.most, refused.Message)
	}
	return err
}

// oldest is the place of the oldest wait, or else of the oldest stream: who waits
// asks again in some seconds anyway.
func oldest(list []occupant) int {
	return max(0, slices.IndexFunc(list, func(o occupant) bool { _, waits := o.(*wait); return waits }))
}

// leave gives a place back. One that was taken away before is not there.
func (p *places) leave(did string, o occupant) {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := slices.DeleteFunc(p.byDID[did], func(one occupant) bool { return one == o })
	if len(list) == 0 {
		delete(p.byDID, did)
		return
	}
	p.byDID[did] = list
}

// wait is a long poll.
type wait struct {
	ended   chan struct{}
	metrics *Metrics
}

func (w *wait) evict() {
	w.metrics.Evicted.WithLabelValues("wait").Inc()
	close(w.ended)
}

func (w *wait) leaving() bool { return false }

// Wait takes a place for a long poll of an account, or says when to come back.
// ended is closed when something newer needs the place; leave has to be called.
func (s *Streams) Wait(did string) (ended <-chan struct{}, leave func(), err error) {
	w := &wait{ended: make(chan struct{}), metrics: s.metrics}
	if err := s.places.take(did, w); err != nil {
		return nil, nil, err
	}
	s.metrics.Waits.Inc()
	return w.ended, sync.OnceFunc(func() {
		s.places.leave(did, w)
		s.metrics.Waits.Dec()
	}), nil
}
