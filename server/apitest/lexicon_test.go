package apitest

import (
	"encoding/json"
	"fmt"
	"strings"

	"catbird.blue/mls/lexicons"
)

const namespace = "blue.catbird.mls."

// lexicon is a lexicon file. Only this package reads it this way, so that the
// tests do not depend on the generated code.
type lexicon struct {
	ID   string
	Defs map[string]*schema
}

// schema is any definition in a lexicon.
type schema struct {
	Type       string
	Format     string
	Ref        string
	Items      *schema
	Required   []string
	Properties map[string]*schema
	MinLength  *int
	MaxLength  *int
	Minimum    *int64
	Maximum    *int64
	MaxSize    *int64
	Known      []string `json:"knownValues"`

	Refs []string

	Input, Output, Message *struct {
		Encoding string
		Schema   *schema
	}
	Parameters  *schema
	Errors      []struct{ Name string }
	Permissions []struct {
		Resource   string
		InheritAud bool
		LXM        []string
	}
	// file is the NSID to which local refs belong.
	file string
}

// readLexicon panics if there is no such file, since the files are embedded.
func readLexicon(nsid string) *lexicon {
	raw, ok := lexicons.JSON(nsid)
	if !ok {
		panic("no lexicon " + nsid)
	}
	l := &lexicon{}
	if err := json.Unmarshal(raw, l); err != nil {
		panic(fmt.Sprintf("%s: %v", nsid, err))
	}
	l.listEvents()
	for _, d := range l.Defs {
		d.own(nsid)
	}
	return l
}

// listEvents makes the objects of a file the union of events that its query streams,
// which the lexicon does not list.
func (l *lexicon) listEvents() {
	out := l.main().Output
	if out == nil || out.Encoding != "text/event-stream" {
		return
	}
	out.Schema = &schema{Type: "union"}
	for name, d := range l.Defs {
		if d.Type == "object" {
			out.Schema.Refs = append(out.Schema.Refs, "#"+name)
		}
	}
}

// own records in a schema, and all below it, to which file it belongs.
func (s *schema) own(nsid string) {
	if s == nil {
		return
	}
	s.file = nsid
	for _, p := range s.Properties {
		p.own(nsid)
	}
	s.Items.own(nsid)
	s.Parameters.own(nsid)
	if s.Input != nil {
		s.Input.Schema.own(nsid)
	}
	if s.Output != nil {
		s.Output.Schema.own(nsid)
	}
	if s.Message != nil {
		s.Message.Schema.own(nsid)
	}
}

func (l *lexicon) main() *schema {
	if m := l.Defs["main"]; m != nil {
		return m
	}
	return &schema{}
}

func (l *lexicon) isMethod() bool {
	t := l.main().Type
	return t == "query" || t == "procedure" || t == "subscription"
}

// input returns the schema of a method's body or parameters; nil if it has
// none.
func (l *lexicon) input() *schema {
	m := l.main()
	if m.Input != nil {
		return m.Input.Schema
	}
	return m.Parameters
}

// resolve follows a reference.
func (s *schema) resolve() *schema {
	if s.Type != "ref" {
		return s
	}
	nsid, name, _ := strings.Cut(s.absolute(s.Ref), "#")
	if name == "" {
		name = "main"
	}
	return readLexicon(nsid).Defs[name].resolve()
}

// absolute returns a reference that is valid in any file.
func (s *schema) absolute(ref string) string {
	if strings.HasPrefix(ref, "#") {
		return s.file + ref
	}
	return ref
}

// variant returns the schema that a union has for this $type, or nil.
func (s *schema) variant(of string) *schema {
	for _, ref := range s.Refs {
		if ref = s.absolute(ref); ref == of {
			return (&schema{Type: "ref", Ref: ref}).resolve()
		}
	}
	return nil
}

// undeclared lists the fields of an answer or event that its schema does not
// have.
func undeclared(nsid string, body []byte) []string {
	main := readLexicon(nsid).main()
	out := main.Output
	if main.Message != nil {
		out = main.Message
	}
	if out == nil || out.Schema == nil {
		return nil
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return []string{"malformed JSON"}
	}
	return out.Schema.strangers("", v)
}

func (s *schema) strangers(path string, v any) []string {
	s = s.resolve()
	var out []string
	switch v := v.(type) {
	case map[string]any:
		isUnion := s.Type == "union"
		if isUnion {
			of, _ := v["$type"].(string)
			if s = s.variant(of); s == nil {
				return []string{"$type " + of}
			}
		}
		if s.Type != "object" {
			return nil // bytes, links and blobs are checked by indigo
		}
		for name, x := range v {
			if isUnion && name == "$type" {
				continue
			}
			at := strings.TrimPrefix(path+"."+name, ".")
			if p := s.Properties[name]; p != nil {
				out = append(out, p.strangers(at, x)...)
			} else {
				out = append(out, at)
			}
		}
	case []any:
		for i, x := range v {
			if s.Items != nil {
				out = append(out, s.Items.strangers(fmt.Sprintf("%s[%d]", path, i), x)...)
			}
		}
	}
	return out
}
