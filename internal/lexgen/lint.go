package lexgen

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/bluesky-social/indigo/lex/lexlint"
)

// Lint checks lexicons that were parsed: by indigo's rules, and by rules that
// keep them acceptable to generators for other languages and to this one. The
// error is of type Problems.
func Lint(set *Set) error {
	var probs Problems
	for _, f := range set.Files {
		l := &linter{set: set, file: f, probs: &probs}
		l.definitions()
		l.main()
		walkFile(f, l.schema)
		for _, issue := range lexlint.LintSchemaFile(f.Schema) {
			if !slices.Contains(toleratedLints, issue.LintName) {
				probs.add(f.Path, "", "%s: %s (%s)", issue.LintDescription, issue.Message, issue.LintName)
			}
		}
	}
	probs = append(probs, cycles(set)...)
	return probs.asError()
}

// toleratedLints are rules of indigo that do not apply here. They are meant for
// records; MLS objects are large by nature.
var toleratedLints = []string{"large-string", "large-bytes"}

var (
	camelCase      = regexp.MustCompile(`^[a-z][A-Za-z0-9]*$`)
	upperCamelCase = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)
	// deviceText matches descriptions that mention a DID with a fragment.
	deviceText = regexp.MustCompile(`did:\S*#|#device`)
)

// linter checks one file.
type linter struct {
	set   *Set
	file  *File
	probs *Problems
}

func (l *linter) add(path, format string, args ...any) {
	l.probs.add(l.file.Path, path, format, args...)
}

// definitions checks the list of definitions in the file.
func (l *linter) definitions() {
	defs := l.file.tree.get("defs")
	for _, name := range defs.keys {
		at, def := "defs."+name, defs.fields[name]
		if !camelCase.MatchString(name) {
			l.add(at, "definition %q is not in lowerCamelCase", name)
		}
		if def.str("type") != "permission-set" && def.str("description") == "" {
			l.add(at, "no description")
		}
	}
}

// main checks a primary definition.
func (l *linter) main() {
	main := l.file.tree.get("defs", "main")
	const at = "defs.main"
	switch main.str("type") {
	case "query", "procedure":
		l.method(main, at)
	case "subscription":
		l.events(main.get("message", "schema"), at+".message.schema")
	case "permission-set":
		for _, key := range []string{"title", "detail"} {
			if main.str(key) == "" {
				l.add(at+"."+key, "missing")
			}
		}
	case "record":
		l.add(at, "this service has no records")
	}
	l.errors(main.get("errors"), at+".errors")
}

func (l *linter) method(main *node, at string) {
	if main.str("type") == "procedure" && main.get("parameters") != nil {
		l.add(at+".parameters", "a procedure has an input, not parameters")
	}
	if main.get("output") == nil {
		l.add(at+".output", "missing: a method without an answer gives an empty object")
	}
	for _, part := range []string{"input", "output"} {
		body := main.get(part)
		if body == nil {
			continue
		}
		path := at + "." + part
		if body.str("encoding") == "" {
			l.add(path+".encoding", "missing")
		}
		schema := body.get("schema")
		switch enc := body.str("encoding"); {
		case enc == jsonEncoding && schema == nil:
			l.add(path+".schema", "missing")
		case enc != jsonEncoding && schema != nil:
			l.add(path+".schema", "only %s has a schema: many generators fail on any other", jsonEncoding)
		}
	}
}

// events checks the union of events of a subscription.
func (l *linter) events(schema *node, at string) {
	if schema.str("type") != "union" || len(schema.get("refs").strings()) == 0 {
		l.add(at, "must be a union of events")
		return
	}
	seen := map[string]bool{}
	for i, ref := range schema.get("refs").strings() {
		if !strings.HasPrefix(ref, "#") {
			l.add(indexPath(at+".refs", i), "%q is not local: a message is named by its fragment", ref)
		}
		if seen[ref] {
			l.add(indexPath(at+".refs", i), "%q is there twice", ref)
		}
		seen[ref] = true
	}
}

func (l *linter) errors(list *node, at string) {
	if list == nil {
		return
	}
	seen := map[string]bool{}
	for i, e := range list.items {
		path, name := indexPath(at, i), e.str("name")
		if !upperCamelCase.MatchString(name) {
			l.add(path+".name", "%q is not in UpperCamelCase", name)
		}
		if seen[name] {
			l.add(path+".name", "%q is there twice", name)
		}
		if e.str("description") == "" {
			l.add(path, "no description")
		}
		seen[name] = true
	}
}

