package lexgen

import (
	"slices"
	"strconv"
	"strings"
)

// builder builds the model from a Set and a Policy.
type builder struct {
	set    *Set
	policy Policy
	probs  Problems
	model  *model
	// objects holds the objects by file and definition, or by file and "input",
	// "output" or "params".
	objects map[string]*object
	// names maps each Go name to the schema that uses it.
	names map[string]string
	// base64 and convoIDs hold the entries of the policy that were found in the
	// lexicons.
	base64, convoIDs map[string]bool
}

// build resolves refs, assigns Go names and checks the result. The error is of
// type Problems.
func build(set *Set, policy Policy) (*model, error) {
	b := &builder{set: set, policy: policy, model: &model{status: policy.Status},
		objects: map[string]*object{}, names: map[string]string{}, base64: map[string]bool{}, convoIDs: map[string]bool{}}
	var streams []*File
	for _, f := range set.Files {
		switch {
		case !strings.HasPrefix(f.NSID, policy.Namespace+".") || strings.Contains(f.NSID[len(policy.Namespace)+1:], "."):
			b.probs.add(f.Path, "id", "%s is not directly in the namespace %s", f.NSID, policy.Namespace)
		case f.streams():
			streams = append(streams, f)
		default:
			b.file(f)
		}
	}
	// Their events are those of subscriptions, which exist only now.
	for _, f := range streams {
		b.file(f)
	}
	slices.SortFunc(b.model.methods, func(x, y *method) int { return strings.Compare(x.nsid, y.nsid) })
	b.checkPolicy()
	b.bodies()
	return b.model, b.probs.asError()
}

func (b *builder) file(f *File) {
	switch t := f.mainType(); t {
	case "query", "procedure", "subscription":
		b.method(f)
	case "", "object", "permission-set":
	default:
		b.probs.add(f.Path, "defs.main.type", "the generator does not write %s definitions", t)
	}
	defs := f.tree.get("defs")
	for _, name := range defs.keys {
		if defs.fields[name].str("type") == "object" {
			b.def(f, name)
		}
	}
}

// method builds the model of a query, procedure or subscription.
func (b *builder) method(f *File) {
	main := f.tree.get("defs", "main")
	name := f.name()
	m := &method{
		nsid: f.NSID, name: upperFirst(name), desc: main.str("description"),
		procedure:    main.str("type") == "procedure",
		subscription: main.str("type") == "subscription",
		inEnc:        main.str("input", "encoding"), outEnc: main.str("output", "encoding"),
		policy: b.policy.Methods[name],
	}
	b.model.methods = append(b.model.methods, m)
	if errs := main.get("errors"); errs != nil {
		for _, e := range errs.items {
			m.errors = append(m.errors, e.str("name"))
		}
	}
	for _, e := range m.errors {
		if !slices.Contains(b.model.errors, e) {
			b.model.errors = append(b.model.errors, e)
		}
	}
	slices.Sort(b.model.errors)
	if p := main.get("parameters"); p != nil && !m.procedure {
		m.params = b.object(f, p, "defs.main.parameters", name+".params", m.name+"Params")
		m.params.of, m.params.isParams = m, true
		m.params.desc = "are the parameters of " + m.name + "."
	}
	b.input(f, m, main)
	b.output(f, m, main)
}

func (b *builder) input(f *File, m *method, main *node) {
	in := main.get("input")
	if in == nil || m.inEnc == "*/*" {
		return
	}
	if m.inEnc != jsonEncoding {
		b.probs.add(f.Path, "defs.main.input.encoding", "the generator writes %s and */*, not %q", jsonEncoding, m.inEnc)
		return
	}
	schema := in.get("schema")
	if schema == nil || schema.str("type") != "object" {
		b.probs.add(f.Path, "defs.main.input.schema", "must be an object")
		return
	}
	m.input = b.object(f, schema, "defs.main.input.schema", f.name()+".input", m.name+"Input")
	m.input.of = m
	m.input.desc = "is the input of " + m.name + "."
}

func (b *builder) output(f *File, m *method, main *node) {
	switch {
	case m.outEnc == "*/*":
		return
	case m.subscription:
		b.subscription(f, m, main.get("message", "schema").get("refs").strings())
		return
	case f.streams():
		b.eventStream(f, m)
		return
	case m.outEnc != jsonEncoding:
		b.probs.add(f.Path, "defs.main.output.encoding", "the generator writes %s, %s of queries and */*, not %q",
			jsonEncoding, eventStream, m.outEnc)
		return
	}
	const at = "defs.main.output.schema"
	schema := main.get("output", "schema")
	switch {
	case schema == nil:
		b.probs.add(f.Path, at, "missing")
	case schema.str("type") == "object":
		m.output = b.object(f, schema, at, f.name()+".output", m.name+"Output")
		m.output.desc = "is the answer of " + m.name + "."
	default:
		t := b.typ(f, schema, at, "")
		if t != nil && t.kind != kObject {
			b.probs.add(f.Path, at, "must be an object, or a ref to one")
		} else if t != nil {
			m.output = t.obj
		}
	}
}

