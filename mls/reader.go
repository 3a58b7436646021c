package mls

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// maxDepth bounds the nesting of fields; the deepest is a leaf node's
// lifetime inside a key package inside a proposal of a commit.
const maxDepth = 16

// step is one part of the path to a field; index is −1 for a plain field.
type step struct {
	name  string
	index int
}

// reader takes a structure apart from the front of b. The first failure
// sticks: later reads give zero values, so a parser is written without checks
// between its fields. The path is assembled only for an error.
type reader struct {
	b      []byte
	err    *Error
	object string
	depth  int
	path   [maxDepth]step
	// trace, where set, is told of every vector header, with the input from
	// there on: tests find the length fields of an object by it.
	trace func(field string, at []byte)
}

func newReader(object string, b []byte) *reader { return &reader{b: b, object: object} }

func (r *reader) push(name string) { r.pushIndex(name, -1) }

func (r *reader) pushIndex(name string, index int) {
	r.path[r.depth] = step{name, index}
	r.depth++
}

func (r *reader) pop() { r.depth-- }

func (r *reader) fieldPath(field string) string {
	var b strings.Builder
	for _, s := range r.path[:r.depth] {
		if b.Len() > 0 && s.name != "" {
			b.WriteByte('.')
		}
		b.WriteString(s.name)
		if s.index >= 0 {
			fmt.Fprintf(&b, "[%d]", s.index)
		}
	}
	if field != "" {
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(field)
	}
	return b.String()
}

// fail records the first failure and ends the reading.
func (r *reader) fail(field, found, want, section string) {
	r.failAs(KindMalformed, field, found, want, section)
}

func (r *reader) failAs(kind Kind, field, found, want, section string) {
	if r.err == nil {
		r.err = &Error{Kind: kind, Object: r.object, Field: r.fieldPath(field), Found: found, Want: want, Section: section}
	}
	r.b = nil
}

// more reports whether the current window holds another item.
func (r *reader) more() bool { return r.err == nil && len(r.b) > 0 }

// end gives the outcome of a parse that had to consume everything.
func (r *reader) end() error {
	if r.err == nil && len(r.b) > 0 {
		r.fail("", fmt.Sprintf("%d bytes after the end", len(r.b)), "no trailing bytes", "")
	}
	if r.err != nil {
		return r.err
	}
	return nil
}

func (r *reader) fixed(field string, n int) []byte {
	if r.err != nil {
		return nil
	}
	if len(r.b) < n {
		r.fail(field, fmt.Sprintf("end of input after %d bytes", len(r.b)), fmt.Sprintf("%d bytes", n), "")
		return nil
	}
	v := r.b[:n:n]
	r.b = r.b[n:]
	return v
}

func (r *reader) u8(field string) uint8 {
	if v := r.fixed(field, 1); v != nil {
		return v[0]
	}
	return 0
}

func (r *reader) u16(field string) uint16 {
	if v := r.fixed(field, 2); v != nil {
		return binary.BigEndian.Uint16(v)
	}
	return 0
}

func (r *reader) u32(field string) uint32 {
	if v := r.fixed(field, 4); v != nil {
		return binary.BigEndian.Uint32(v)
	}
	return 0
}

func (r *reader) u64(field string) uint64 {
	if v := r.fixed(field, 8); v != nil {
		return binary.BigEndian.Uint64(v)
	}
	return 0
}

const sectionVectors = "RFC 9420 §2.1.2"

// length reads the header of a variable-length vector whose contents are in
// the input.
func (r *reader) length(field string) int {
	n := r.header(field)
	if n > len(r.b) {
		r.fail(field, fmt.Sprintf("length %d with %d bytes left", n, len(r.b)), "a length within the input", sectionVectors)
		return 0
	}
	return n
}

// header reads a length: the two top bits of the first byte give its size,
// and only the shortest form is allowed.
func (r *reader) header(field string) int {
	if r.err != nil {
		return 0
	}
	if len(r.b) == 0 {
		r.fail(field, "end of input", "a vector length", sectionVectors)
		return 0
	}
	if r.trace != nil {
		r.trace(r.fieldPath(field), r.b)
	}
	size := 1 << (r.b[0] >> 6)
	if size == 8 {
		r.fail(field, fmt.Sprintf("length prefix %#02x", r.b[0]), "a prefix of 1, 2 or 4 bytes", sectionVectors)
		return 0
	}
	head := r.fixed(field, size)
	if head == nil {
		return 0
	}
	n := int(head[0] & 0x3f)
	for _, c := range head[1:] {
		n = n<<8 | int(c)
	}
	if size == 2 && n < 1<<6 || size == 4 && n < 1<<14 {
		r.fail(field, fmt.Sprintf("length %d in %d bytes", n, size), "the shortest encoding", sectionVectors)
		return 0
	}
	return n
}

// opaque reads an opaque<V>.
func (r *reader) opaque(field string) []byte {
	n := r.length(field)
	if r.err != nil {
		return nil
	}
	return r.fixed(field, n)
}

// open narrows the reader to the contents of a vector; close widens it to
// what follows, which open returned.
func (r *reader) open(field string) (rest []byte) {
	v := r.opaque(field)
	rest, r.b = r.b, v
	r.push(field)
	return rest
}

func (r *reader) close(rest []byte) {
	r.pop()
	if r.err == nil {
		r.b = rest
	}
}

// since gives the bytes read since the window started with start.
func (r *reader) since(start []byte) []byte {
	if r.err != nil {
		return nil
	}
	n := len(start) - len(r.b)
	return start[:n:n]
}

// count runs skip over the current window without keeping anything, so that
// a list is allocated once, in its exact size.
func (r *reader) count(skip func(*reader)) int {
	probe := reader{b: r.b}
	n := 0
	for probe.more() {
		skip(&probe)
		n++
	}
	return n
}
