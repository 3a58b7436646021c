package xrpc

import (
	"math"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Params reads the parameters of a query and keeps the first error. A parameter
// that is not an array may occur once. Unknown parameters are ignored.
type Params struct {
	values url.Values
	named  []Named
	err    *Error
}

// NewParams returns a Params that reads from values.
func NewParams(values url.Values, named ...Named) *Params {
	return &Params{values: values, named: named}
}

// Done returns the first error of reading, or else the first violation in v.
func (p *Params) Done(v Checkable) error {
	if p.err != nil {
		return p.err
	}
	return Check(v, p.named...)
}

func (p *Params) fail(name, constraint, format string, args ...any) {
	if p.err == nil {
		p.err = named(p.named, name, constraint, format, args...)
	}
}

// single returns the value of a parameter that may occur once, and whether it
// is present.
func (p *Params) single(name string) (string, bool) {
	all := p.repeated(name)
	if len(all) > 1 {
		p.fail(name, "type", "given more than once")
	}
	if len(all) == 0 {
		return "", false
	}
	return all[0], true
}

// repeated returns the values of a parameter that may occur several times.
func (p *Params) repeated(name string) []string {
	all := p.values[name]
	for i, s := range all {
		at := name
		if len(all) > 1 {
			at += "[" + strconv.Itoa(i) + "]"
		}
		if strings.IndexByte(s, 0) >= 0 {
			p.fail(at, "type", "a NUL byte is not allowed")
		} else if !utf8.ValidString(s) {
			p.fail(at, "type", "not valid UTF-8")
		}
	}
	return all
}

// Required returns an error from Done if any of these parameters is absent.
func (p *Params) Required(names ...string) {
	for _, name := range names {
		if len(p.values[name]) == 0 {
			p.fail(name, "required", "required, but missing")
		}
	}
}

// String returns a required string.
func (p *Params) String(name string) string {
	s, _ := p.single(name)
	return s
}

// OptString returns an optional string, or nil if it is absent.
func (p *Params) OptString(name string) *string {
	if s, ok := p.single(name); ok {
		return &s
	}
	return nil
}

// Strings returns an array of strings, or nil if it is absent.
func (p *Params) Strings(name string) []string { return p.repeated(name) }

// Int returns an integer, or the default if it is absent.
func (p *Params) Int(name string, absent int64) int64 {
	if n := p.OptInt(name); n != nil {
		return *n
	}
	return absent
}

// OptInt returns an optional integer, or nil if it is absent.
func (p *Params) OptInt(name string) *int64 {
	s, ok := p.single(name)
	if !ok {
		return nil
	}
	n := p.integer(name, s)
	return &n
}

// Ints returns an array of integers, or nil if it is absent.
func (p *Params) Ints(name string) []int64 {
	var out []int64
	for _, s := range p.repeated(name) {
		out = append(out, p.integer(name, s))
	}
	return out
}

func (p *Params) integer(name, s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || strings.HasPrefix(s, "+") {
		p.fail(name, "type", "expected an integer of at most 64 bits")
	}
	return n
}

// Bool returns a boolean, or the default if it is absent.
func (p *Params) Bool(name string, absent bool) bool {
	if b := p.OptBool(name); b != nil {
		return *b
	}
	return absent
}

// OptBool returns an optional boolean, or nil if it is absent.
func (p *Params) OptBool(name string) *bool {
	s, ok := p.single(name)
	if !ok {
		return nil
	}
	b := p.boolean(name, s)
	return &b
}

// Bools returns an array of booleans, or nil if it is absent.
func (p *Params) Bools(name string) []bool {
	var out []bool
	for _, s := range p.repeated(name) {
		out = append(out, p.boolean(name, s))
	}
	return out
}

func (p *Params) boolean(name, s string) bool {
	if s != "true" && s != "false" {
		p.fail(name, "type", "expected true or false")
	}
	return s == "true"
}

// Limits for an integer for which the lexicon states none.
const (
	MinInt = math.MinInt64
	MaxInt = math.MaxInt64
)

// Values collects the parameters of a query.
type Values url.Values

// String adds a string.
func (q Values) String(name, s string) { url.Values(q).Add(name, s) }

// Int adds an integer.
func (q Values) Int(name string, n int64) { url.Values(q).Add(name, strconv.FormatInt(n, 10)) }

// Bool adds a boolean.
func (q Values) Bool(name string, b bool) { url.Values(q).Add(name, strconv.FormatBool(b)) }
