// Package bus carries what instances tell each other: hints that there is
// something new in the log, ephemeral signals, and which signing keys are old.
// It holds nothing that cannot be lost. Without it every instance still reads
// the log by its clock, and fetches keys anew after some minutes.
package bus

import (
	"context"
	"encoding/binary"
	"errors"
)

// Signal is an ephemeral signal of a member of a conversation, such as typing.
type Signal struct {
	ConvoID string
	// RosterVersion is the version of the members when it was sent.
	RosterVersion int64
	// Epoch is the framing epoch of Ciphertext.
	Epoch      int64
	Ciphertext []byte
}

// KeyID names an account by a hash.
type KeyID = [16]byte

// Receiver is what an instance does with what it hears. The methods are called
// from the bus's goroutines and should return soon.
type Receiver interface {
	// Hint says that there may be something new in the log.
	Hint()
	// Signal hands over a signal of some instance.
	Signal(ctx context.Context, s Signal) error
}

// Bus connects the instances of a service. What is sent reaches the own
// instance too.
type Bus interface {
	// Hint tells all instances of something new about lane, a conversation or
	// an account. It never blocks.
	Hint(lane string)
	// Signal sends a signal to all instances. It may be lost.
	Signal(ctx context.Context, s Signal) error
	// Forget tells the other instances that the signing key of an account is
	// not what it was. It never blocks.
	Forget(id KeyID)
	// Close ends it; what is under way may be lost.
	Close() error
}

// encode writes a signal: three varints, the conversation's length as the last
// of them, the conversation, the ciphertext.
func (s Signal) encode() []byte {
	b := make([]byte, 0, len(s.ConvoID)+len(s.Ciphertext)+3*binary.MaxVarintLen64)
	b = binary.AppendUvarint(b, uint64(s.RosterVersion))
	b = binary.AppendUvarint(b, uint64(s.Epoch))
	b = binary.AppendUvarint(b, uint64(len(s.ConvoID)))
	b = append(b, s.ConvoID...)
	return append(b, s.Ciphertext...)
}

var errSignal = errors.New("bus: a signal that cannot be read")

func decodeSignal(b []byte) (Signal, error) {
	var n [3]uint64
	for i := range n {
		v, size := binary.Uvarint(b)
		if size <= 0 || v > 1<<62 {
			return Signal{}, errSignal
		}
		n[i], b = v, b[size:]
	}
	if uint64(len(b)) < n[2] {
		return Signal{}, errSignal
	}
	return Signal{RosterVersion: int64(n[0]), Epoch: int64(n[1]), ConvoID: string(b[:n[2]]), Ciphertext: b[n[2]:]}, nil
}
