package lexgen

import "strings"

// emitWire writes the parts of package wire that exist once.
func emitWire(m *model) *writer {
	w := new(writer)
	w.p("// All types except those of parameters implement object.")
	w.p("type object interface { xrpc.Decodable; xrpc.Checkable; xrpc.Encodable }\n")
	w.p("var _ = []object{")
	for _, o := range m.objects {
		if !o.isParams {
			w.p("(*%s)(nil),", o.name)
		}
	}
	w.p("}")
	for _, u := range m.unions {
		emitUnion(w, u)
	}
	return w
}

// emitObjects writes the types of one lexicon.
func emitObjects(m *model, nsid string) *writer {
	w := new(writer)
	for _, o := range m.objects {
		if o.nsid != nsid {
			continue
		}
		emitStruct(w, o)
		emitCheck(w, o)
		if !o.isParams {
			emitDecode(w, o)
			emitEncode(w, o)
		}
		if o.union != nil {
			emitEvent(w, o)
		}
		if o.of != nil {
			emitEntry(w, m, o)
		}
	}
	return w
}

func emitStruct(w *writer, o *object) {
	w.WriteString(comment("", describe(o)))
	w.p("type %s struct {", o.name)
	for _, f := range o.fields {
		text := f.desc
		if f.def != nil {
			text += " " + "The default is " + *f.def + "."
		}
		if text != "" {
			w.WriteString(comment("\t", strings.TrimSpace(text)))
		}
		star := ""
		if f.pointer() {
			star = "*"
		}
		w.p("\t%s %s%s%s", f.name, star, f.typ.goType(), frameTag(o, f))
	}
	w.p("}\n")
}

// describe returns the doc comment of a type.
func describe(o *object) string {
	if strings.HasPrefix(o.desc, "is ") || strings.HasPrefix(o.desc, "are ") {
		return o.name + " " + o.desc
	}
	if o.union != nil {
		return o.name + " is an event of " + strings.Join(o.union.methods, " and ") + ". " + o.desc
	}
	return o.name + " is " + o.place[:strings.IndexByte(o.place, '.')] + "#" + o.place[strings.IndexByte(o.place, '.')+1:] + ". " + o.desc
}

var readers = map[kind]string{
	kString: "xrpc.DecodeString", kInt: "xrpc.DecodeInt", kBool: "xrpc.DecodeBool",
	kConvoID: "xrpc.DecodeConvoID", kBytes: "xrpc.DecodeBytes", kBase64: "xrpc.DecodeBase64String", kLink: "xrpc.DecodeCIDLink", kBlob: "xrpc.DecodeBlob",
}

// reader returns the name of the function that decodes a value of type t.
func reader(t *typ) string {
	if t.kind == kObject {
		return "(*" + t.obj.name + ").DecodeJSON"
	}
	return readers[t.kind]
}

func emitDecode(w *writer, o *object) {
	w.p("// DecodeJSON decodes the object. It skips unknown fields.")
	w.p("func (v *%s) DecodeJSON(d *xrpc.Decoder) error {", o.name)
	for _, f := range o.fields {
		if f.def != nil && *f.def != "0" && *f.def != "false" {
			w.p("v.%s = %s", f.name, *f.def)
		}
	}
	if len(o.fields) == 0 {
		w.p("return d.Object(func(string) error { return d.Skip() })\n}\n")
		return
	}
	w.p("return d.Object(func(name string) error {\nswitch name {")
	var required []string
	for _, f := range o.fields {
		if f.required {
			required = append(required, `"`+f.json+`"`)
		}
		w.p("case %q:", f.json)
		switch {
		case f.typ.kind == kArray:
			w.p("return xrpc.DecodeArray(&v.%s, d, %s, %s)", f.name, constraintsAt(f.typ.max, "0"), reader(f.typ.elem))
		case f.pointer():
			w.p("return xrpc.DecodeOpt(&v.%s, d, %s)", f.name, reader(f.typ))
		case f.typ.kind == kObject:
			w.p("return v.%s.DecodeJSON(d)", f.name)
		default:
			w.p("return %s(&v.%s, d)", reader(f.typ), f.name)
		}
	}
	w.p("}\nreturn d.Skip()")
	w.p("}%s)\n}\n", prefixed(required))
	w.p("// UnmarshalJSON implements json.Unmarshaler.")
	w.p("func (v *%s) UnmarshalJSON(b []byte) error { return xrpc.DecodeJSON(b, v) }\n", o.name)
}

// prefixed returns ", a, b" for the end of an argument list.
func prefixed(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return ", " + strings.Join(list, ", ")
}

func emitCheck(w *writer, o *object) {
	w.p("// Check checks the object against the limits and formats of its lexicon.")
	param := "c"
	if !(&typ{kind: kObject, obj: o}).checked() {
		param = "_"
	}
	w.p("func (v *%s) Check(%s *xrpc.Checker) {", o.name, param)
	for _, f := range o.fields {
		if !f.typ.checked() {
			continue
		}
		switch {
		case f.typ.kind == kArray:
			emitCheckArray(w, f)
		case f.pointer() || !f.required && f.def == nil:
			w.p("if v.%s != nil {", f.name)
			emitCheckValue(w, f.typ, f.json, "v."+f.name, f.pointer())
			w.p("}")
		default:
			emitCheckValue(w, f.typ, f.json, "v."+f.name, false)
		}
	}
	w.p("}\n")
}

