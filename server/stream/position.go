package stream

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"catbird.blue/mls/xrpc"
)

// Position is a place in the log of one generation. Events are ordered by Pos,
// Lane, Seq and N, in this order; the zero Position is before all of them.
//
// A position is always that of a row which is durable, never a bare transaction
// id: a server that crashes gives the ids of what it lost out again, and a
// cursor between them would skip what then gets them.
type Position struct {
	// Pos is the id of a transaction, not below the one that wrote the row.
	Pos  int64
	Lane Lane
	// Seq is the number of the message, or of the newest one at the time.
	Seq int64
	// N numbers the events of a lane that are not messages; 0 for a message.
	N int64
}

// Lane is what events are in order with, as bytes: a conversation, by its MLS
// group id, or what concerns one account alone. The latter has fewer bytes than any
// conversation id: see AccountLane. Lanes compare by byte.
type Lane string

// minConvoID and maxConvoID bound the length of a conversation id in bytes.
const (
	minConvoID = 16
	maxConvoID = 64
)

// lastLane is behind every lane.
var lastLane = Lane(strings.Repeat("\xff", maxConvoID+1))

// LaneOf is the lane of a conversation.
func LaneOf(convo xrpc.ConvoID) Lane { return Lane(convo.Stored()) }

// AccountLane is the lane of the events that are in order with the account's
// row. Those about one of its devices have lanes that are another byte shorter,
// which LogKeyPackagesLow makes.
func AccountLane(did string) Lane {
	sum := sha256.Sum256([]byte(did))
	return Lane(sum[:minConvoID-1])
}

// String is for people.
func (l Lane) String() string { return hex.EncodeToString([]byte(l)) }

// Compare is negative where p is before q, positive where it is after it.
func (p Position) Compare(q Position) int {
	if c := cmp.Compare(p.Pos, q.Pos); c != 0 { // as it is for all but a few
		return c
	}
	return cmp.Or(cmp.Compare(p.Lane, q.Lane), cmp.Compare(p.Seq, q.Seq), cmp.Compare(p.N, q.N))
}