// schema checks one schema anywhere in the file.
func (l *linter) schema(n, around *node, path string) {
	switch n.str("type") {
	case "object", "params":
		l.object(n, around, path)
	case "string":
		l.str(n, path)
	case "integer":
		l.integer(n, path)
	case "bytes", "array":
		if n.get("maxLength") == nil {
			l.add(path, "no maxLength")
		}
		if n.str("type") == "array" && n.get("items") == nil {
			l.add(path+".items", "missing")
		}
	case "ref":
		l.ref(n.str("ref"), path+".ref")
	case "union":
		if c := n.get("closed"); c != nil && c.kind == 't' {
			l.add(path+".closed", "unions are open")
		}
		for i, ref := range n.get("refs").strings() {
			l.ref(ref, indexPath(path+".refs", i))
		}
	}
	for _, key := range []string{"const", "nullable", "accept", "minGraphemes", "maxGraphemes"} {
		if n.get(key) != nil {
			l.add(joinPath(path, key), "not used here: the generated code would not check it")
		}
	}
	if n.get("enum") != nil {
		l.add(path+".enum", "an enum can never grow: use knownValues")
	}
}

func (l *linter) object(n, around *node, path string) {
	if around != nil && n.str("type") == "object" && (around.get("properties") != nil || around.str("type") == "array") {
		l.add(path, "an object inside another: make it a definition and refer to it")
	}
	props := n.get("properties")
	if props == nil {
		l.add(path+".properties", "missing; an empty object has none in {}")
		return
	}
	for _, key := range props.keys {
		if !camelCase.MatchString(key) {
			l.add(path+".properties."+key, "%q is not in lowerCamelCase", key)
		}
	}
	seen := map[string]bool{}
	for i, name := range n.get("required").strings() {
		if seen[name] {
			l.add(indexPath(path+".required", i), "%q is there twice", name)
		}
		seen[name] = true
	}
}

func (l *linter) str(n *node, path string) {
	switch f := n.str("format"); f {
	case "":
		if n.get("maxLength") == nil {
			l.add(path, "a string without format needs maxLength")
		}
	case "did":
		name := path[strings.LastIndexByte(path, '.')+1:]
		if strings.Contains(strings.ToLower(name), "device") || deviceText.MatchString(n.str("description")) {
			l.add(path+".format", "a device (did:…#device) is not a DID")
		}
	}
}

func (l *linter) integer(n *node, path string) {
	d, ok := n.get("default").number()
	if !ok {
		return
	}
	if low, ok := n.get("minimum").number(); ok && d < low {
		l.add(path+".default", "%d is below the minimum", d)
	}
	if high, ok := n.get("maximum").number(); ok && d > high {
		l.add(path+".default", "%d is above the maximum", d)
	}
}

// ref checks that a ref leads to a definition that can be the type of a value.
func (l *linter) ref(ref, path string) {
	_, def, target := l.set.resolve(l.file, ref)
	if target == nil {
		l.add(path, "%q names nothing", ref)
		return
	}
	if def == "main" && strings.HasSuffix(ref, "#main") {
		l.add(path, "%q: the main definition is named without #main", ref)
	}
	switch t := target.str("type"); t {
	case "query", "procedure", "subscription", "permission-set":
		l.add(path, "%q is a %s, which cannot be a value", ref, t)
	}
}

// cycles reports definitions that contain themselves.
func cycles(set *Set) Problems {
	var probs Problems
	const (
		open = 1
		done = 2
	)
	state := map[string]int{}
	var visit func(f *File, def string)
	visit = func(f *File, def string) {
		id := f.NSID + "#" + def
		state[id] = open
		walk(f.tree.get("defs", def), nil, "defs."+def, func(n, _ *node, path string) {
			for _, ref := range append(n.get("refs").strings(), n.str("ref")) {
				if ref == "" {
					continue
				}
				to, toDef, target := set.resolve(f, ref)
				if target == nil {
					continue
				}
				switch state[to.NSID+"#"+toDef] {
				case open:
					probs.add(f.Path, path, "%s", fmt.Sprintf("%q leads back to itself", ref))
				case 0:
					visit(to, toDef)
				}
			}
		})
		state[id] = done
	}
	for _, f := range set.Files {
		for _, def := range f.tree.get("defs").keys {
			if state[f.NSID+"#"+def] == 0 {
				visit(f, def)
			}
		}
	}
	return probs
}
