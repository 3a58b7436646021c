package mls

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// maxDepth bounds the nesting of fields. The deepest field is the lifetime of a
// leaf node in a key package in a proposal in a commit.
const maxDepth = 16

// step is one element of the path to a field. index is −1 unless the element is
// an entry of a list.
type step struct {
	name  string
	index int
}

// reader parses a structure from the front of b. After the first failure all
// reads return zero values, so that parsers need no checks between fields. The
// path to a field is assembled only when an error needs it.
type reader struct {
	b      []byte
	err    *Error
	object string
	depth  int
	path   [maxDepth]step
	// trace, if set, is called for every vector header with the remaining
	// input. Tests use it to find the length fields of an object.
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

// fail records a failure of KindMalformed, unless one is recorded already, and
// stops the reader.
func (r *reader) fail(field, found, want, section string) {
	r.failAs(KindMalformed, field, found, want, section)
}

func (r *reader) failAs(kind Kind, field, found, want, section string) {
	if r.err == nil {
		r.err = &Error{Kind: kind, Object: r.object, Field: r.fieldPath(field), Found: found, Want: want, Section: section}
	}
	r.b = nil
}

// more reports whether the current window holds unread bytes.
func (r *reader) more() bool { return r.err == nil && len(r.b) > 0 }

// end returns the result of a parse that must consume all input.
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

// length reads the header of a variable-length vector and checks that the input
// holds its contents.
func (r *reader) length(field string) int {
	n := r.header(field)
	if n > len(r.b) {
		r.fail(field, fmt.Sprintf("length %d with %d bytes left", n, len(r.b)), "a length within the input", sectionVectors)
		return 0
	}
	return n
}

// header reads a variable-length integer. The two top bits of the first byte
// give its size. Only the shortest form is accepted.
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

// open limits the reader to the contents of a vector and returns the input that
// follows it. Passing that to close ends the limit.
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

// since returns the bytes that were read since the window was equal to start.
func (r *reader) since(start []byte) []byte {
	if r.err != nil {
		return nil
	}
	n := len(start) - len(r.b)
	return start[:n:n]
}

// count runs skip repeatedly over the current window and counts the items
// without keeping anything. The caller can then allocate the list once, with
// its exact size.
func (r *reader) count(skip func(*reader)) int {
	probe := reader{b: r.b}
	n := 0
	for probe.more() {
		skip(&probe)
		n++
	}
	return n
}
