package eventlog_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"catbird.blue/mls/server/stream"
	eventlog "catbird.blue/mls/server/stream/log"
)

// TestCursorIsOpaque: a cursor may be the position of a row of a conversation of
// which its reader is not a member. It shows neither the conversation nor the
// number of its messages.
func TestCursorIsOpaque(t *testing.T) {
	t.Parallel()
	codec := eventlog.NewCodec(3, [16]byte{1, 2, 3})
	convo := bytes.Repeat([]byte{0x5a}, 16)
	text := eventlog.StreamKey("fourteen bytes")
	encode := func(v eventlog.Cursor) []byte {
		b, err := base64.RawURLEncoding.DecodeString(codec.Encode(v))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	one := encode(eventlog.Cursor{Position: eventlog.Position{Pos: 1000, StreamKey: eventlog.StreamKey(convo), Seq: 7}, After: text})
	two := encode(eventlog.Cursor{Position: eventlog.Position{Pos: 1000, StreamKey: eventlog.StreamKey(convo), Seq: 8}, After: text})
	if bytes.Contains(one, convo[:3]) || bytes.Contains(one, []byte("four")) {
		t.Errorf("%x shows the stream key of its position", one)
	}
	// Version and generation are not encrypted; the other bytes differ.
	same := 0
	for i := range one {
		if one[i] == two[i] {
			same++
		}
	}
	if len(one) != len(two) || same > 2+len(one)/8 {
		t.Errorf("%x and %x have %d equal bytes of %d", one, two, same, len(one))
	}
}

// TestCursors: every cursor is read as it was written, and no changed text or
// other codec yields a cursor.
func TestCursors(t *testing.T) {
	secret := [16]byte{1, 2, 3}
	codec := eventlog.NewCodec(7, secret)
	convo := eventlog.StreamKey(strings.Repeat("\xab", 64))
	for _, v := range []eventlog.Cursor{
		{},
		{Position: eventlog.Position{Pos: 1<<62 + 5, StreamKey: convo, Seq: 1<<53 - 1, N: 1 << 40}, After: convo, Until: 1<<62 + 9},
		{Position: eventlog.Position{Pos: 9, StreamKey: eventlog.AccountStreamKey("did:web:" + strings.Repeat("long.", 400) + "example"), N: 3}},
		{Position: eventlog.Position{Pos: 9, StreamKey: eventlog.StreamKey(strings.Repeat("k", 14)), N: 3}},
		{Position: eventlog.Position{Pos: 9, StreamKey: "\x00\xff", Seq: 3}},
		{Position: eventlog.EndOf(9)},
	} {
		s := codec.Encode(v)
		if len(s) > stream.MaxCursor {
			t.Errorf("a cursor of %d characters", len(s))
		}
		if got, err := codec.Decode(s); err != nil || got != v {
			t.Errorf("%v came back as %v, %v", v, got, err)
		}
		for name, other := range map[string]*eventlog.Codec{
			"generation": eventlog.NewCodec(8, secret), "history": eventlog.NewCodec(7, [16]byte{9}),
		} {
			if _, err := other.Decode(s); !errors.Is(err, eventlog.ErrOutdatedCursor) {
				t.Errorf("in another %s: %v", name, err)
			}
		}
		for i := range s {
			for _, c := range []string{"", "A", "!", "_"} {
				bad := s[:i] + c + s[i+1:]
				if v, err := codec.Decode(bad); err == nil && bad != s {
					t.Errorf("%q was read as %v", bad, v)
				}
			}
		}
	}
	for _, bad := range []string{"", "x", "AQ", "1234567890", "now", strings.Repeat("A", 400), "\x00", "AQcB==", "🎈"} {
		if _, err := codec.Decode(bad); !errors.Is(err, eventlog.ErrMalformedCursor) && !errors.Is(err, eventlog.ErrOutdatedCursor) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// FuzzCursor: no two texts decode to the same cursor.
func FuzzCursor(f *testing.F) {
	codec := eventlog.NewCodec(1, [16]byte{1})
	f.Add(codec.Encode(eventlog.Cursor{Position: eventlog.Position{Pos: 5, StreamKey: "\x00\xff", Seq: 3}}))
	f.Add("AQE")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := codec.Decode(s)
		if err == nil && codec.Encode(v) != s {
			t.Errorf("%q is another text for %v", s, v)
		}
	})
}
