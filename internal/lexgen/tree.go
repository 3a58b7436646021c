package lexgen

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// node is a JSON value that keeps the order of its fields. encoding/json does
// not, and so neither do indigo's schema types.
type node struct {
	// kind is '{', '[', '"', '0', 't', 'f' or 'n'.
	kind   jsontext.Kind
	keys   []string
	fields map[string]*node
	items  []*node
	// text is the text of a string or the digits of a number.
	text string
}

// parseTree parses a complete JSON text. Duplicate names are an error.
func parseTree(raw []byte) (*node, error) {
	d := jsontext.NewDecoder(bytes.NewReader(raw))
	n, err := readNode(d)
	if err != nil {
		line := 1 + bytes.Count(raw[:min(int(d.InputOffset()), len(raw))], []byte("\n"))
		return nil, fmt.Errorf("line %d: %w", line, err)
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON value")
	}
	return n, nil
}

func readNode(d *jsontext.Decoder) (*node, error) {
	tok, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	n := &node{kind: tok.Kind()}
	switch n.kind {
	case '"', '0':
		n.text = tok.String()
	case '[':
		for d.PeekKind() != ']' {
			item, err := readNode(d)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, item)
		}
		_, err = d.ReadToken()
	case '{':
		n.fields = map[string]*node{}
		for d.PeekKind() != '}' {
			name, err := d.ReadToken()
			if err != nil {
				return nil, err
			}
			key := name.String()
			value, err := readNode(d)
			if err != nil {
				return nil, err
			}
			n.keys = append(n.keys, key)
			n.fields[key] = value
		}
		_, err = d.ReadToken()
	}
	return n, err
}

// get follows a path of names from n. It returns nil if a name is missing; get
// of nil returns nil.
func (n *node) get(names ...string) *node {
	for _, name := range names {
		if n == nil || n.fields == nil {
			return nil
		}
		n = n.fields[name]
	}
	return n
}

// str returns the text of a string field, "" if it is missing.
func (n *node) str(names ...string) string {
	if v := n.get(names...); v != nil && v.kind == '"' {
		return v.text
	}
	return ""
}

// number returns the integer in n.
func (n *node) number() (int64, bool) {
	if n == nil || n.kind != '0' {
		return 0, false
	}
	v, err := strconv.ParseInt(n.text, 10, 64)
	return v, err == nil
}

// strings returns the texts in an array of strings.
func (n *node) strings() []string {
	if n == nil {
		return nil
	}
	out := make([]string, 0, len(n.items))
	for _, item := range n.items {
		out = append(out, item.text)
	}
	return out
}

// equal reports whether two values are the same, the order of fields included.
func (n *node) equal(o *node) bool {
	if n == nil || o == nil {
		return n == o
	}
	return n.kind == o.kind && n.text == o.text && slices.Equal(n.keys, o.keys) &&
		slices.EqualFunc(n.items, o.items, (*node).equal) &&
		maps.EqualFunc(n.fields, o.fields, (*node).equal)
}
