package gentest

import (
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/lexgen"
	"catbird.blue/mls/xrpc"
)

// Every violation for which the policy has a rule must be answered with that
// rule's error name and status.
func TestEveryRule(t *testing.T) {
	b := newBook(t)
	policy := lexgen.DefaultPolicy()
	for _, m := range gen.Methods {
		name := strings.TrimPrefix(m.NSID, policy.Namespace+".")
		for _, r := range policy.Methods[name].Rules {
			checkRule(t, b, m, name, r)
		}
	}
}

func checkRule(t *testing.T, b *book, m *xrpc.Method, name string, r lexgen.Rule) {
	t.Helper()
	part := []string{"input", "schema"}
	if m.Kind != xrpc.Procedure {
		part = []string{"parameters"}
	}
	p := place{b.main(m.NSID, part...), m.NSID, name + "." + strings.Replace(part[0], "parameters", "params", 1)}
	for _, c := range r.Constraints {
		v := b.violate(t, p, strings.Split(r.Path, "."), c).(map[string]any)
		in, _ := signature(t, m)
		var err error
		if m.Kind != xrpc.Procedure {
			q, ok := query(v)
			if !ok {
				t.Fatalf("%v is no query", v)
			}
			err = in.(interface{ Parse(url.Values) error }).Parse(q)
		} else {
			raw, jsonErr := json.Marshal(v)
			if jsonErr != nil {
				t.Fatal(jsonErr)
			}
			err = in.(interface{ Parse([]byte) error }).Parse(raw)
		}
		var e *xrpc.Error
		if !errors.As(err, &e) || e.Name != r.Error || e.Status != gen.StatusOf(r.Error) {
			t.Errorf("%s %s %s: got %v, want %s", name, r.Path, c, err, r.Error)
		}
	}
}

// violate returns a value that is valid except at path, where it breaks the
// constraint.
func (b *book) violate(t *testing.T, p place, path []string, constraint string) any {
	t.Helper()
	p = b.follow(p)
	if len(path) == 0 {
		return b.broken(t, p, constraint)
	}
	name, isArray := strings.CutSuffix(path[0], "[]")
	whole := maps.Clone(b.valid(p).(map[string]any))
	sub := p.prop(name)
	if isArray {
		whole[name] = []any{b.violate(t, b.follow(sub).items(), path[1:], constraint)}
	} else {
		whole[name] = b.violate(t, sub, path[1:], constraint)
	}
	return whole
}

func (b *book) broken(t *testing.T, p place, constraint string) any {
	t.Helper()
	n, _ := p.num(constraint)
	switch constraint {
	case "minimum":
		return n - 1
	case "format":
		return "no such format"
	case "minLength":
		n = max(0, n-4)
	case "maxLength":
		n += 4
	default:
		t.Fatalf("no violation of %s", constraint)
	}
	switch p.schema["type"] {
	case "array":
		list := make([]any, n)
		for i := range list {
			list[i] = b.valid(p.items())
		}
		return list
	case "bytes":
		return bytesValue(n)
	}
	return strings.Repeat("A", n)
}
