package xrpc

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// Decodable is an object that can decode itself from JSON. Every generated type
// is Decodable.
type Decodable interface {
	DecodeJSON(d *Decoder) error
}

// Checkable is an object that checks itself against the limits and formats of
// its lexicon. Every generated type is Checkable.
type Checkable interface {
	Check(c *Checker)
}

// Named gives the violation of one constraint its own error name, as a lexicon
// may declare. All other violations are InvalidRequest.
type Named struct {
	// Path is the path of the value, with [] for any index: initialMembers[].
	Path string
	// Constraint is the lexicon keyword (maxLength, minimum, format …), or
	// "required" or "type".
	Constraint string
	// Name and Status are those of the error.
	Name   string
	Status int
}

// Decoder decodes one JSON text strictly: field names match case-sensitively
// and occur once, text is valid UTF-8, declared fields are never null, and
// nothing follows the text. Its errors state the path of the value. Unknown
// fields are skipped.
type Decoder struct {
	in    *jsontext.Decoder
	named []Named
}

// decoders are reused, because each collects the names of the objects that it reads.
var decoders = sync.Pool{New: func() any { return new(jsontext.Decoder) }}

// keptBody is the largest body whose decoder is kept for reuse, in bytes. What a
// decoder collects is no more than a few times its body.
const keptBody = 64 << 10

// DecodeJSON decodes v from a complete JSON text. It does not check limits and
// formats. The error is an *Error.
func DecodeJSON(body []byte, v Decodable, named ...Named) error {
	in := decoders.Get().(*jsontext.Decoder)
	in.Reset(bytes.NewBuffer(body))
	defer func() {
		in.Reset(new(bytes.Buffer)) // lets go of the body
		if len(body) <= keptBody {
			decoders.Put(in)
		}
	}()
	d := &Decoder{in: in, named: named}
	if err := v.DecodeJSON(d); err != nil {
		return err
	}
	if _, err := d.in.ReadToken(); err == nil {
		return Invalid("body", "more than one JSON value")
	} else if !errors.Is(err, io.EOF) {
		return d.syntax(err)
	}
	return nil
}

// Object decodes an object and calls field for every name; field decodes the
// value or skips it. Each of the required names, of which there may be 64, must
// occur.
func (d *Decoder) Object(field func(name string) error, required ...string) error {
	if err := d.open('{', "an object"); err != nil {
		return err
	}
	var seen uint64
	for d.in.PeekKind() != '}' {
		tok, err := d.in.ReadToken()
		if err != nil {
			return d.syntax(err)
		}
		name := tok.String()
		for i, r := range required {
			if r == name {
				seen |= 1 << i
			}
		}
		if err := field(name); err != nil {
			return err
		}
	}
	if _, err := d.in.ReadToken(); err != nil {
		return d.syntax(err)
	}
	for i, r := range required {
		if seen&(1<<i) == 0 {
			return d.failAt(join(d.path(), r), "required", "required, but missing")
		}
	}
	return nil
}

// Skip skips the value of a field that the lexicon does not have.
func (d *Decoder) Skip() error {
	if err := d.in.SkipValue(); err != nil {
		return d.syntax(err)
	}
	return nil
}

// DecodeArray decodes an array. It keeps at most one item more than max (0
// means no limit) and skips the others, so that Check sees that there are too
// many while memory stays bounded.
func DecodeArray[T any](p *[]T, d *Decoder, max int, item func(*T, *Decoder) error) error {
	if err := d.open('[', "an array"); err != nil {
		return err
	}
	out := []T{}
	for d.in.PeekKind() != ']' {
		if max > 0 && len(out) > max {
			if err := d.Skip(); err != nil {
				return err
			}
			continue
		}
		var x T
		if err := item(&x, d); err != nil {
			return err
		}
		out = append(out, x)
	}
	if _, err := d.in.ReadToken(); err != nil {
		return d.syntax(err)
	}
	*p = out
	return nil
}

// DecodeOpt decodes an optional value that is present.
func DecodeOpt[T any](p **T, d *Decoder, read func(*T, *Decoder) error) error {
	*p = new(T)
	return read(*p, d)
}

// open reads the token that starts an object or an array.
func (d *Decoder) open(kind jsontext.Kind, what string) error {
	if d.in.PeekKind() != kind {
		_, err := d.value(kind, what)
		return err
	}
	if _, err := d.in.ReadToken(); err != nil {
		return d.syntax(err)
	}
	return nil
}

// value reads a complete value of the given kind. The bytes are valid until the
// next read.
func (d *Decoder) value(kind jsontext.Kind, what string) (jsontext.Value, error) {
	v, err := d.in.ReadValue()
	if err != nil {
		return nil, d.syntax(err)
	}
	if got := v.Kind(); got != kind {
		return nil, d.fail("type", "expected %s, found %s", what, kindName(got))
	}
	return v, nil
}

func kindName(k jsontext.Kind) string {
	switch k {
	case 'n':
		return "null"
	case 't', 'f':
		return "a boolean"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case '{':
		return "an object"
	case '[':
		return "an array"
	}
	return "nothing"
}

func (d *Decoder) path() string { return fromPointer(d.in.StackPointer()) }

func (d *Decoder) fail(constraint, format string, args ...any) error {
	return d.failAt(d.path(), constraint, format, args...)
}

func (d *Decoder) failAt(path, constraint, format string, args ...any) error {
	return named(d.named, path, constraint, format, args...)
}

// syntax converts an error of the tokenizer into an *Error that states the
// path.
func (d *Decoder) syntax(err error) error {
	var se *jsontext.SyntacticError
	if !errors.As(err, &se) {
		if errors.Is(err, io.EOF) {
			return Invalid("body", "empty, expected a JSON object")
		}
		return &Error{Status: http.StatusBadRequest, Name: InvalidRequest, Message: "body: could not be read", Cause: err}
	}
	path := fromPointer(se.JSONPointer)
	if path == "" {
		path = "body"
	}
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return Invalid(path, "field occurs twice")
	}
	return Invalid(path, "malformed JSON at byte %d", se.ByteOffset)
}

// named returns the error for a broken constraint at path.
func named(table []Named, path, constraint, format string, args ...any) *Error {
	at := path
	if at == "" {
		at = "body"
	}
	e := Invalid(at, format, args...)
	pattern := generalize(path)
	for _, n := range table {
		if n.Path == pattern && n.Constraint == constraint {
			e.Name, e.Status = n.Name, n.Status
		}
	}
	return e
}

// fromPointer converts a JSON pointer into the form used in messages:
// /members/0/did becomes members[0].did.
func fromPointer(p jsontext.Pointer) string {
	// No lexicon nests this deeply, but a client may send any JSON.
	const most = 12
	var b strings.Builder
	depth := 0
	for tok := range p.Tokens() {
		if depth++; depth > most {
			b.WriteString("…")
			break
		}
		if _, err := strconv.ParseUint(tok, 10, 32); err == nil {
			b.WriteString("[" + tok + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(printable(tok))
	}
	return b.String()
}

// printable shortens a field name that a client chose.
func printable(name string) string {
	const most = 64
	if len(name) > most {
		return strings.ToValidUTF8(name[:most], "") + "…"
	}
	return name
}

// generalize replaces every index in a path by [].
func generalize(path string) string {
	var b strings.Builder
	inside := false
	for _, r := range path {
		if r == ']' {
			inside = false
		}
		if !inside {
			b.WriteRune(r)
		}
		if r == '[' {
			inside = true
		}
	}
	return b.String()
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
