package mls

import "unsafe"

// Header is the length field of a vector inside an object.
type Header struct {
	Field string
	// At is the field's offset, Size the number of its bytes, and Length the
	// length that it states.
	At, Size, Length int
}

// Headers lists the vector headers of an MLSMessage, or of a ratchet tree if
// tree is set, each once and in the order of their offsets.
func Headers(b []byte, tree bool) []Header {
	var out []Header
	r := newReader("", b)
	r.trace = func(field string, at []byte) {
		offset := int(uintptr(unsafe.Pointer(unsafe.SliceData(at))) - uintptr(unsafe.Pointer(unsafe.SliceData(b))))
		h := newReader("", at)
		n := h.header("")
		out = append(out, Header{Field: field, At: offset, Size: len(at) - len(h.b), Length: n})
	}
	var err error
	if tree {
		_, err = parseRatchetTree(r)
	} else {
		_, err = parseMessage(r)
	}
	if err != nil {
		panic(err)
	}
	return out
}

// Parent returns a parent node, so that a test can change it. i counts parents
// from the left.
func (t *RatchetTree) Parent(i int) *ParentNode { return t.parents[i] }

// SetParent replaces a parent node.
func (t *RatchetTree) SetParent(i int, p *ParentNode) {
	t.hashes.Store(nil)
	t.parents[i] = p
}
