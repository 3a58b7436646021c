package eventlog

import (
	"math"

	"catbird.blue/mls/xrpc"
)

// noEnd is the end of a window that has not ended.
const noEnd = math.MaxInt64

// window is one accepted membership. It shows the messages with toldSeq < seq <=
// leftSeq, and the other events with toldN < n <= leftN. So it shows the
// commit that ends it and the event that reports this, and nothing after them. It
// begins with the membership, or where its account has accepted a request.
type window struct {
	toldSeq, toldN int64
	leftSeq, leftN int64
}

// shows is the only predicate for what a member sees, live as in a replay.
func (w window) shows(p Position) bool {
	if p.N == 0 {
		return w.toldSeq < p.Seq && p.Seq <= w.leftSeq
	}
	return w.toldN < p.N && p.N <= w.leftN
}

func (w window) isOpen() bool { return w.leftN == noEnd }

// windowChange is an event that begins or ends a window.
type windowChange struct {
	convo  xrpc.ConvoID
	did    string
	begins bool
	seq, n int64
}
