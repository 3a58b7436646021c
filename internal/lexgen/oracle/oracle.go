// Package oracle checks JSON against lexicons with indigo's validator. Tests
// use it to find out, independently of the generated code, what a lexicon
// allows.
package oracle

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/bluesky-social/indigo/atproto/atdata"
	"github.com/bluesky-social/indigo/atproto/lexicon"
	"github.com/ipfs/go-cid"
)

// Oracle validates against the lexicons of a folder.
type Oracle struct {
	catalog *lexicon.BaseCatalog
	// mains holds the main definitions by NSID, as JSON.
	mains map[string]map[string]any
}

// errNone is returned for a method that lacks the requested part.
var errNone = errors.New("the lexicon has no such part")

// New reads the .json files of fsys.
func New(fsys fs.FS) (*Oracle, error) {
	o := &Oracle{catalog: lexicon.NewBaseCatalog(), mains: map[string]map[string]any{}}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(p) != ".json" || path.Dir(p) == "." {
			return err
		}
		raw, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		return o.add(raw)
	})
	if err != nil {
		return nil, fmt.Errorf("read lexicons: %w", err)
	}
	return o, nil
}

// add reads a lexicon. indigo validates records only, so every part of a method
// is registered as a record whose field "value" has the part's schema.
func (o *Oracle) add(raw []byte) error {
	var file lexicon.SchemaFile
	var tree struct {
		ID   string
		Defs map[string]map[string]any
	}
	if err := errors.Join(json.Unmarshal(raw, &file), json.Unmarshal(raw, &tree)); err != nil {
		return err
	}
	if err := o.catalog.AddSchemaFile(file); err != nil {
		return fmt.Errorf("%s: %w", file.ID, err)
	}
	main := tree.Defs["main"]
	listEvents(main, tree.Defs)
	o.mains[file.ID] = main
	for _, part := range []string{"input", "output", "message"} {
		if body, ok := main[part].(map[string]any); ok && body["schema"] != nil {
			if err := o.addRecord(tree.ID, part, body["schema"]); err != nil {
				return err
			}
		}
	}
	if p, ok := main["parameters"].(map[string]any); ok {
		p["type"] = "object"
		return o.addRecord(tree.ID, "parameters", p)
	}
	return nil
}

// listEvents makes the objects of a file the union of events that its query streams,
// which the lexicon does not list.
func listEvents(main map[string]any, defs map[string]map[string]any) {
	out, _ := main["output"].(map[string]any)
	if out["encoding"] != "text/event-stream" || out["schema"] != nil {
		return
	}
	refs := []any{}
	for _, name := range slices.Sorted(maps.Keys(defs)) {
		if defs[name]["type"] == "object" {
			refs = append(refs, "#"+name)
		}
	}
	out["schema"] = map[string]any{"type": "union", "refs": refs}
}

func recordID(nsid, part string) string { return nsid + "." + part }

func (o *Oracle) addRecord(nsid, part string, schema any) error {
	raw, err := json.Marshal(map[string]any{
		"lexicon": 1,
		"id":      recordID(nsid, part),
		"defs": map[string]any{"main": map[string]any{
			"type": "record", "key": "any",
			"record": map[string]any{"type": "object", "required": []string{"value"},
				"properties": map[string]any{"value": absolute(schema, nsid)}},
		}},
	})
	if err != nil {
		return err
	}
	var file lexicon.SchemaFile
	if err := json.Unmarshal(raw, &file); err != nil {
		return err
	}
	return o.catalog.AddSchemaFile(file)
}

// absolute makes local refs absolute, because the schema moves to another file.
func absolute(v any, nsid string) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			if k == "refs" {
				out[k] = absoluteRefs(x, nsid)
				continue
			}
			if s, ok := x.(string); ok && k == "ref" && strings.HasPrefix(s, "#") {
				x = nsid + s
			}
			out[k] = absolute(x, nsid)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = absolute(x, nsid)
		}
		return out
	}
	return v
}

// absoluteRefs does the same for the refs of a union.
func absoluteRefs(v any, nsid string) any {
	refs, _ := v.([]any)
	out := make([]any, len(refs))
	for i, x := range refs {
		if s, ok := x.(string); ok && strings.HasPrefix(s, "#") {
			x = nsid + s
		}
		out[i] = x
	}
	return out
}

