// Package bus carries messages between instances: notifications that the log has
// new entries, ephemeral signals, and the ids of signing keys that changed. Losing
// a message is harmless: every instance also reads the log at intervals, and
// fetches keys again after some minutes.
package bus

import (
	"context"
	"encoding/binary"
	"errors"
	"strings"
)

// Signal is an ephemeral signal of a member of a conversation, such as typing.
type Signal struct {
	ConvoID string
	// RosterVersion is the version of the member list when the signal was sent.
	RosterVersion int64
	// Epoch is the epoch in the framing of Ciphertext.
	Epoch      int64
	Ciphertext []byte
	// Except has the accounts that do not get the signal, because they have blocked
	// its sender.
	Except []string
}

// KeyID identifies an account by a hash.
type KeyID = [16]byte

// Receiver handles the messages that an instance gets. The methods are called
// by the goroutines of the bus and must not block.
type Receiver interface {
	// Notify is called when the log may have new entries.
	Notify()
	// Signal is called for a signal of any instance.
	Signal(ctx context.Context, s Signal) error
}

// Bus connects the instances of a service. Notifications and signals of an
// instance reach the instance itself too.
type Bus interface {
	// Notify tells all instances that there are new entries for a stream key: a
	// conversation or an account. It never blocks.
	Notify(streamKey string)
	// Signal sends a signal to all instances. It may be lost.
	Signal(ctx context.Context, s Signal) error
	// Forget notifies the other instances that the signing key of an account
	// has changed. It never blocks.
	Forget(id KeyID)
	// Close closes the bus; messages in transit may be lost.
	Close() error
}

// encode returns a signal as bytes: four varints, of which the third is the length
// of ConvoID and the fourth that of Except, joined by line feeds, then ConvoID,
// Except and Ciphertext.
func (s Signal) encode() []byte {
	except := strings.Join(s.Except, "\n")
	b := make([]byte, 0, len(s.ConvoID)+len(except)+len(s.Ciphertext)+signalNumbers*binary.MaxVarintLen64)
	b = binary.AppendUvarint(b, uint64(s.RosterVersion))
	b = binary.AppendUvarint(b, uint64(s.Epoch))
	b = binary.AppendUvarint(b, uint64(len(s.ConvoID)))
	b = binary.AppendUvarint(b, uint64(len(except)))
	b = append(b, s.ConvoID...)
	b = append(b, except...)
	return append(b, s.Ciphertext...)
}

// signalNumbers is the number of varints in an encoded signal.
const signalNumbers = 4

var errSignal = errors.New("bus: a signal that cannot be read")

func decodeSignal(b []byte) (Signal, error) {
	var n [signalNumbers]uint64
	for i := range n {
		v, size := binary.Uvarint(b)
		if size <= 0 || v > 1<<62 {
			return Signal{}, errSignal
		}
		n[i], b = v, b[size:]
	}
	if uint64(len(b)) < n[2] || uint64(len(b))-n[2] < n[3] {
		return Signal{}, errSignal
	}
	s := Signal{RosterVersion: int64(n[0]), Epoch: int64(n[1]), ConvoID: string(b[:n[2]]), Ciphertext: b[n[2]+n[3]:]}
	if n[3] > 0 {
		s.Except = strings.Split(string(b[n[2]:n[2]+n[3]]), "\n")
	}
	return s, nil
}
