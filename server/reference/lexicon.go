package reference

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"catbird.blue/mls/lexicons"
)

const namespace = "blue.catbird.mls."

// lexicon is a lexicon document.
type lexicon struct {
	ID   string
	Defs map[string]*def
}

// def is a definition, or a part of one.
type def struct {
	Type, Title, Detail, Description string
	Encoding, Ref, Format            string
	Required                         []string
	Properties                       map[string]*def
	Items, Schema                    *def
	Parameters                       *def
	Input, Output, Message           *def
	Refs, KnownValues                []string
	Errors                           []struct{ Name, Description string }
	Permissions                      []struct{ Lxm []string }
	Minimum, Maximum, Default        *int64
	MinLength, MaxLength             *int64
}

// read reads the lexicon of an NSID. ok is false if there is none.
func read(nsid string) (l lexicon, ok bool) {
	file, ok := lexicons.JSON(nsid)
	// A test reads every file.
	return l, ok && json.Unmarshal(file, &l) == nil
}

// main is the main definition, or an empty one.
func (l lexicon) main() *def {
	if d := l.Defs["main"]; d != nil {
		return d
	}
	return &def{Type: "definitions"}
}

// others are the names of the definitions beside main.
func (l lexicon) others() []string {
	names := slices.Sorted(maps.Keys(l.Defs))
	return slices.DeleteFunc(names, func(name string) bool { return name == "main" })
}

// object is the object that an input, output or message has.
func (d *def) object() *def {
	if d != nil && d.Schema != nil {
		return d.Schema
	}
	return d
}

// fields are the names of the properties, the required ones first.
func (d *def) fields() []string {
	names := slices.Sorted(maps.Keys(d.Properties))
	slices.SortStableFunc(names, func(a, b string) int {
		return boolOrder(slices.Contains(d.Required, b)) - boolOrder(slices.Contains(d.Required, a))
	})
	return names
}

func boolOrder(b bool) int {
	if b {
		return 1
	}
	return 0
}

// limits are the bounds of a field in words.
func (d *def) limits() string {
	var out []string
	unit := map[string]string{"array": "entries", "bytes": "bytes", "string": "bytes"}[d.Type]
	for _, bound := range []struct {
		words, unit string
		n           *int64
	}{{"at least", unit, d.MinLength}, {"at most", unit, d.MaxLength}, {"at least", "", d.Minimum}, {"at most", "", d.Maximum}, {"default", "", d.Default}} {
		if bound.n != nil {
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %d %s", bound.words, *bound.n, bound.unit)))
		}
	}
	return strings.Join(out, ", ")
}
