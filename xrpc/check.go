package xrpc

import (
	"strconv"

	"github.com/bluesky-social/indigo/atproto/syntax"
)

// Format is a lexicon string format
// (https://atproto.com/specs/lexicon#string-formats).
type Format string

// String formats that lexicons may use.
const (
	FormatATIdentifier Format = "at-identifier"
	FormatATURI        Format = "at-uri"
	FormatCID          Format = "cid"
	FormatDatetime     Format = "datetime"
	FormatDID          Format = "did"
	FormatHandle       Format = "handle"
	FormatLanguage     Format = "language"
	FormatNSID         Format = "nsid"
	FormatRecordKey    Format = "record-key"
	FormatTID          Format = "tid"
	FormatURI          Format = "uri"
)

// hasFormat reports whether s has format f. No string has an unknown format.
func hasFormat(f Format, s string) bool {
	var err error
	switch f {
	case FormatATIdentifier:
		_, err = syntax.ParseAtIdentifier(s)
	case FormatATURI:
		_, err = syntax.ParseATURI(s)
	case FormatCID:
		_, err = syntax.ParseCID(s)
	case FormatDatetime:
		_, err = syntax.ParseDatetime(s)
	case FormatDID:
		_, err = syntax.ParseDID(s)
	case FormatHandle:
		_, err = syntax.ParseHandle(s)
	case FormatLanguage:
		_, err = syntax.ParseLanguage(s)
	case FormatNSID:
		_, err = syntax.ParseNSID(s)
	case FormatRecordKey:
		_, err = syntax.ParseRecordKey(s)
	case FormatTID:
		_, err = syntax.ParseTID(s)
	case FormatURI:
		_, err = syntax.ParseURI(s)
	default:
		return false
	}
	return err == nil
}

// Checker checks values against the limits and formats of their lexicon, and
// keeps the first violation. The name "" stands for the current value itself.
type Checker struct {
	path  []step
	named []Named
	err   *Error
}

// step is one element of the path: a field of an object, or an array item if
// name is "".
type step struct {
	name string
	i    int
}

func (c *Checker) push(s step) { c.path = append(c.path, s) }

func (c *Checker) pop() { c.path = c.path[:len(c.path)-1] }

// pathTo returns the path to the field name of the current object. It is built
// only for an error.
func (c *Checker) pathTo(name string) string {
	out := ""
	for _, s := range c.path {
		if s.name == "" {
			out += "[" + strconv.Itoa(s.i) + "]"
		} else {
			out = join(out, s.name)
		}
	}
	if name == "" {
		return out
	}
	return join(out, name)
}

// Check returns the first violation in v as an *Error, or nil.
func Check(v Checkable, named ...Named) error {
	c := &Checker{named: named}
	v.Check(c)
	return c.Err()
}

// Err returns the first violation, or nil.
func (c *Checker) Err() error {
	if c.err == nil {
		return nil
	}
	return c.err
}

func (c *Checker) fail(name, constraint, format string, args ...any) {
	if c.err == nil {
		c.err = named(c.named, c.pathTo(name), constraint, format, args...)
	}
}

// In checks the object in the field name.
func (c *Checker) In(name string, v Checkable) {
	if c.err != nil {
		return
	}
	c.push(step{name: name})
	v.Check(c)
	c.pop()
}

// CheckItems checks an array: its length, which must be from min to max (-1
// means no limit), and each item.
func CheckItems[T any](c *Checker, name string, items []T, min, max int, item func(*T, *Checker)) {
	c.length(name, len(items), min, max, "item", "items")
	if item == nil || c.err != nil {
		return
	}
	c.push(step{name: name})
	for i := range items {
		c.push(step{i: i})
		item(&items[i], c)
		c.pop()
		if c.err != nil {
			break
		}
	}
	c.pop()
}

// String checks the length of a string in bytes of UTF-8; -1 means no limit.
func (c *Checker) String(name, s string, min, max int) {
	c.length(name, len(s), min, max, "byte", "bytes")
}

// Bytes checks the number of decoded bytes; -1 means no limit.
func (c *Checker) Bytes(name string, b []byte, min, max int) {
	c.length(name, len(b), min, max, "byte", "bytes")
}

func (c *Checker) length(name string, n, min, max int, one, many string) {
	unit := func(k int) string {
		if k == 1 {
			return one
		}
		return many
	}
	switch {
	case n < min:
		c.fail(name, "minLength", "must have at least %d %s, has %d", min, unit(min), n)
	case max >= 0 && n > max && one == "item":
		// The message does not state the length, because the decoder stops
		// counting beyond the limit.
		c.fail(name, "maxLength", "must have at most %d %s", max, unit(max))
	case max >= 0 && n > max:
		c.fail(name, "maxLength", "must have at most %d %s, has %d", max, unit(max), n)
	}
}

// Int checks that n is from min to max.
func (c *Checker) Int(name string, n, min, max int64) {
	switch {
	case n < min:
		c.fail(name, "minimum", "must be at least %d", min)
	case n > max:
		c.fail(name, "maximum", "must be at most %d", max)
	}
}

// Format checks the format of a string.
func (c *Checker) Format(name, s string, f Format) {
	if !hasFormat(f, s) {
		c.fail(name, "format", "not a valid %s", f)
	}
}

// Blob checks the size of a blob; -1 means no limit.
func (c *Checker) Blob(name string, b Blob, maxSize int64) {
	if maxSize >= 0 && b.Size > maxSize {
		c.fail(name, "maxSize", "must have at most %d bytes", maxSize)
	}
}
