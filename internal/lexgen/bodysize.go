package lexgen

import (
	"slices"
	"strconv"
)

// The maximum size of a request body is computed from its schema: it is the
// length of the largest JSON text that the lexicon allows. A larger body cannot
// be valid, so the server need not read it.

const (
	// leastBody is the minimum of all maximums. It leaves room for unknown
	// fields and indented JSON in small inputs.
	leastBody = 64 << 10
	mebibyte  = 1 << 20
	// spareBody is the room for unknown fields and white space in larger
	// inputs. Rounding adds more.
	spareBody = 4 << 10
	// maxEscaped is the largest number of bytes that one byte of text takes in
	// JSON: \u0000.
	maxEscaped  = 6
	integerMost = len("-9223372036854775808")
	mediaMost   = 255
	cidMost     = 128
)

// maxFormat gives the maximum length in bytes of strings whose format limits
// them and that have no maxLength. None of these formats contains a character
// that JSON escapes. A DID may have 2048 bytes, but those of the methods in
// use, did:plc and did:web with a host name, are at most this long.
var maxFormat = map[string]int64{
	"at-identifier": 300, "at-uri": 8 << 10, "cid": cidMost, "datetime": 64, "did": 300, "handle": 253,
	"language": 128, "nsid": 317, "record-key": 512, "tid": 13, "uri": 8 << 10,
}

// bodies computes the largest body of every method.
func (b *builder) bodies() {
	for _, m := range b.model.methods {
		m.maxBody = b.bodyOf(m)
		if m.inEnc == jsonEncoding {
			b.model.maxJSON = max(b.model.maxJSON, m.maxBody)
		}
	}
}

func (b *builder) bodyOf(m *method) int64 {
	file := lowerFirst(m.name)
	switch {
	case !m.procedure:
		return 0
	case m.inEnc == "*/*":
		// A lexicon cannot limit a raw input, but it limits the blob that the
		// method makes of it.
		if n := blobOf(m.output); n > 0 {
			return n
		}
		b.probs.add(policyFile, "bodies", "%s takes any bytes, and no blob in its output has a maxSize to bound them", file)
		return 0
	case m.input == nil:
		return leastBody
	}
	s := &sizer{path: file + ".input"}
	n := s.object(m.input)
	if s.unbounded != "" {
		b.probs.add(policyFile, "bodies", "%s has no maxLength, so nothing bounds a request's body", s.unbounded)
	}
	return roundBody(n)
}

// blobOf returns the size of the largest blob in an output.
func blobOf(o *object) (most int64) {
	if o == nil {
		return 0
	}
	for _, f := range o.fields {
		if f.typ.kind == kBlob && f.typ.max != nil {
			most = max(most, *f.typ.max)
		}
	}
	return most
}

// roundBody rounds n up to a number that is easy to state.
func roundBody(n int64) int64 {
	if n <= leastBody {
		return leastBody
	}
	step := int64(leastBody)
	if n += spareBody; n > mebibyte {
		step = mebibyte
	}
	return (n + step - 1) / step * step
}

// sizer computes the length of the largest JSON texts of values, without white
// space.
type sizer struct {
	path   string
	within []*object
	// unbounded is the path of the first value whose size is not limited.
	unbounded string
}

func (s *sizer) noLimit() int64 {
	if s.unbounded == "" {
		s.unbounded = s.path
	}
	return 0
}

// size returns the length of the largest JSON text of a value of type t.
func (s *sizer) size(t *typ) int64 {
	switch t.kind {
	case kInt:
		return int64(integerMost)
	case kBool:
		return int64(len("false"))
	case kLink:
		return cidMost + int64(len(`{"$link":""}`))
	case kBlob:
		return cidMost + mediaMost + int64(integerMost+len(`{"$type":"blob","ref":{"$link":""},"mimeType":"","size":}`))
	case kBytes:
		return s.base64(t.max) + int64(len(`{"$bytes":""}`))
	case kBase64:
		return s.base64(t.max) + int64(len(`""`))
	case kString, kConvoID:
		return s.text(t) + int64(len(`""`))
	case kArray:
		return s.array(t)
	}
	return s.object(t.obj)
}

func (s *sizer) array(t *typ) int64 {
	defer s.in("[]")()
	if t.max == nil {
		return s.noLimit()
	}
	return *t.max*(s.size(t.elem)+int64(len(","))) + int64(len("[]"))
}

func (s *sizer) object(o *object) int64 {
	if slices.Contains(s.within, o) {
		return s.noLimit()
	}
	s.within = append(s.within, o)
	n := int64(len("{}"))
	for _, f := range o.fields {
		leave := s.in("." + f.json)
		n += int64(len(strconv.Quote(f.json))+len(":,")) + s.size(f.typ)
		leave()
	}
	s.within = s.within[:len(s.within)-1]
	return n
}

func (s *sizer) in(step string) (leave func()) {
	before := s.path
	s.path += step
	return func() { s.path = before }
}

// base64 returns the length of the base64 text of the given number of bytes.
// Some encoders write each slash with a backslash. One character in 64 is a
// slash on average; the result has room for twice as many, which real data does
// not exceed.
func (s *sizer) base64(bytes *int64) int64 {
	if bytes == nil {
		return s.noLimit()
	}
	text := (*bytes + 2) / 3 * 4
	return text + text/32
}

func (s *sizer) text(t *typ) int64 {
	most, ok := maxFormat[t.format]
	switch {
	case ok && t.max != nil:
		return min(most, *t.max)
	case ok:
		return most
	case t.max == nil:
		return s.noLimit()
	}
	return *t.max * maxEscaped
}
