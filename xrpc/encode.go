package xrpc

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// Encodable is an object that can encode itself as JSON. Every generated type
// is Encodable.
type Encodable interface {
	EncodeJSON(e *Encoder)
}

// Encoder appends JSON to a buffer. It writes no white space and keeps the
// order of the lexicon's fields, so that equal values have equal encodings.
type Encoder struct {
	buf []byte
	// typ is written as the field $type of the outermost object, unless it is
	// empty.
	typ string
}

// encoders are reused, so that their buffers need not grow again for each
// answer.
var encoders = sync.Pool{New: func() any { return &Encoder{buf: make([]byte, 0, 4096)} }}

// keptBuffer is the largest buffer, in bytes, that is kept for reuse. A page of
// messages fits into it.
const keptBuffer = 256 << 10

// encode calls use with the JSON of v, which is valid until use returns.
func encode(typ string, v Encodable, use func(body []byte)) {
	e := encoders.Get().(*Encoder)
	e.buf, e.typ = e.buf[:0], typ
	v.EncodeJSON(e)
	use(e.buf)
	if cap(e.buf) <= keptBuffer {
		encoders.Put(e)
	}
}

// Marshal returns the JSON of v.
func Marshal(v Encodable) []byte { return marshal("", v) }

func marshal(typ string, v Encodable) (out []byte) {
	encode(typ, v, func(body []byte) { out = bytes.Clone(body) })
	return out
}

// Open starts an object.
func (e *Encoder) Open() {
	e.comma()
	e.buf = append(e.buf, '{')
	if e.typ != "" {
		e.Name("$type").String(e.typ)
		e.typ = ""
	}
}

// Close ends an object.
func (e *Encoder) Close() { e.buf = append(e.buf, '}') }

// OpenArray starts an array.
func (e *Encoder) OpenArray() { e.comma(); e.buf = append(e.buf, '[') }

// CloseArray ends an array.
func (e *Encoder) CloseArray() { e.buf = append(e.buf, ']') }

// Name writes the name of a field. The next call must write its value.
func (e *Encoder) Name(name string) *Encoder {
	e.String(name)
	e.buf = append(e.buf, ':')
	return e
}

// comma writes the comma between two values if one is needed. The last byte of
// the buffer shows that, because all strings end in a quote.
func (e *Encoder) comma() {
	if n := len(e.buf); n > 0 {
		switch e.buf[n-1] {
		case '{', '[', ':':
		default:
			e.buf = append(e.buf, ',')
		}
	}
}

// String writes a string. Bytes that are not UTF-8 become U+FFFD.
func (e *Encoder) String(s string) {
	e.comma()
	if needsNoEscape(s) {
		e.buf = append(append(append(e.buf, '"'), s...), '"')
		return
	}
	// The error says only that bytes were replaced.
	e.buf, _ = jsontext.AppendQuote(e.buf, s)
}

// needsNoEscape reports whether JSON can hold s unchanged. Most strings of an
// answer are ids, times and names, for which this is much faster.
func needsNoEscape(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// Int writes an integer.
func (e *Encoder) Int(n int64) { e.comma(); e.buf = strconv.AppendInt(e.buf, n, 10) }

// Bool writes a boolean.
func (e *Encoder) Bool(b bool) { e.comma(); e.buf = strconv.AppendBool(e.buf, b) }

// Base64 writes a string of base64 in the standard alphabet, with padding.
func (e *Encoder) Base64(b Base64) {
	e.comma()
	e.buf = append(e.buf, '"')
	e.buf = base64.StdEncoding.AppendEncode(e.buf, b)
	e.buf = append(e.buf, '"')
}

// Bytes writes {"$bytes": …}.
func (e *Encoder) Bytes(b Bytes) {
	e.Open()
	e.Name("$bytes")
	e.buf = append(e.buf, '"')
	e.buf = base64.RawStdEncoding.AppendEncode(e.buf, b)
	e.buf = append(e.buf, '"')
	e.Close()
}

// CIDLink writes {"$link": …}.
func (e *Encoder) CIDLink(l CIDLink) {
	e.Open()
	e.Name("$link").String(string(l))
	e.Close()
}

// Blob writes a blob reference.
func (e *Encoder) Blob(b Blob) {
	e.Open()
	e.Name("$type").String("blob")
	e.Name("ref").CIDLink(b.Ref)
	e.Name("mimeType").String(b.MimeType)
	e.Name("size").Int(b.Size)
	e.Close()
}
