package apitest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// A mutation is one fault in the input of a method.
type mutation struct {
	// path is the place of the value as error messages write it, says what the
	// message must contain.
	path, says string
	value      any
}

// absent stands for a field that is missing.
type absent struct{}

// texts are the fields whose strings carry base64.
var texts = []string{"commit", "proposal", "welcomeMessage", "groupInfo", "ratchetTree", "keyPackage"}

// TestEveryFieldOfEveryMethod sends every method inputs with one fault each,
// for each field and each constraint of the lexicon. The answer names the
// field, and nothing is stored.
func TestEveryFieldOfEveryMethod(t *testing.T) {
	t.Parallel()
	s, who := newStack(t), newActor()
	for _, m := range gen.Methods {
		in := readLexicon(m.NSID).input()
		if in == nil {
			continue
		}
		t.Run(strings.TrimPrefix(m.NSID, namespace), func(t *testing.T) {
			before := s.state(t)
			for _, x := range mutations(in) {
				wrong := change(in.example(""), x.path, x.value).(object)
				if m.Kind.Verb() != http.MethodGet {
					wantPlace(t, m, x, s.call(t, who.Account, strings.TrimPrefix(m.NSID, namespace), wrong))
				} else if q, ok := asQuery(in, wrong); ok {
					x.get(t, s, who, m, q)
				}
			}
			s.unchanged(t, before)
		})
	}
}

// get sends a mutation as parameters.
func (x mutation) get(t *testing.T, s *stack, who actor, m *xrpc.Method, q url.Values) {
	t.Helper()
	in := readLexicon(m.NSID).input()
	as := who.Account
	switch {
	case len(q) < len(in.Properties) && !slices.Contains(in.Required, x.path):
		return // an empty list is the same as none
	case len(q) < len(in.Properties):
		x.says = "required, but missing"
	}
	if m.Ticket {
		// A request has a token or a ticket, not both. The ticket identifies
		// the caller, so it is checked first, and a malformed ticket is an
		// unknown one.
		if x.path == "ticket" {
			as, x.says = nil, "unknown"
		} else {
			q.Del("ticket")
		}
	}
	wantPlace(t, m, x, s.call(t, as, strings.TrimPrefix(m.NSID, namespace), q))
}

// wantPlace fails the test unless the answer refuses the input and names the
// field.
func wantPlace(t *testing.T, m *xrpc.Method, x mutation, a answer) {
	t.Helper()
	e, err := envelope(a)
	declared := contract.Declared(m.NSID, e.Error) && a.status == statusOf(e.Error)
	if err != nil || e.Error != xrpc.InvalidRequest && !declared || e.Error == xrpc.InvalidRequest && a.status != http.StatusBadRequest {
		t.Errorf("%s, want %q: answer is %s", x.path, x.says, a.short())
		return
	}
	if at, _, _ := strings.Cut(e.Message, ": "); at != x.path && (m.Kind.Verb() != http.MethodGet || at+"[0]" != x.path) || !strings.Contains(e.Message, x.says) {
		t.Errorf("%s, want %q: message is %q", x.path, x.says, e.Message)
	}
}

// The inputs from which the mutations start are valid.
func TestExamplesAreWellFormed(t *testing.T) {
	t.Parallel()
	for _, m := range gen.Methods {
		in := readLexicon(m.NSID).input()
		if in == nil {
			continue
		}
		var err error
		if example := in.example("").(object); m.Kind.Verb() == http.MethodGet {
			q, _ := asQuery(in, example)
			err = contract.Params(m.NSID, q)
		} else {
			err = contract.Input(m.NSID, must(json.Marshal(example))(t))
		}
		if err != nil {
			t.Errorf("%s: %v", m.NSID, err)
		}
	}
}

// example returns a value with all fields that the schema allows.
func (s *schema) example(name string) any {
	s = s.resolve()
	switch s.Type {
	case "object", "params":
		out := object{}
		for field, p := range s.Properties {
			out[field] = p.example(field)
		}
		return out
	case "array":
		return []any{s.Items.example(name)}
	case "boolean":
		return true
	case "integer":
		return max(value(s.Minimum, 0), 0)
	case "bytes":
		return object{"$bytes": "AAAA"}
	}
	switch {
	case len(s.Known) > 0:
		return s.Known[0]
	case s.Format == "did":
		return "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
	case s.Format == "datetime":
		return "2026-11-23T12:00:00.000Z"
	case s.Format == "cid":
		return "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
	}
	return strings.Repeat("a", max(value(s.MinLength, 0), 4))
}

