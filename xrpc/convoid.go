package xrpc

import (
	"fmt"
	"strings"
)

// ConvoID is the id of a conversation: the MLS group id in hexadecimal. Decoding
// gives its lower-case form, so that equal ids are equal text; what is no
// hexadecimal stays as it came, for Check to refuse.
type ConvoID string

// Valid tells whether the id is hexadecimal of even length.
func (id ConvoID) Valid() bool { return id.problem() == "" }

// problem says what is wrong with an id, "" for nothing. The lexicons bound its
// length.
func (id ConvoID) problem() string {
	if len(id)%2 != 0 {
		return fmt.Sprintf("a conversation id is hexadecimal of even length, this has %d digits", len(id))
	}
	for i := range len(id) {
		switch c := id[i]; {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'f', 'A' <= c && c <= 'F':
		default:
			return fmt.Sprintf("a conversation id is hexadecimal, this has %q at %d", c, i)
		}
	}
	return ""
}

// received gives the lower-case form of an id that a client wrote.
func received(s string) ConvoID {
	if id := ConvoID(s); !id.Valid() {
		return id
	}
	return ConvoID(strings.ToLower(s))
}

// DecodeConvoID reads a string that is the id of a conversation.
func DecodeConvoID(p *ConvoID, d *Decoder) error {
	var s string
	err := DecodeString(&s, d)
	*p = received(s)
	return err
}

// UnmarshalCBOR reads an id from a frame.
func (id *ConvoID) UnmarshalCBOR(b []byte) error {
	var s string
	if err := decMode.Unmarshal(b, &s); err != nil {
		return err
	}
	*id = received(s)
	return nil
}

// ConvoID writes an id.
func (e *Encoder) ConvoID(id ConvoID) { e.String(string(id)) }

// ConvoID requires hexadecimal.
func (c *Checker) ConvoID(name string, id ConvoID) {
	if why := id.problem(); why != "" {
		c.fail(name, "format", "%s", why)
	}
}

// ConvoID gives a required id of a conversation.
func (p *Params) ConvoID(name string) ConvoID { return received(p.String(name)) }

// OptConvoID gives an optional id, nil where it is absent.
func (p *Params) OptConvoID(name string) *ConvoID {
	s := p.OptString(name)
	if s == nil {
		return nil
	}
	id := received(*s)
	return &id
}

// ConvoIDs gives an array of ids, nil where it is absent.
func (p *Params) ConvoIDs(name string) []ConvoID {
	var out []ConvoID
	for _, s := range p.Strings(name) {
		out = append(out, received(s))
	}
	return out
}

// ConvoID adds an id.
func (q Values) ConvoID(name string, id ConvoID) { q.String(name, string(id)) }