// Message validates an event of a subscription, which is JSON with a $type.
func (o *Oracle) Message(nsid string, body []byte) error { return o.body(nsid, "message", body) }

// Output validates the answer of a method. For a streaming method that is an
// event, which has a $type.
func (o *Oracle) Output(nsid string, body []byte) error { return o.body(nsid, "output", body) }

// Input validates a request body of a method.
func (o *Oracle) Input(nsid string, body []byte) error { return o.body(nsid, "input", body) }

func (o *Oracle) body(nsid, part string, body []byte) error {
	var raw any
	if err := json.Unmarshal(body, &raw); err != nil {
		return err
	}
	value, err := data(raw)
	if err != nil {
		return err
	}
	return o.check(nsid, part, value)
}

func (o *Oracle) check(nsid, part string, value any) error {
	id := recordID(nsid, part)
	if _, err := o.catalog.Resolve(id); err != nil {
		return fmt.Errorf("%s %s: %w", nsid, part, errNone)
	}
	record := map[string]any{"$type": id, "value": value}
	if err := lexicon.ValidateRecord(o.catalog, record, id, 0); err != nil {
		return fmt.Errorf("%s %s: %w", nsid, part, err)
	}
	return nil
}

// Params validates the parameters of a query or subscription. It reports values
// that are not integers or booleans where the lexicon wants one, and ignores
// unknown names.
func (o *Oracle) Params(nsid string, q url.Values) error {
	params, ok := o.mains[nsid]["parameters"].(map[string]any)
	if !ok {
		return nil
	}
	props, _ := params["properties"].(map[string]any)
	value := map[string]any{}
	for name, texts := range q {
		schema, ok := props[name].(map[string]any)
		if !ok {
			continue
		}
		items, isArray := schema["items"].(map[string]any)
		if !isArray {
			if len(texts) != 1 {
				return fmt.Errorf("%s: given %d times", name, len(texts))
			}
			value[name] = scalar(schema, texts[0])
			continue
		}
		list := []any{}
		for _, text := range texts {
			list = append(list, scalar(items, text))
		}
		value[name] = list
	}
	return o.check(nsid, "parameters", value)
}

// scalar parses a parameter as its schema's type. If that fails, the value
// stays a string.
func scalar(schema map[string]any, text string) any {
	switch schema["type"] {
	case "integer":
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
	case "boolean":
		if text == "true" || text == "false" {
			return text == "true"
		}
	}
	return text
}

// Declared reports whether the lexicon of a method declares an error with this
// name.
func (o *Oracle) Declared(nsid, name string) bool {
	list, _ := o.mains[nsid]["errors"].([]any)
	for _, e := range list {
		if m, ok := e.(map[string]any); ok && m["name"] == name {
			return true
		}
	}
	return false
}

// data converts JSON into indigo's form of the atproto data model. It does what
// atdata.UnmarshalJSON does, but without that function's size limit.
func data(v any) (any, error) {
	switch v := v.(type) {
	case float64:
		if v != math.Trunc(v) {
			return nil, fmt.Errorf("%v is not an integer", v)
		}
		return int64(v), nil
	case []any:
		for i := range v {
			var err error
			if v[i], err = data(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		return object(v)
	}
	return v, nil
}

func object(v map[string]any) (any, error) {
	if s, ok := v["$bytes"].(string); ok && len(v) == 1 {
		b, err := base64.RawStdEncoding.DecodeString(s)
		return atdata.Bytes(b), err
	}
	if s, ok := v["$link"].(string); ok && len(v) == 1 {
		c, err := cid.Decode(s)
		return atdata.CIDLink(c), err
	}
	for k, x := range v {
		y, err := data(x)
		if err != nil {
			return nil, err
		}
		v[k] = y
	}
	if v["$type"] != "blob" {
		return v, nil
	}
	ref, isLink := v["ref"].(atdata.CIDLink)
	mime, isString := v["mimeType"].(string)
	size, isInt := v["size"].(int64)
	if !isLink || !isString || !isInt {
		return nil, errors.New("malformed blob")
	}
	return atdata.Blob{Ref: ref, MimeType: mime, Size: size}, nil
}
