package mls_test

import (
	"bytes"
	"fmt"
	"testing"

	"catbird.blue/mls/mls"
)

// corruption is an object with one defect, and the defect's name.
type corruption struct {
	name   string
	object []byte
}

// lengthOf encodes n as a vector header in its shortest form.
func lengthOf(n int) []byte {
	b := mls.AppendOpaque(nil, make([]byte, n))
	return b[:len(b)-n]
}

func splice(b []byte, at, remove int, insert ...byte) []byte {
	return append(append(append([]byte(nil), b[:at]...), insert...), b[at+remove:]...)
}

// byteCorruptions makes wrong encodings of an object: cut at every field, each
// length field wrong, headers in a longer form, bytes left over.
func byteCorruptions(k objectKind) []corruption {
	b := k.object
	out := []corruption{
		{"empty", nil}, {"a byte appended", append(bytes.Clone(b), 0)}, {"last byte missing", b[:len(b)-1]}, {"twice", append(bytes.Clone(b), b...)},
	}
	add := func(object []byte, format string, args ...any) {
		out = append(out, corruption{fmt.Sprintf(format, args...), object})
	}
	for _, h := range mls.Headers(b, k.tree) {
		add(b[:h.At], "cut before %s", h.Field)
		if h.Length > 0 {
			add(b[:h.At+h.Size], "cut after the length of %s", h.Field)
			add(splice(b, h.At, h.Size, lengthOf(h.Length-1)...), "length of %s less one", h.Field)
		}
		add(splice(b, h.At, h.Size, lengthOf(h.Length+1)...), "length of %s plus one", h.Field)
		add(splice(b, h.At, h.Size, 0xBF, 0xFF, 0xFF, 0xFF), "length of %s the largest possible", h.Field)
		add(splice(b, h.At, h.Size, 0xC0|byte(h.Length>>24), byte(h.Length>>16), byte(h.Length>>8), byte(h.Length)), "length of %s with prefix 3", h.Field)
		if h.Size == 1 {
			add(splice(b, h.At, 1, 0x40, byte(h.Length)), "length of %s in two bytes", h.Field)
		}
		if h.Size < 4 {
			add(splice(b, h.At, h.Size, 0x80, 0, byte(h.Length>>8), byte(h.Length)), "length of %s in four bytes", h.Field)
		}
	}
	if !k.tree {
		for _, v := range []byte{0, 2, 255} {
			add(splice(b, 0, 2, 0, v), "version %d", v)
		}
		for f := byte(0); f <= 6; f++ {
			if f != b[3] {
				add(splice(b, 2, 2, 0, f), "wire format %d", f)
			}
		}
	}
	return out
}

// TestCorruptBytes checks that every wrong encoding of the seven kinds of
// object is refused.
func TestCorruptBytes(t *testing.T) {
	sc := newScene(t, mls.SuiteX25519AES128)
	total := 0
	for _, k := range sc.kinds() {
		if err := k.check(k.object); err != nil {
			t.Fatalf("%s in order: %v", k.name, err)
		}
		all := byteCorruptions(k)
		for _, c := range all {
			if k.check(c.object) == nil {
				t.Errorf("%s: %s: accepted", k.name, c.name)
			}
		}
		for n := range k.object {
			if k.check(k.object[:n]) == nil {
				t.Errorf("%s: accepted when cut to %d of %d bytes", k.name, n, len(k.object))
			}
		}
		t.Logf("%s: %d named encodings and %d truncations refused", k.name, len(all), len(k.object))
		total += len(all)
	}
	if total < 250 {
		t.Errorf("%d corruptions, want at least 250", total)
	}
	t.Logf("%d named corruptions of encodings refused", total)
}

// TestCorruptBits flips bits all over each object. Changes that are visible
// from outside must be refused, and the list of fields that are not visible
// must be exact.
func TestCorruptBits(t *testing.T) {
	sc := newScene(t, mls.SuiteX25519AES128)
	for _, k := range sc.kinds() {
		unseen := make([]string, len(k.object))
		found := map[string]bool{}
		for _, h := range mls.Headers(k.object, k.tree) {
			if _, ok := k.unchecked[h.Field]; ok {
				found[h.Field] = true
				for i := h.At + h.Size; i < h.At+h.Size+h.Length; i++ {
					unseen[i] = h.Field
				}
			}
		}
		if len(found) != len(k.unchecked) {
			t.Errorf("%s: fields %v, want those of %v", k.name, found, k.unchecked)
		}
		for i := range k.object {
			for _, mask := range []byte{0x01, 0x80} {
				b := bytes.Clone(k.object)
				b[i] ^= mask
				err := k.check(b)
				if unseen[i] == "" && err == nil {
					t.Errorf("%s: byte %d ^ %#02x accepted", k.name, i, mask)
				}
				if unseen[i] != "" && err != nil {
					t.Errorf("%s: byte %d ^ %#02x in %s refused (%v), though %s", k.name, i, mask, unseen[i], err, k.unchecked[unseen[i]])
				}
			}
		}
	}
}
