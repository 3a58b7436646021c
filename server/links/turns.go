package links

import (
	"sync"
	"time"

	"catbird.blue/mls/xrpc"
)

// turnTime is the time between two accounts that join one conversation: about what a
// conversation takes for a commit in its rate (limit.ConvoRow).
const turnTime = 60 * time.Millisecond

// Turns tells accounts that lost the race of a join when to try again, each at another
// time. Otherwise all of them would build a commit for every epoch, and all but one in
// vain.
type Turns struct {
	mu sync.Mutex
	// last is the last turn that was given away in a conversation.
	last map[xrpc.ConvoID]time.Time
}

func newTurns() *Turns { return &Turns{last: make(map[xrpc.ConvoID]time.Time)} }

// Take gives away the next turn of a conversation, and returns how long it is until
// then.
func (t *Turns) Take(convoID xrpc.ConvoID, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	turn := t.last[convoID]
	if turn.Before(now) {
		turn = now
		t.forget(now)
	}
	turn = turn.Add(turnTime)
	t.last[convoID] = turn
	return turn.Sub(now)
}

// forget drops the conversations whose turns have passed.
func (t *Turns) forget(now time.Time) {
	for id, turn := range t.last {
		if turn.Before(now) {
			delete(t.last, id)
		}
	}
}
