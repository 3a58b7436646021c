package lexgen

import (
	"slices"
	"strings"
)

// kind is a kind of value that the generator supports.
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

// model is the input of the emitters: the lexicons with refs resolved and Go
// names assigned.
type model struct {
	methods []*method
	// unions are the unions of events, by name.
	unions []*union
	// objects are in the order of file and definition. Each becomes a Go type.
	objects []*object
	// errors holds all declared error names, sorted.
	errors []string
	status map[string]int
	// maxJSON is the largest JSON body that any method accepts.
	maxJSON int64
}

// union is the set of events that one or several methods stream. It becomes a
// Go interface.
type union struct {
	name   string
	events []*object
	// file and refs are those of the first subscription. Further subscriptions
	// must have the same refs, and all methods the same definitions.
	file *File
	refs []string
	// methods lists the methods that stream it, for the doc comment.
	methods []string
}

// method is a query, a procedure or a subscription.
type method struct {
	nsid, name, desc string
	policy           MethodPolicy
	procedure        bool
	subscription     bool
	// union is the union of the streamed events, nil if the method answers with
	// one object.
	union         *union
	inEnc, outEnc string
	params, input *object
	output        *object
	errors        []string
	rules         []rule
	// maxBody is computed from the input, in bytes.
	maxBody int64
}

// rule is a Rule for one constraint.
type rule struct{ path, constraint, name string }

// object is a Go struct.
type object struct {
	name, desc, nsid string
	// place is the location as the Policy writes it: createConvo.input.
	place  string
	fields []*field
	// of is the method whose input or parameters the object is, or nil.
	of *method
	// isParams is set for the parameters of a query.
	isParams bool
	// union is the union of which the object is an event, and eventName its
	// name there. They are nil and "" for other objects.
	union *union
	event string
	// cbor is set for events and the objects inside them.
	cbor bool
}

// field is one field of a struct.
type field struct {
	json, name, desc string
	required         bool
	typ              *typ
	// def is the default, nil if there is none. A field with a default is a
	// plain Go field, and decoding fills in the default.
	def *string
}

// pointer reports whether the Go field is a pointer.
func (f *field) pointer() bool {
	switch f.typ.kind {
	case kArray, kBytes, kBase64:
		return false
	}
	return !f.required && f.def == nil
}

// typ is the type of a field or item with its limits; a nil limit means none.
type typ struct {
	kind             kind
	min, max         *int64
	minimum, maximum *int64
	format           string
	elem             *typ
	obj              *object
}

// goType returns the type as Go source, for use in the package that declares
// it.
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

// checked reports whether a value of this type can break a limit or a format.
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

// at returns the field at a path such as keyPackages[].keyPackage.
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

// has reports whether the lexicon has the constraint for the value.
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
