package mls

import "encoding/binary"

func appendU16(b []byte, v uint16) []byte { return binary.BigEndian.AppendUint16(b, v) }
func appendU32(b []byte, v uint32) []byte { return binary.BigEndian.AppendUint32(b, v) }
func appendU64(b []byte, v uint64) []byte { return binary.BigEndian.AppendUint64(b, v) }

// appendLength appends the header of a vector of n bytes in its shortest form
// (RFC 9420 §2.1.2). n is the length of a slice in memory and far below 2^30.
func appendLength(b []byte, n int) []byte {
	switch {
	case n < 1<<6:
		return append(b, byte(n))
	case n < 1<<14:
		return append(b, 0x40|byte(n>>8), byte(n))
	default:
		return append(b, 0x80|byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
}

// AppendOpaque appends v as an opaque<V>.
func AppendOpaque(b, v []byte) []byte { return appendOpaque(b, v) }

func appendOpaque(b, v []byte) []byte { return append(appendLength(b, len(v)), v...) }

// appendVector appends the bytes that body appends, as a vector. The size of
// the header is known only when the body is complete, so the body is then moved
// to make room.
func appendVector(b []byte, body func([]byte) []byte) []byte {
	start := len(b)
	b = body(b)
	var head [4]byte
	h := appendLength(head[:0], len(b)-start)
	b = append(b, h...)
	copy(b[start+len(h):], b[start:len(b)-len(h)])
	copy(b[start:], h)
	return b
}
