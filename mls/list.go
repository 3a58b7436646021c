package mls

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// List is a vector of 16-bit values in its received encoding, without the
// length header. It is not decoded because a tree holds five lists per leaf,
// and they are only searched.
type List[T ~uint16] []byte

// ListOf returns a list of the given values.
func ListOf[T ~uint16](values ...T) List[T] {
	var l List[T]
	for _, v := range values {
		l = appendU16(l, uint16(v))
	}
	return l
}

func parseList[T ~uint16](r *reader, field string) List[T] {
	v := r.opaque(field)
	if len(v)%2 != 0 {
		r.fail(field, fmt.Sprintf("%d bytes", len(v)), "a whole number of 16-bit values", "")
		return nil
	}
	return v
}

// Len returns the number of values.
func (l List[T]) Len() int { return len(l) / 2 }

// At returns the value at index i.
func (l List[T]) At(i int) T { return T(binary.BigEndian.Uint16(l[2*i:])) }

// Has reports whether the list contains v.
func (l List[T]) Has(v T) bool {
	for i := range l.Len() {
		if l.At(i) == v {
			return true
		}
	}
	return false
}

// String lists the values; it shows at most the first 16.
func (l List[T]) String() string {
	var b strings.Builder
	b.WriteByte('[')
	for i := range min(l.Len(), 16) {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprint(&b, uint16(l.At(i)))
	}
	if l.Len() > 16 {
		b.WriteString(" …")
	}
	b.WriteByte(']')
	return b.String()
}

// finder searches one list repeatedly. A short list is scanned each time. For a
// long list, which only a malicious client sends, finder first builds a bitmap.
type finder[T ~uint16] struct {
	list List[T]
	set  *[1 << 16 / 64]uint64
}

func (l List[T]) finder() finder[T] {
	f := finder[T]{list: l}
	if l.Len() <= 256 {
		return f
	}
	f.set = new([1 << 16 / 64]uint64)
	for i := range l.Len() {
		v := l.At(i)
		f.set[v/64] |= 1 << (v % 64)
	}
	return f
}

func (f finder[T]) has(v T) bool {
	if f.set == nil {
		return f.list.Has(v)
	}
	return f.set[v/64]&(1<<(v%64)) != 0
}

// unique returns each value once, in ascending order.
func (l List[T]) unique() []T {
	out := make([]T, l.Len())
	for i := range out {
		out[i] = l.At(i)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