func emitCheckArray(w *writer, f *field) {
	item := "nil"
	switch t := f.typ.elem; {
	case t.kind == kObject:
		item = "(*" + t.obj.name + ").Check"
	case t.checked():
		var body writer
		emitCheckValue(&body, t, "", "x", true)
		item = "func(x *" + t.goType() + ", c *xrpc.Checker) {\n" + body.String() + "}"
	}
	call := "xrpc.CheckItems(c, \"" + f.json + "\", v." + f.name + ", " +
		constraintsAt(f.typ.min, "-1") + ", " + constraintsAt(f.typ.max, "-1") + ", " + item + ")"
	if f.typ.min != nil && !f.required {
		w.p("if v.%s != nil {\n%s\n}", f.name, call)
		return
	}
	w.p("%s", call)
}

// emitCheckValue writes the checks of a value that is present. pointer says
// whether expr is a pointer.
func emitCheckValue(w *writer, t *typ, name, expr string, pointer bool) {
	value := expr
	if pointer {
		value = "*" + expr
	}
	switch t.kind {
	case kObject:
		if !pointer {
			expr = "&" + expr
		}
		w.p("c.In(%q, %s)", name, expr)
	case kInt:
		w.p("c.Int(%q, %s, %s, %s)", name, value, constraintsAt(t.minimum, "xrpc.MinInt"), constraintsAt(t.maximum, "xrpc.MaxInt"))
	case kBytes, kBase64:
		w.p("c.Bytes(%q, %s, %s, %s)", name, value, constraintsAt(t.min, "-1"), constraintsAt(t.max, "-1"))
	case kBlob:
		w.p("c.Blob(%q, %s, %s)", name, value, constraintsAt(t.max, "-1"))
	case kString, kConvoID:
		if t.min != nil || t.max != nil {
			w.p("c.String(%q, %s, %s, %s)", name, asText(t, value), constraintsAt(t.min, "-1"), constraintsAt(t.max, "-1"))
		}
		if t.kind == kConvoID {
			w.p("c.ConvoID(%q, %s)", name, value)
		}
		if t.format != "" {
			w.p("c.Format(%q, %s, %s)", name, value, formats[t.format])
		}
	}
}

// asText gives the Go string of a string's value.
func asText(t *typ, value string) string {
	if t.kind == kConvoID {
		return "string(" + value + ")"
	}
	return value
}

var formats = map[string]string{
	"at-identifier": "xrpc.FormatATIdentifier", "at-uri": "xrpc.FormatATURI", "cid": "xrpc.FormatCID",
	"datetime": "xrpc.FormatDatetime", "did": "xrpc.FormatDID", "handle": "xrpc.FormatHandle",
	"language": "xrpc.FormatLanguage", "nsid": "xrpc.FormatNSID", "record-key": "xrpc.FormatRecordKey",
	"tid": "xrpc.FormatTID", "uri": "xrpc.FormatURI",
}

var writers = map[kind]string{
	kString: "String", kConvoID: "ConvoID", kInt: "Int", kBool: "Bool", kBytes: "Bytes", kBase64: "Base64", kLink: "CIDLink", kBlob: "Blob",
}

func emitEncode(w *writer, o *object) {
	w.p("// EncodeJSON encodes the object with its fields in the order of the lexicon.")
	w.p("func (v *%s) EncodeJSON(e *xrpc.Encoder) {\ne.Open()", o.name)
	for _, f := range o.fields {
		absent := ""
		switch {
		case f.def != nil && f.typ.kind == kInt:
			// Zero is outside the limits, or it is the default.
			absent = "0"
		case !f.required && f.def == nil:
			absent = "nil"
		}
		if absent != "" {
			w.p("if v.%s != %s {", f.name, absent)
		}
		emitEncodeField(w, f)
		if absent != "" {
			w.p("}")
		}
	}
	w.p("e.Close()\n}\n")
	w.p("// MarshalJSON implements json.Marshaler.")
	w.p("func (v %s) MarshalJSON() ([]byte, error) { return xrpc.Marshal(&v), nil }\n", o.name)
}

func emitEncodeField(w *writer, f *field) {
	switch {
	case f.typ.kind == kArray:
		w.p("e.Name(%q).OpenArray()", f.json)
		if t := f.typ.elem; t.kind == kObject {
			w.p("for i := range v.%s {\nv.%s[i].EncodeJSON(e)\n}", f.name, f.name)
		} else {
			w.p("for _, x := range v.%s {\ne.%s(x)\n}", f.name, writers[t.kind])
		}
		w.p("e.CloseArray()")
	case f.typ.kind == kObject:
		w.p("v.%s.EncodeJSON(e.Name(%q))", f.name, f.json)
	case f.pointer():
		w.p("e.Name(%q).%s(*v.%s)", f.json, writers[f.typ.kind], f.name)
	default:
		w.p("e.Name(%q).%s(v.%s)", f.json, writers[f.typ.kind], f.name)
	}
}
