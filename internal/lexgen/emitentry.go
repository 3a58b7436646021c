package lexgen

import "strconv"

// emitEntry writes the methods that decode a method's input or parameters from
// a request, and encode parameters into one.
func emitEntry(w *writer, m *model, o *object) {
	rules := lowerFirst(o.name) + "Rules"
	tail := ", " + rules + "..."
	if len(o.of.rules) == 0 {
		tail = ""
	} else {
		w.p("// %s are the violations that the policy gives an error name of their own.", rules)
		w.p("var %s = []xrpc.Named{", rules)
		for _, r := range o.of.rules {
			w.p("{Path: %q, Constraint: %q, Name: %q, Status: %d},", r.path, r.constraint, r.name, statusOf(m, r.name))
		}
		w.p("}\n")
	}
	w.p("// Validate returns the first violation of the lexicon as an *xrpc.Error, or nil.")
	w.p("func (v *%s) Validate() error { return xrpc.Check(v%s) }\n", o.name, tail)
	if !o.isParams {
		w.p("// Parse decodes and validates a request body. The error is an *xrpc.Error.")
		w.p("func (v *%s) Parse(body []byte) error { return xrpc.Parse(body, v%s) }\n", o.name, tail)
		return
	}
	emitParams(w, o, tail)
}

func statusOf(m *model, name string) int {
	if s, ok := m.status[name]; ok {
		return s
	}
	return 400
}

// emitParams writes the methods that convert parameters from and to a query
// string.
func emitParams(w *writer, o *object, tail string) {
	w.p("// Parse decodes and validates parameters. The error is an *xrpc.Error.")
	w.p("func (v *%s) Parse(q url.Values) error {\np := xrpc.NewParams(q%s)", o.name, tail)
	var required []string
	for _, f := range o.fields {
		if f.required {
			required = append(required, strconv.Quote(f.json))
		}
	}
	if len(required) > 0 {
		w.p("p.Required(%s)", prefixed(required)[2:])
	}
	for _, f := range o.fields {
		w.p("v.%s = p.%s", f.name, paramCall(f))
	}
	w.p("return p.Done(v)\n}\n")
	w.p("// Values returns the parameters in the form of a query string.")
	w.p("func (v *%s) Values() url.Values {\nq := xrpc.Values{}", o.name)
	for _, f := range o.fields {
		emitValue(w, f)
	}
	w.p("return url.Values(q)\n}\n")
}

// paramCall returns the call that reads one parameter.
func paramCall(f *field) string {
	name := strconv.Quote(f.json)
	if f.typ.kind == kArray {
		return writers[f.typ.elem.kind] + "s" + "(" + name + ")"
	}
	call := writers[f.typ.kind]
	switch {
	case f.pointer():
		return "Opt" + call + "(" + name + ")"
	case f.def != nil:
		return call + "(" + name + ", " + *f.def + ")"
	case f.typ.kind == kInt:
		return call + "(" + name + ", 0)"
	case f.typ.kind == kBool:
		return call + "(" + name + ", false)"
	}
	return call + "(" + name + ")"
}

// emitValue writes the statement that adds one parameter to a query string. A
// parameter with a default is left out if it is zero, which means absent.
func emitValue(w *writer, f *field) {
	t, loop, expr := f.typ, false, "v."+f.name
	if t.kind == kArray {
		t, loop, expr = t.elem, true, "x"
	}
	call := writers[t.kind]
	switch {
	case loop:
		w.p("for _, x := range v.%s {\nq.%s(%q, x)\n}", f.name, call, f.json)
	case f.pointer():
		w.p("if %s != nil {\nq.%s(%q, *%s)\n}", expr, call, f.json, expr)
	case f.def != nil && t.kind == kBool:
		w.p("if %s {\nq.%s(%q, %s)\n}", expr, call, f.json, expr)
	case f.def != nil:
		w.p("if %s != 0 {\nq.%s(%q, %s)\n}", expr, call, f.json, expr)
	default:
		w.p("q.%s(%q, %s)", call, f.json, expr)
	}
}