func value[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// mutations lists the possible faults of an object.
func mutations(s *schema) []mutation {
	var out []mutation
	for name, p := range s.Properties {
		if slices.Contains(s.Required, name) {
			out = append(out, mutation{name, "required, but missing", absent{}})
		}
		out = append(out, p.mutations(name, name)...)
	}
	return out
}

func (s *schema) mutations(path, name string) []mutation {
	s = s.resolve()
	out := s.wrongTypes(path)
	add := func(says string, v any) { out = append(out, mutation{path, says, v}) }
	switch s.Type {
	case "object":
		for _, m := range mutations(s) {
			out = append(out, mutation{path + "." + m.path, m.says, m.value})
		}
	case "array":
		if s.MaxLength != nil {
			add("must have at most", slices.Repeat([]any{s.Items.example(name)}, *s.MaxLength+1))
		}
		if value(s.MinLength, 0) > 0 {
			add("must have at least", []any{})
		}
		out = append(out, s.Items.mutations(path+"[0]", name)...)
	case "integer":
		add("expected an integer", json.Number("1.5"))
		add("expected an integer", json.Number("1e3"))
		add("expected an integer", json.Number("9223372036854775808"))
		if s.Minimum != nil {
			add("must be at least", *s.Minimum-1)
		}
		if s.Maximum != nil {
			add("must be at most", *s.Maximum+1)
		}
	case "bytes":
		add("expected", object{})
		for _, v := range []any{"!", "AAAAA", "AA=A", 7, nil, object{}} {
			out = append(out, mutation{path + ".$bytes", "expected", v})
		}
		out = append(out, mutation{path + ".more", "and nothing else", 1})
		add("must have at least", object{"$bytes": ""})
		add("must have at most", raw(make([]byte, *s.MaxLength+1)))
	case "string":
		out = append(out, s.wrongStrings(path, name)...)
	}
	return out
}

// wrongTypes are values of all types other than that of the schema.
func (s *schema) wrongTypes(path string) []mutation {
	var out []mutation
	for kind, v := range map[string]any{"null": nil, "string": "!", "integer": 7, "boolean": false, "array": []any{}, "object": object{}} {
		is := s.Type
		if is == "bytes" {
			is = "object"
		}
		if kind != is {
			out = append(out, mutation{path, "expected", v})
		}
	}
	return out
}

func (s *schema) wrongStrings(path, name string) []mutation {
	out := []mutation{{path, "NUL", "a\x00b"}}
	isText := slices.Contains(texts, name)
	switch {
	case isText:
		out = append(out, mutation{path, "expected base64", "no base64"}, mutation{path, "expected base64", "AAAAA"})
	case s.Format != "":
		for _, v := range []string{"", "non sense", "did:", "did:plc:x y", "did:plc:é", strings.Repeat("did:web:a", 1000)} {
			out = append(out, mutation{path, "not a valid " + s.Format, v})
		}
	}
	if n := value(s.MinLength, 0); n > 0 {
		out = append(out, mutation{path, "must have at least", strings.Repeat("A", (n-1)/4*4)})
	}
	if s.MaxLength != nil {
		over := *s.MaxLength + 1
		if isText {
			over = *s.MaxLength + 4
		}
		out = append(out, mutation{path, "must have at most", strings.Repeat("A", over)})
	}
	return out
}

// change sets the value at a path in a JSON value and returns the result.
func change(v any, path string, to any) any {
	if path == "" {
		return to
	}
	if rest, ok := strings.CutPrefix(path, "[0]"); ok {
		v.([]any)[0] = change(v.([]any)[0], strings.TrimPrefix(rest, "."), to)
		return v
	}
	end := strings.IndexAny(path, ".[")
	if end < 0 {
		end = len(path)
	}
	fields, name := v.(object), path[:end]
	if _, ok := to.(absent); ok && end == len(path) {
		delete(fields, name)
		return fields
	}
	fields[name] = change(fields[name], strings.TrimPrefix(path[end:], "."), to)
	return fields
}

// asQuery encodes an input as parameters. It returns false for values that
// parameters cannot express, since they have no types.
func asQuery(s *schema, in object) (url.Values, bool) {
	q := url.Values{}
	one := func(p *schema, name string, v any) bool {
		switch v := v.(type) {
		case string:
			q.Add(name, v)
		case json.Number:
			q.Add(name, v.String())
		case int, int64:
			q.Add(name, fmt.Sprint(v))
		case bool:
			q.Add(name, strconv.FormatBool(v))
		default:
			return false
		}
		// Any other type would be a string, so it is not a mutation.
		_, isText := v.(string)
		return p.Type != "string" || isText
	}
	for name, v := range in {
		p := s.Properties[name]
		list, isList := v.([]any)
		if !isList || p.Type != "array" {
			list, isList = []any{v}, false
		}
		if p.Type == "array" {
			if !isList {
				return nil, false
			}
			p = p.Items
		}
		for _, x := range list {
			if !one(p, name, x) {
				return nil, false
			}
		}
	}
	return q, true
}
