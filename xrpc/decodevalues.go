package xrpc

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// text reads a string and returns its content, which is valid until the next
// read.
func (d *Decoder) text() ([]byte, error) {
	raw, err := d.value('"', "a string")
	if err != nil {
		return nil, err
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1], nil
	}
	out, err := jsontext.AppendUnquote(nil, raw)
	if err != nil {
		return nil, d.fail("type", "malformed string")
	}
	// PostgreSQL cannot store NUL in text, and no lexicon field needs it.
	if bytes.IndexByte(out, 0) >= 0 {
		return nil, d.fail("type", "a NUL byte is not allowed")
	}
	return out, nil
}

// DecodeString decodes a string. It refuses a NUL character.
func DecodeString(p *string, d *Decoder) error {
	b, err := d.text()
	*p = string(b)
	return err
}

// DecodeInt decodes an integer: a JSON number without fraction or exponent that
// fits into 64 bits (https://atproto.com/specs/data-model#integers).
func DecodeInt(p *int64, d *Decoder) error {
	raw, err := d.value('0', "an integer")
	if err != nil {
		return err
	}
	if *p, err = strconv.ParseInt(string(raw), 10, 64); err != nil {
		return d.fail("type", "expected an integer of at most 64 bits")
	}
	return nil
}

// DecodeBool decodes a boolean.
func DecodeBool(p *bool, d *Decoder) error {
	v, err := d.in.ReadValue()
	if err != nil {
		return d.syntax(err)
	}
	if k := v.Kind(); k != 't' && k != 'f' {
		return d.fail("type", "expected a boolean, found %s", kindName(k))
	}
	*p = v.Kind() == 't'
	return nil
}

// DecodeBase64String decodes a string that holds base64.
func DecodeBase64String(p *Base64, d *Decoder) error {
	text, err := d.text()
	if err != nil {
		return err
	}
	if *p, err = DecodeBase64(text); err != nil {
		return d.fail("type", "expected base64 (standard or url alphabet)")
	}
	return nil
}

// DecodeBytes decodes {"$bytes": …}.
func DecodeBytes(p *Bytes, d *Decoder) error {
	return d.wrapped("$bytes", `{"$bytes": base64}`, func(text []byte) error {
		var err error
		if *p, err = DecodeBase64(text); err != nil {
			return d.fail("type", "expected base64 (standard or url alphabet)")
		}
		return nil
	})
}

// DecodeCIDLink decodes {"$link": …}.
func DecodeCIDLink(p *CIDLink, d *Decoder) error {
	return d.wrapped("$link", `{"$link": CID}`, func(text []byte) error {
		if !hasFormat(FormatCID, string(text)) {
			return d.fail("format", "expected a CID")
		}
		*p = CIDLink(text)
		return nil
	})
}

// wrapped decodes an object with exactly one field, which is a string.
func (d *Decoder) wrapped(name, what string, use func([]byte) error) error {
	if err := d.open('{', what); err != nil {
		return err
	}
	found := false
	for d.in.PeekKind() != '}' {
		tok, err := d.in.ReadToken()
		if err != nil {
			return d.syntax(err)
		}
		if tok.String() != name {
			return d.fail("type", "expected %s and nothing else", what)
		}
		text, err := d.text()
		if err != nil {
			return err
		}
		if err := use(text); err != nil {
			return err
		}
		found = true
	}
	if _, err := d.in.ReadToken(); err != nil {
		return d.syntax(err)
	}
	if !found {
		return d.fail("type", "expected %s", what)
	}
	return nil
}

// DecodeBlob decodes a blob reference.
func DecodeBlob(p *Blob, d *Decoder) error {
	var kind string
	err := d.Object(func(name string) error {
		switch name {
		case "$type":
			return DecodeString(&kind, d)
		case "ref":
			return DecodeCIDLink(&p.Ref, d)
		case "mimeType":
			return DecodeString(&p.MimeType, d)
		case "size":
			return DecodeInt(&p.Size, d)
		}
		return d.Skip()
	}, "$type", "ref", "mimeType", "size")
	if err != nil {
		return err
	}
	if kind != "blob" {
		return d.fail("type", `expected a blob, with $type "blob"`)
	}
	if p.Size < 0 {
		return d.failAt(join(d.path(), "size"), "minimum", "must not be negative")
	}
	return nil
}
