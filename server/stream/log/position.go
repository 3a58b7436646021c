package eventlog

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"catbird.blue/mls/db"
	"catbird.blue/mls/xrpc"
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
	// StreamKey is the conversation or the account that the row belongs to.
	StreamKey StreamKey
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
	return cmp.Or(cmp.Compare(p.StreamKey, q.StreamKey), cmp.Compare(p.Seq, q.Seq), cmp.Compare(p.N, q.N))
}

// EndOf returns the position behind everything that the log has at pos.
func EndOf(pos int64) Position { return Position{Pos: pos, StreamKey: lastStreamKey} }

// StreamKey is what events are ordered by, as bytes: a conversation, by its MLS
// group id, or what concerns one account alone. The latter has fewer bytes than
// any conversation id: see AccountStreamKey. Stream keys compare by byte. The
// column is "stream_key".
type StreamKey string

// minConvoID and maxConvoID bound the length of a conversation id in bytes.
const (
	minConvoID = 16
	maxConvoID = 64
)

// lastStreamKey is behind every stream key.
var lastStreamKey = StreamKey(strings.Repeat("\xff", maxConvoID+1))

// StreamKeyOf returns the stream key of a conversation.
func StreamKeyOf(convo xrpc.ConvoID) StreamKey { return StreamKey(convo.Stored()) }

// AccountStreamKey returns the stream key of the events that are ordered by the
// row of the account. The events about one of its devices have stream keys that
// are one byte shorter, which LogKeyPackagesLow makes.
func AccountStreamKey(did string) StreamKey {
	sum := sha256.Sum256([]byte(did))
	return StreamKey(sum[:minConvoID-1])
}

// String returns the bytes in hexadecimal, for messages of tests.
func (k StreamKey) String() string { return hex.EncodeToString([]byte(k)) }

// endOfLog returns the position of the newest visible row.
func endOfLog(r db.ReadPlaceRow) Position {
	return Position{Pos: r.Pos, StreamKey: StreamKey(r.StreamKey), Seq: r.Seq, N: r.N}
}
