package lexgen

import (
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// knownKeys lists the keys that each type of schema may have besides type and
// description (https://atproto.com/specs/lexicon). The letter is the kind of
// the value: s string, n integer, b boolean, l list of strings; * values are
// checked separately.
var knownKeys = map[string]map[string]byte{
	"query":          {"parameters": '*', "output": '*', "errors": '*'},
	"procedure":      {"parameters": '*', "input": '*', "output": '*', "errors": '*'},
	"subscription":   {"parameters": '*', "message": '*', "errors": '*'},
	"permission-set": {"title": 's', "title:lang": '*', "detail": 's', "detail:lang": '*', "permissions": '*'},
	"permission":     {"resource": 's', "lxm": 'l', "aud": 's', "inheritAud": 'b', "collection": 'l', "action": 'l'},
	"params":         {"required": 'l', "properties": '*'},
	"object":         {"required": 'l', "nullable": 'l', "properties": '*'},
	"array":          {"items": '*', "minLength": 'n', "maxLength": 'n'},
	"string": {"format": 's', "minLength": 'n', "maxLength": 'n', "minGraphemes": 'n', "maxGraphemes": 'n',
		"knownValues": 'l', "enum": 'l', "default": 's', "const": 's'},
	"integer":  {"minimum": 'n', "maximum": 'n', "enum": '*', "default": 'n', "const": 'n'},
	"boolean":  {"default": 'b', "const": 'b'},
	"bytes":    {"minLength": 'n', "maxLength": 'n'},
	"cid-link": {},
	"blob":     {"accept": 'l', "maxSize": 'n'},
	"ref":      {"ref": 's'},
	"union":    {"refs": 'l', "closed": 'b'},
	"token":    {},
	"unknown":  {},
	"record":   {"key": 's', "record": '*'},
}

// bodyKeys, messageKeys and errorKeys are for the parts that have no type.
var (
	fileKeys    = map[string]byte{"lexicon": 'n', "id": 's', "description": 's', "defs": '*', "$type": 's'}
	bodyKeys    = map[string]byte{"description": 's', "encoding": 's', "schema": '*'}
	messageKeys = map[string]byte{"description": 's', "schema": '*'}
	errorKeys   = map[string]byte{"name": 's', "description": 's'}
)

// checkKeys reports keys that the lexicon language does not define, anywhere in
// a file, and values of the wrong kind.
func checkKeys(file string, tree *node) Problems {
	k := &keyChecker{file: file}
	if !k.object(tree, "", fileKeys) {
		return k.probs
	}
	for _, required := range []string{"lexicon", "id", "defs"} {
		if tree.get(required) == nil {
			k.probs.add(file, required, "missing")
		}
	}
	k.each(tree.get("defs"), "defs", k.schema)
	return k.probs
}

type keyChecker struct {
	file  string
	probs Problems
}

// object checks the keys of n and the kinds of the simple values.
func (k *keyChecker) object(n *node, path string, keys map[string]byte) bool {
	if n.kind != '{' {
		k.probs.add(k.file, path, "must be an object")
		return false
	}
	for _, key := range n.keys {
		at := joinPath(path, key)
		want, ok := keys[key]
		if !ok {
			k.probs.add(k.file, at, "unknown key %q; known are %s", key, strings.Join(slices.Sorted(maps.Keys(keys)), ", "))
			continue
		}
		k.kind(n.fields[key], at, want)
	}
	return true
}

func (k *keyChecker) kind(n *node, path string, want byte) {
	ok, what := true, ""
	switch want {
	case 's':
		ok, what = n.kind == '"', "a string"
	case 'n':
		_, ok = n.number()
		what = "an integer"
	case 'b':
		ok, what = n.kind == 't' || n.kind == 'f', "a boolean"
	case 'l':
		ok, what = n.kind == '[' && !slices.ContainsFunc(n.items, func(i *node) bool { return i.kind != '"' }), "a list of strings"
	}
	if !ok {
		k.probs.add(k.file, path, "must be %s", what)
	}
}

// each calls check for every field of an object.
func (k *keyChecker) each(n *node, path string, check func(*node, string)) {
	if n == nil {
		return
	}
	if n.kind != '{' {
		k.probs.add(k.file, path, "must be an object")
		return
	}
	for _, key := range n.keys {
		check(n.fields[key], joinPath(path, key))
	}
}

// list calls check for every item of an array.
func (k *keyChecker) list(n *node, path string, check func(*node, string)) {
	if n == nil {
		return
	}
	if n.kind != jsontext.Kind('[') {
		k.probs.add(k.file, path, "must be a list")
		return
	}
	for i, item := range n.items {
		check(item, indexPath(path, i))
	}
}

// schema checks a schema of any type.
func (k *keyChecker) schema(n *node, path string) {
	if n.kind != '{' {
		k.probs.add(k.file, path, "must be an object")
		return
	}
	t := n.str("type")
	own, ok := knownKeys[t]
	if !ok {
		k.probs.add(k.file, joinPath(path, "type"), "unknown type %q", t)
		return
	}
	keys := maps.Clone(own)
	keys["type"], keys["description"] = 's', 's'
	k.object(n, path, keys)
	k.each(n.get("properties"), joinPath(path, "properties"), k.schema)
	k.list(n.get("permissions"), joinPath(path, "permissions"), k.schema)
	k.list(n.get("errors"), joinPath(path, "errors"), func(e *node, at string) { k.object(e, at, errorKeys) })
	for _, part := range []string{"items", "parameters", "record"} {
		if sub := n.get(part); sub != nil {
			k.schema(sub, joinPath(path, part))
		}
	}
	k.part(n, path, "input", bodyKeys)
	k.part(n, path, "output", bodyKeys)
	k.part(n, path, "message", messageKeys)
}

// part checks a body or message and the schema inside it.
func (k *keyChecker) part(n *node, path, name string, keys map[string]byte) {
	sub := n.get(name)
	if sub == nil {
		return
	}
	at := joinPath(path, name)
	if k.object(sub, at, keys) && sub.get("schema") != nil {
		k.schema(sub.get("schema"), joinPath(at, "schema"))
	}
}
