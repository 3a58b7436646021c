package eventlog

import (
	"cmp"
	"strings"
)

// Position is a place in the log of one generation. Events are ordered by Pos,
// Lane, Seq and N, in this order; the zero Position is before all of them.
//
// A position is always that of a row which is durable, never a bare transaction
// id: a server that crashes gives the ids of what it lost out again, and a
// cursor between them would skip what then gets them.
type Position struct {
	// Pos is the id of a transaction, not below the one that wrote the row.
	Pos int64
	// StreamKey is a conversation id, or for the events of one account a name with
	// a colon in it. Lanes compare by byte.
	StreamKey string
	// Seq is the number of the message, or of the newest one at the time.
	Seq int64
	// N numbers the events of a lane that are not messages; 0 for a message.
	N int64
}

// Compare is negative where p is before q, positive where it is after it.
func (p Position) Compare(q Position) int {
	if c := cmp.Compare(p.Pos, q.Pos); c != 0 { // as it is for all but a few
		return c
	}
	return cmp.Or(strings.Compare(p.StreamKey, q.StreamKey), cmp.Compare(p.Seq, q.Seq), cmp.Compare(p.N, q.N))
}
