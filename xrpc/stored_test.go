package xrpc

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// A message id comes back as it was, and takes no more than its text and one byte.
func TestStoredMessageIDs(t *testing.T) {
	random := uuid.NewString()
	for id, size := range map[string]int{
		random: 16, "00000000-0000-0000-0000-000000000000": 16,
		strings.ToUpper(random): 36, "{" + random + "}": 38, "urn:uuid:" + random: 45, strings.ReplaceAll(random, "-", ""): 32, random[:35] + "g": 36,
		"a": 1, strings.Repeat("a", 15): 15, strings.Repeat("a", 16): 17, strings.Repeat("a", 17): 17, strings.Repeat("é", 8): 17, strings.Repeat("x", 64): 64,
	} {
		stored, err := MessageID(id).BytesValue()
		if err != nil || len(stored) != size {
			t.Errorf("%s is stored in %d bytes, want %d; %v", id, len(stored), size, err)
		}
		var back MessageID
		if err := back.ScanBytes(stored); err != nil || back != MessageID(id) {
			t.Errorf("%s comes back as %s, %v", id, back, err)
		}
	}
}

// Different ids are stored as different bytes, whatever the ids are like.
func TestStoredMessageIDsDiffer(t *testing.T) {
	ids := rapid.OneOf(
		rapid.StringN(1, 64, 64).Filter(func(s string) bool { return !strings.Contains(s, "\x00") }),
		rapid.StringMatching(`[a-z]{14,18}`),
		rapid.Custom(func(t *rapid.T) string {
			return uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "uuid")).String()
		}),
	)
	rapid.Check(t, func(t *rapid.T) {
		a, b := MessageID(ids.Draw(t, "a")), MessageID(ids.Draw(t, "b"))
		x, _ := a.BytesValue()
		y, _ := b.BytesValue()
		if (a == b) != bytes.Equal(x, y) {
			t.Fatalf("%q and %q are stored as %x and %x", a, b, x, y)
		}
		var back MessageID
		if err := back.ScanBytes(x); err != nil || back != a {
			t.Fatalf("%q comes back as %q, %v", a, back, err)
		}
	})
}

// An id of a conversation is stored as the bytes that it stands for, and what is
// no id is not stored.
func TestStoredConvoIDs(t *testing.T) {
	id := ConvoID("00ff" + strings.Repeat("ab", 14))
	stored, err := id.BytesValue()
	if err != nil || !bytes.Equal(stored, append([]byte{0, 0xff}, bytes.Repeat([]byte{0xab}, 14)...)) {
		t.Errorf("stored as %x, %v", stored, err)
	}
	var back ConvoID
	if err := back.ScanBytes(stored); err != nil || back != id {
		t.Errorf("%s comes back as %s, %v", id, back, err)
	}
	if b, err := ConvoID("no id").BytesValue(); err == nil {
		t.Errorf("no id is stored as %x", b)
	}
	if none, err := ConvoID("").BytesValue(); err != nil || none == nil || len(none) != 0 {
		t.Errorf("the empty id is stored as %v, %v", none, err)
	}
	if list := StoredConvoIDs([]ConvoID{id, "no id"}); !bytes.Equal(list[0], stored) || list[1] != nil {
		t.Errorf("an array is %x", list)
	}
}
