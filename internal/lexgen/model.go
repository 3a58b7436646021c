package lexgen

import (
	"slices"
	"strings"
)

// kind is a shape of value that the generator can write.
type kind int

const (
	kString kind = iota
	kInt
	kBool
	kBytes
	kBase64
	kConvoID
	kLink
	kBlob
	kObject
	kArray
)

// model is what the emitters work on: the lexicons, resolved and named.
type model struct {
	methods []*method
	// unions of events, by name.
	unions []*union
	// objects in order of file and definition; each becomes a Go type.
	objects []*object
	// errors are all declared names, sorted.
	errors []string
	status map[string]int
	// maxJSON is the largest body of JSON that a method takes.
	maxJSON int64
}

// union is the events that one or several methods stream, as a Go interface.
type union struct {
	name   string
	events []*object
	// file and refs of the first method, which the others repeat.
	file *File
	refs []string
	// methods that stream it, for people.
	methods []string
}

// method is a query, a procedure or a subscription.
type method struct {
	nsid, name, desc string
	policy           MethodPolicy
	procedure        bool
	subscription     bool
	// union of what it streams, nil where it answers with one object.
	union         *union
	inEnc, outEnc string
	params, input *object
	output        *object
	errors        []string
	rules         []rule
	// maxBody follows from the input, in bytes.
	maxBody int64
}

// rule is a Rule for one constraint.
type rule struct{ path, constraint, name string }

// object is a Go struct.
type object struct {
	name, desc, nsid string
	// place as the Policy spells it: createConvo.input.
	place  string
	fields []*field
	// of is the method whose input or parameters the object is, else nil.
	of *method
	// isParams is set for parameters of a query.
	isParams bool
	// union of which the object is an event, and its name there: else nil
	// and "".
	union *union
	event string
	// cbor is set for events and what is in them.
	cbor bool
}

// field is one of a struct's fields.
type field struct {
	json, name, desc string
	required         bool
	typ              *typ
	// def is the default, nil where there is none: a plain Go field then,
	// with the default filled in by decoding.
	def *string
}

// pointer tells whether the Go field is a pointer.
func (f *field) pointer() bool {
	switch f.typ.kind {
	case kArray, kBytes, kBase64:
		return false
	}
	return !f.required && f.def == nil
}

// typ is the type of a field or item, with its bounds; nil means none.
type typ struct {
	kind             kind
	min, max         *int64
	minimum, maximum *int64
	format           string
	elem             *typ
	obj              *object
}

// goType is the type as Go source within the package that declares it.
func (t *typ) goType() string {
	switch t.kind {
	case kInt:
		return "int64"
	case kBool:
		return "bool"
	case kBytes:
		return "xrpc.Bytes"
	case kBase64:
		return "xrpc.Base64"
	case kConvoID:
		return "xrpc.ConvoID"
	case kLink:
		return "xrpc.CIDLink"
	case kBlob:
		return "xrpc.Blob"
	case kObject:
		return t.obj.name
	case kArray:
		return "[]" + t.elem.goType()
	}
	return "string"
}

// checked tells whether anything about a value of this type can be wrong
// besides its shape.
func (t *typ) checked() bool {
	switch t.kind {
	case kObject:
		return slices.ContainsFunc(t.obj.fields, func(f *field) bool { return f.typ.checked() })
	case kConvoID:
		return true
	case kArray:
		return t.min != nil || t.max != nil || t.elem.checked()
	}
	return t.min != nil || t.max != nil || t.minimum != nil || t.maximum != nil || t.format != ""
}

// at finds the field at a path such as keyPackages[].keyPackage.
func (o *object) at(path string) *typ {
	var t *typ
	for seg := range strings.SplitSeq(path, ".") {
		if o == nil {
			return nil
		}
		name := strings.TrimRight(seg, "[]")
		i := slices.IndexFunc(o.fields, func(f *field) bool { return f.json == name })
		if i < 0 {
			return nil
		}
		t = o.fields[i].typ
		for range strings.Count(seg, "[]") {
			if t == nil || t.kind != kArray {
				return nil
			}
			t = t.elem
		}
		if o = nil; t.kind == kObject {
			o = t.obj
		}
	}
	return t
}

// has tells whether the lexicon constrains the value in this way.
func (t *typ) has(constraint string) bool {
	switch constraint {
	case "minLength":
		return t.min != nil
	case "maxLength":
		return t.max != nil
	case "minimum":
		return t.minimum != nil
	case "maximum":
		return t.maximum != nil
	case "format":
		return t.format != ""
	case "type", "required":
		return true
	}
	return false
}
