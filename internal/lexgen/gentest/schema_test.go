// Package gentest tests the generated code against the lexicons, with indigo's
// validator as the oracle and with malicious requests.
package gentest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"catbird.blue/mls/internal/lexgen"
	"catbird.blue/mls/lexicons"
)

// book holds the lexicons as JSON. The tests make valid and invalid values from
// it.
type book struct {
	files  map[string]map[string]any
	policy lexgen.Policy
}

func newBook(t *testing.T) *book {
	t.Helper()
	b, err := readBook()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readBook() (*book, error) {
	b := &book{files: map[string]map[string]any{}, policy: lexgen.DefaultPolicy()}
	for _, nsid := range lexicons.NSIDs() {
		raw, _ := lexicons.JSON(nsid)
		var file map[string]any
		if err := json.Unmarshal(raw, &file); err != nil {
			return nil, err
		}
		b.files[nsid] = file
	}
	return b, nil
}

// main returns a part of a main definition, or nil if it has none.
func (b *book) main(nsid string, path ...string) map[string]any {
	m := b.files[nsid]
	for _, name := range append([]string{"defs", "main"}, path...) {
		m, _ = m[name].(map[string]any)
	}
	return m
}

// place is a schema together with its location.
type place struct {
	schema map[string]any
	nsid   string
	// name is the location as the policy writes it:
	// createConvo.input.groupInfo.
	name string
}

func (b *book) follow(p place) place {
	ref, ok := p.schema["ref"].(string)
	if !ok {
		return p
	}
	nsid, def, _ := strings.Cut(ref, "#")
	if nsid == "" {
		nsid = p.nsid
	}
	schema := b.files[nsid]["defs"].(map[string]any)[def].(map[string]any)
	return b.follow(place{schema, nsid, nsid[strings.LastIndexByte(nsid, '.')+1:] + "." + def})
}

func (p place) num(key string) (int, bool) {
	f, ok := p.schema[key].(float64)
	return int(f), ok
}

func (p place) prop(name string) place {
	return place{p.schema["properties"].(map[string]any)[name].(map[string]any), p.nsid, p.name + "." + name}
}

func (p place) props() []string {
	m, _ := p.schema["properties"].(map[string]any)
	return slices.Sorted(maps.Keys(m))
}

func (p place) items() place {
	return place{p.schema["items"].(map[string]any), p.nsid, p.name + "[]"}
}

// samples are strings for each format. The first is valid, the others are not.
var samples = map[string][]string{
	"did":      {"did:plc:ewvi7nxzyoun6zhxrhs64oiz", "", "did", "did:plc:", "did:PLC:abc", "did:plc:abc#device", "did:plc:a b", "plc:abc", "did:plc:abc%"},
	"datetime": {"2026-11-23T01:02:03.000Z", "", "2026-11-23", "2026-11-23T01:02:03", "2026-11-23 01:02:03Z", "2026-13-23T01:02:03Z", "2026-11-23T01:02:03-00:00"},
	"cid":      {"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", "", "bafy", "baf kreihdwdcefgh4", "QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR"},
	"uri":      {"wss://mls.example/xrpc/com.example.query", "", "wss", "//mls.example", "wss:", "wss:a b"},
	"nsid":     {"com.example.query", "", "com", "com.example", "com..query", "com.example.quer-y"},
}

// valid returns a value that has every field and the shortest lengths.
func (b *book) valid(p place) any {
	p = b.follow(p)
	low, _ := p.num("minLength")
	switch p.schema["type"] {
	case "object", "params":
		out := map[string]any{}
		for _, name := range p.props() {
			out[name] = b.valid(p.prop(name))
		}
		return out
	case "array":
		out := []any{}
		for range max(low, 1) {
			out = append(out, b.valid(p.items()))
		}
		return out
	case "string":
		if f, ok := p.schema["format"].(string); ok {
			return samples[f][0]
		}
		return strings.Repeat("0", max(low, 4))
	case "integer":
		n, _ := p.num("minimum")
		return n
	case "boolean":
		return true
	case "bytes":
		return bytesValue(max(low, 1))
	case "blob":
		return map[string]any{"$type": "blob", "ref": map[string]any{"$link": samples["cid"][0]}, "mimeType": "a/b", "size": 1}
	}
	panic(fmt.Sprintf("%s: no sample of %v", p.name, p.schema["type"]))
}

// bytesValue returns {"$bytes": …} without padding, the only form that indigo
// reads.
func bytesValue(n int) any {
	return map[string]any{"$bytes": base64.RawStdEncoding.EncodeToString(make([]byte, n))}
}

// Longer strings and arrays are not generated, because they take time and test
// nothing new.
const (
	hugeLength = 70_000
	hugeArray  = 1000
)

// variants returns valid and invalid values for a schema.
func (b *book) variants(p place) []any {
	p = b.follow(p)
	out := []any{b.valid(p), nil, 7, 1.5, "x", "", true, []any{}, []any{nil}, map[string]any{}, map[string]any{"$bytes": 7}}
	switch p.schema["type"] {
	case "object":
		out = append(out, b.objects(p)...)
	case "array":
		out = append(out, b.arrays(p)...)
	case "string":
		if slices.Contains(b.policy.Base64, p.name) || b.policy.ConvoID(p.name) != "" {
			// The generated code decodes these strings as base64 or hexadecimal.
			// The lexicon language cannot express that.
			out = slices.DeleteFunc(out, func(v any) bool { _, isText := v.(string); return isText })
		} else if f, ok := p.schema["format"].(string); ok {
			for _, s := range samples[f] {
				out = append(out, s)
			}
		}
		out = append(out, lengths(p, 4, hugeLength, func(n int) any { return strings.Repeat("0", n) })...)
	case "bytes":
		out = append(out, lengths(p, 1, hugeLength, func(n int) any { return bytesValue(n) })...)
		out = append(out, map[string]any{"$bytes": "AA", "more": 1}, map[string]any{"$bytes": "A"}, map[string]any{"$bytes": "*"})
	case "integer":
		for _, key := range []string{"minimum", "maximum"} {
			if n, ok := p.num(key); ok {
				out = append(out, n-1, n, n+1)
			}
		}
		out = append(out, -1, 0, 1<<53-1)
	case "blob":
		out = append(out, map[string]any{"$type": "blob", "ref": map[string]any{"$link": samples["cid"][0]}, "mimeType": "a/b", "size": 1 << 40})
	}
	return out
}

// lengths returns values at the limits and beyond them, in steps that are
// possible in base64.
func lengths(p place, step, huge int, make func(int) any) []any {
	var out []any
	if n, ok := p.num("minLength"); ok {
		out = append(out, make(n))
		if n >= step {
			out = append(out, make(n-step))
		}
	}
	if n, ok := p.num("maxLength"); ok && n <= huge {
		out = append(out, make(n), make(n+step))
	}
	return out
}

// objects returns an object with each field missing in turn, and with each
// variant of each field.
func (b *book) objects(p place) []any {
	var out []any
	whole := b.valid(p).(map[string]any)
	with := func(name string, v any, there bool) {
		one := maps.Clone(whole)
		delete(one, name)
		if there {
			one[name] = v
		}
		out = append(out, one)
	}
	for _, name := range p.props() {
		with(name, nil, false)
		for _, v := range b.variants(p.prop(name)) {
			with(name, v, true)
		}
	}
	with("unknown", map[string]any{"a": []any{nil, 1}}, true)
	return out
}

func (b *book) arrays(p place) []any {
	var out []any
	good := b.valid(p.items())
	fill := func(n int) any {
		list := make([]any, n)
		for i := range list {
			list[i] = good
		}
		return list
	}
	out = append(out, lengths(p, 1, hugeArray, fill)...)
	for _, v := range b.variants(p.items()) {
		out = append(out, []any{good, v}[max(0, 2-maxItems(p)):])
	}
	return out
}

func maxItems(p place) int {
	n, _ := p.num("maxLength")
	return min(n, 2)
}
