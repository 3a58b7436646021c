package xrpc

import (
	"encoding/hex"
	"fmt"

	"github.com/google/uuid"
)

// Ids as the database has them: bytea that is shorter than their text. pgx finds
// these forms by the methods BytesValue and ScanBytes.

// ConvoIDOf gives the id of the conversation of an MLS group.
func ConvoIDOf(groupID []byte) ConvoID { return ConvoID(hex.EncodeToString(groupID)) }

// BytesValue gives the bytes of the MLS group id.
func (id ConvoID) BytesValue() ([]byte, error) {
	b, err := hex.DecodeString(string(id))
	if err != nil {
		return nil, fmt.Errorf("id of a conversation: %w", err)
	}
	return b, nil
}

// ScanBytes reads an id from the database. NULL is the empty id.
func (id *ConvoID) ScanBytes(b []byte) error {
	*id = ConvoIDOf(b)
	return nil
}

// Stored gives an id as the database has it, for arrays and comparisons. What is
// no id becomes nil: NULL, which equals nothing.
func (id ConvoID) Stored() []byte {
	b, err := id.BytesValue()
	if err != nil {
		return nil
	}
	return b
}

// StoredConvoIDs gives ids as a parameter of type bytea[].
func StoredConvoIDs(ids []ConvoID) [][]byte {
	out := make([][]byte, len(ids))
	for i, id := range ids {
		out[i] = id.Stored()
	}
	return out
}

// MessageID is the id of a message: whatever text a client chose, or the UUID that
// the service made.
type MessageID string

// uuidSize is the length of a UUID in bytes. Other ids are stored as text.
const uuidSize = len(uuid.UUID{})

// BytesValue gives the 16 bytes of a UUID in its canonical form (RFC 9562, section
// 4), or the text of any other id. A zero byte comes before text of 16 bytes: no
// text begins with one, and 16 bytes are always a UUID.
func (id MessageID) BytesValue() ([]byte, error) {
	if u, err := uuid.Parse(string(id)); err == nil && u.String() == string(id) {
		return u[:], nil
	}
	if len(id) == uuidSize {
		return append([]byte{0}, id...), nil
	}
	return []byte(id), nil
}

// Stored gives an id as the database has it, for arrays.
func (id MessageID) Stored() []byte {
	b, _ := id.BytesValue() // it never fails
	return b
}

// ScanBytes reads an id from the database. NULL is the empty id.
func (id *MessageID) ScanBytes(b []byte) error {
	switch {
	case len(b) == uuidSize:
		*id = MessageID(uuid.UUID(b).String())
	case len(b) == uuidSize+1 && b[0] == 0:
		*id = MessageID(b[1:])
	default:
		*id = MessageID(b)
	}
	return nil
}
