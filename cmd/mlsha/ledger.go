package main

import (
	"fmt"
	"sync"
	"time"

	"catbird.blue/mls/xrpc"
)

// place is the number of a message in a conversation.
type place struct {
	convo xrpc.ConvoID
	seq   int64
}

// epochOf names an epoch of a conversation.
type epochOf struct {
	convo xrpc.ConvoID
	epoch int64
}

// ledger records what the service acknowledged.
type ledger struct {
	mu sync.Mutex
	// acknowledged maps places to message ids. That of a commit is "", because
	// its sender does not choose one.
	acknowledged map[place]string
	// won maps epochs to the place of the commit that was accepted in them.
	won map[epochOf]place
	// at are the times of all acknowledgements, in order.
	at []time.Time
}

func newLedger() *ledger {
	return &ledger{acknowledged: map[place]string{}, won: map[epochOf]place{}}
}

// message records that a message was acknowledged.
func (l *ledger) message(at place, id string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if was, there := l.acknowledged[at]; there {
		return fmt.Errorf("message %s/%d is %q, and was acknowledged as %q before", at.convo, at.seq, id, was)
	}
	l.acknowledged[at] = id
	l.at = append(l.at, time.Now())
	return nil
}

// commit records that a commit was acknowledged.
func (l *ledger) commit(epoch epochOf, at place) error {
	if err := l.message(at, ""); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if was, there := l.won[epoch]; there {
		return fmt.Errorf("epoch %d of %s was won at %d and again at %d", epoch.epoch, epoch.convo, was.seq, at.seq)
	}
	l.won[epoch] = at
	return nil
}

// longestPause returns the longest time without an acknowledgement in a time, and
// how many there were.
func (l *ledger) longestPause(from, to time.Time) (time.Duration, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return longestPause(l.at, from, to)
}

// longestPause returns the longest time between neighbours of a list in order,
// and the bounds, and how many are within the bounds.
func longestPause(list []time.Time, from, to time.Time) (longest time.Duration, n int) {
	last := from
	for _, t := range list {
		if t.Before(from) || t.After(to) {
			continue
		}
		n++
		longest, last = max(longest, t.Sub(last)), t
	}
	return max(longest, to.Sub(last)), n
}
