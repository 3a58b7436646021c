package eventlog

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"strings"

	"catbird.blue/mls/db"
)

// Position is where a row stands in the log of one generation. Rows are ordered
// by Pos, StreamKey, Seq and N, in this order; the zero Position is before all
// of them.
//
// A position is always that of a durable row, never a bare transaction id: a
// database server that crashes assigns the ids of the transactions that it lost
// again, so a cursor that held such an id would skip the rows of the new
// transaction.
type Position struct {
	// Pos is the id of a transaction, not below the one that wrote the row.
	Pos int64
	// StreamKey is a conversation id; for the events of one account it is a name
	// with a colon in it. Stream keys compare by byte. The column is "lane".
	StreamKey string
	// Seq is the number of the message; for another event that of the newest
	// message at the time.
	Seq int64
	// N numbers the events of a stream key that are not messages; it is 0 for a
	// message.
	N int64
}

// Compare is negative if p is before q, positive if p is after q.
func (p Position) Compare(q Position) int {
	if c := cmp.Compare(p.Pos, q.Pos); c != 0 { // nearly always
		return c
	}
	return cmp.Or(strings.Compare(p.StreamKey, q.StreamKey), cmp.Compare(p.Seq, q.Seq), cmp.Compare(p.N, q.N))
}

// EndOf returns the position behind everything that the log has at pos.
func EndOf(pos int64) Position { return Position{Pos: pos, StreamKey: "~"} }

// AccountStreamKey returns the stream key of the events that are ordered by the
// row of the account. Its length does not depend on the DID.
func AccountStreamKey(did string) string {
	sum := sha256.Sum256([]byte(did))
	return fmt.Sprintf("did:%x", sum[:16])
}

// endOfLog returns the position of the newest visible row.
func endOfLog(r db.ReadPlaceRow) Position {
	return Position{Pos: r.Pos, StreamKey: r.Lane, Seq: r.Seq, N: r.N}
}
