package lexgen

import (
	"slices"
	"strconv"
)

// How large a request body may be follows from what is in it: the largest JSON
// text of the largest input that the lexicon allows. A body beyond that cannot
// be valid, so the server need not read it.

const (
	// leastBody is for inputs that stay below it: it leaves room for unknown
	// fields and indented JSON.
	leastBody = 64 << 10
	mebibyte  = 1 << 20
	// spareBody is the same for larger inputs, besides what rounding leaves.
	spareBody = 4 << 10
	// escapedMost is what one byte of text becomes at most: \u0000.
	escapedMost = 6
	integerMost = len("-9223372036854775808")
	mediaMost   = 255
	cidMost     = 128
)

// formatMost bounds strings of a format that have no maxLength, in bytes. None
// has a character that JSON escapes. A DID may have 2048 bytes, but those of the
// methods in use, did:plc and did:web with a host name, have at most these.
var formatMost = map[string]int64{
	"at-identifier": 300, "at-uri": 8 << 10, "cid": cidMost, "datetime": 64, "did": 300, "handle": 253,
	"language": 128, "nsid": 317, "record-key": 512, "tid": 13, "uri": 8 << 10,
}

// bodies gives every method its largest body.
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
		// The lexicon language cannot bound such an input, but the blob that
		// the method makes of it.
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
	if s.open != "" {
		b.probs.add(policyFile, "bodies", "%s has no maxLength, so nothing bounds a request's body", s.open)
	}
	return roundBody(n)
}

// blobOf is the size of the largest blob in an output.
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

// roundBody goes up to numbers that can be told.
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

// sizer adds up the largest JSON texts of values, without white space.
type sizer struct {
	path   string
	within []*object
	// open is the first place that nothing bounds.
	open string
}

func (s *sizer) unbounded() int64 {
	if s.open == "" {
		s.open = s.path
	}
	return 0
}

// size is the largest text of a value of a type.
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
		return s.unbounded()
	}
	return *t.max*(s.size(t.elem)+int64(len(","))) + int64(len("[]"))
}

func (s *sizer) object(o *object) int64 {
	if slices.Contains(s.within, o) {
		return s.unbounded()
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

// base64 is the size of the base64 of so many bytes. Some encoders write each
// slash with a backslash, and one character in 64 is a slash: twice that is more
// than chance gives.
func (s *sizer) base64(bytes *int64) int64 {
	if bytes == nil {
		return s.unbounded()
	}
	text := (*bytes + 2) / 3 * 4
	return text + text/32
}

func (s *sizer) text(t *typ) int64 {
	most, ok := formatMost[t.format]
	switch {
	case ok && t.max != nil:
		return min(most, *t.max)
	case ok:
		return most
	case t.max == nil:
		return s.unbounded()
	}
	return *t.max * escapedMost
}