// def returns the object of a definition. It builds the object at the first
// call.
func (b *builder) def(f *File, def string) *object {
	goName := upperFirst(def)
	switch t := f.mainType(); {
	case def == "main":
		goName = upperFirst(f.name())
	case t == "query" || t == "procedure" || t == "subscription":
		goName = upperFirst(f.name()) + upperFirst(def)
	}
	return b.object(f, f.tree.get("defs", def), "defs."+def, f.name()+"."+def, goName)
}

// object returns the Go type for an object or params schema. It builds each
// object once.
func (b *builder) object(f *File, n *node, path, place, goName string) *object {
	if o := b.objects[f.NSID+path]; o != nil {
		return o
	}
	o := &object{name: goName, nsid: f.NSID, desc: n.str("description"), place: place}
	b.objects[f.NSID+path] = o
	if before, ok := b.names[goName]; ok {
		b.probs.add(f.Path, path, "the Go name %s is already that of %s", goName, before)
	}
	b.names[goName] = f.Path + " " + path
	b.model.objects = append(b.model.objects, o)
	required := n.get("required").strings()
	if props := n.get("properties"); props != nil {
		for _, key := range props.keys {
			fl := b.field(f, props.fields[key], path+".properties."+key, place+"."+key)
			if fl == nil {
				continue
			}
			fl.json, fl.name = key, fieldName(key)
			fl.required = slices.Contains(required, key)
			o.fields = append(o.fields, fl)
		}
	}
	if len(required) > 64 {
		b.probs.add(f.Path, path+".required", "more than 64 required fields")
	}
	return o
}

// field builds the model of a property.
func (b *builder) field(f *File, n *node, path, place string) *field {
	t := b.typ(f, n, path, place)
	if t == nil {
		return nil
	}
	fl := &field{typ: t, desc: n.str("description")}
	if d := n.get("default"); d != nil {
		text := d.text
		switch {
		case t.kind == kBool && d.kind == 'f':
			text = "false"
		case t.kind == kInt && (t.minimum != nil && *t.minimum > 0 || text == "0"):
			// For these kinds, the zero value in Go must mean the same as an
			// absent field.
		default:
			b.probs.add(f.Path, path+".default", "the generator writes defaults of integers whose minimum is above 0, 0, and false")
			return nil
		}
		fl.def = &text
	}
	return fl
}

const (
	jsonEncoding = "application/json"
	eventStream  = "text/event-stream"
)

// typ builds the type of a value. A ref to a definition that is not an object
// is replaced by what it refers to.
func (b *builder) typ(f *File, n *node, path, place string) *typ {
	t := &typ{min: intOf(n, "minLength"), max: intOf(n, "maxLength"), format: n.str("format")}
	switch kindName := n.str("type"); kindName {
	case "string":
		b.text(t, place)
	case "integer":
		t.kind, t.minimum, t.maximum = kInt, intOf(n, "minimum"), intOf(n, "maximum")
	case "boolean":
		t.kind = kBool
	case "bytes":
		t.kind = kBytes
	case "cid-link":
		t.kind = kLink
	case "blob":
		t.kind, t.max = kBlob, intOf(n, "maxSize")
	case "array":
		t.kind = kArray
		if t.elem = b.typ(f, n.get("items"), path+".items", place+"[]"); t.elem == nil {
			return nil
		}
		if t.elem.kind == kArray {
			b.probs.add(f.Path, path+".items", "the generator does not write arrays of arrays")
			return nil
		}
	case "ref":
		return b.ref(f, n, path)
	default:
		b.probs.add(f.Path, path+".type", "the generator does not write values of type %s here", kindName)
		return nil
	}
	return t
}

// text gives a string the type that the policy says.
func (b *builder) text(t *typ, place string) {
	if slices.Contains(b.policy.Base64, place) {
		b.base64[place] = true
		t.kind = kBase64
		// The lexicon counts characters, the check bytes.
		t.min, t.max = scale(t.min, 1, 4), scale(t.max, 3, 4)
	}
	if entry := b.policy.ConvoID(place); entry != "" {
		b.convoIDs[entry] = true
		t.kind = kConvoID
	}
}

func (b *builder) ref(f *File, n *node, path string) *typ {
	target, def, schema := b.set.resolve(f, n.str("ref"))
	if schema == nil {
		b.probs.add(f.Path, path+".ref", "%q names nothing", n.str("ref"))
		return nil
	}
	switch schema.str("type") {
	case "object":
		return &typ{kind: kObject, obj: b.def(target, def)}
	case "string", "integer", "boolean", "bytes", "cid-link", "blob", "array":
		return b.typ(target, schema, "defs."+def, target.name()+"."+def)
	}
	b.probs.add(f.Path, path+".ref", "%q is a %s, which cannot be a value", n.str("ref"), schema.str("type"))
	return nil
}

func intOf(n *node, key string) *int64 {
	v, ok := n.get(key).number()
	if !ok {
		return nil
	}
	return &v
}

// scale converts a number of base64 characters into a number of bytes. Padding
// is ignored, so the result is an upper bound.
func scale(n *int64, num, den int64) *int64 {
	if n == nil {
		return nil
	}
	v := *n / den * num
	return &v
}

// constraintsAt formats an integer as Go source. It returns open if n is nil.
func constraintsAt(n *int64, open string) string {
	if n == nil {
		return open
	}
	return strconv.FormatInt(*n, 10)
}
