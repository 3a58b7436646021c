package links

import (
	"sync"
	"time"

	"catbird.blue/mls/xrpc"
)

// Bounds of the time between two turns of a conversation.
const (
	shortestTurn = 30 * time.Millisecond
	longestTurn  = 500 * time.Millisecond
	// firstWindow is the window of a conversation of which nothing was measured yet.
	firstWindow = 2 * shortestTurn
	// longestWindow bounds what one join counts: the first ones come in a crowd.
	longestWindow = 2 * longestTurn
	// turnsKept is how long a conversation without turns, and a GroupInfo that was given,
	// are remembered.
	turnsKept = time.Minute
)

// Turns tells accounts that lost the race of a join when to try again, each at another
// time. Otherwise all of them would build a commit for every epoch, and all but one in
// vain.
//
// An attempt is in vain if another commit is accepted between the GroupInfo and the
// commit of the joiner. Turns measures that window at the joins that succeed: it depends
// on the network, the clients and the load. Turns are half a window apart: then about
// every second or third attempt succeeds, and the conversation seldom waits for one.
type Turns struct {
	mu     sync.Mutex
	convos map[xrpc.ConvoID]*convoTurns
	// began has when an account got a GroupInfo by a link.
	began map[attempt]time.Time
	swept time.Time
}

// convoTurns are the turns of one conversation.
type convoTurns struct {
	// last is the last turn that was given away.
	last   time.Time
	window time.Duration
}

// attempt is that of an account to join a conversation.
type attempt struct {
	did   string
	convo xrpc.ConvoID
}

func newTurns() *Turns {
	return &Turns{convos: map[xrpc.ConvoID]*convoTurns{}, began: map[attempt]time.Time{}}
}

// Begin notes that an account got a GroupInfo.
func (t *Turns) Begin(convo xrpc.ConvoID, did string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweep(now)
	t.began[attempt{did, convo}] = now
}

// Joined measures the window of an account that has joined.
func (t *Turns) Joined(convo xrpc.ConvoID, did string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	began, found := t.began[attempt{did, convo}]
	if !found {
		return
	}
	delete(t.began, attempt{did, convo})
	c := t.of(convo)
	c.window += (min(now.Sub(began), longestWindow) - c.window) / 10
}

// Take gives away the next turn of a conversation, and returns how long it is until then.
func (t *Turns) Take(convo xrpc.ConvoID, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweep(now)
	c := t.of(convo)
	if c.last.Before(now) {
		c.last = now
	}
	c.last = c.last.Add(min(max(c.window/2, shortestTurn), longestTurn))
	return c.last.Sub(now)
}

func (t *Turns) of(convo xrpc.ConvoID) *convoTurns {
	c := t.convos[convo]
	if c == nil {
		c = &convoTurns{window: firstWindow}
		t.convos[convo] = c
	}
	return c
}

// sweep forgets what is old, now and then.
func (t *Turns) sweep(now time.Time) {
	if now.Sub(t.swept) < turnsKept {
		return
	}
	t.swept = now
	old := now.Add(-turnsKept)
	for id, c := range t.convos {
		if c.last.Before(old) {
			delete(t.convos, id)
		}
	}
	for a, at := range t.began {
		if at.Before(old) {
			delete(t.began, a)
		}
	}
}
