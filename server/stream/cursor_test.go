package stream_test

import (
	"bytes"
	"encoding/base64"
	"testing"

	"catbird.blue/mls/server/stream"
)

// A cursor may be that of a row of a conversation that its reader is not in: it
// tells neither the conversation nor how much is said in it.
func TestCursorTellsNothing(t *testing.T) {
	t.Parallel()
	codec := stream.NewCodec(3, [16]byte{1, 2, 3})
	lane := bytes.Repeat([]byte{0x5a}, 16)
	text := stream.Lane("fourteen bytes")
	encode := func(v stream.Cursor) []byte {
		b, err := base64.RawURLEncoding.DecodeString(codec.Encode(v))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	one := encode(stream.Cursor{Position: stream.Position{Pos: 1000, Lane: stream.Lane(lane), Seq: 7}, After: text})
	two := encode(stream.Cursor{Position: stream.Position{Pos: 1000, Lane: stream.Lane(lane), Seq: 8}, After: text})
	if bytes.Contains(one, lane[:3]) || bytes.Contains(one, []byte("four")) {
		t.Errorf("%x shows what it is a position in", one)
	}
	// Version and generation are in the clear, and nothing else is alike.
	same := 0
	for i := range one {
		if one[i] == two[i] {
			same++
		}
	}
	if len(one) != len(two) || same > 2+len(one)/8 {
		t.Errorf("%x and %x are alike in %d places of %d", one, two, same, len(one))
	}
}
