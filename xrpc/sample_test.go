package xrpc

import (
	"context"
	"net/url"
)

// sample has a field of every kind, as generated types do.
type sample struct {
	Text   string
	Maybe  *string
	Num    int64
	Flag   *bool
	Bytes  Bytes
	B64    Base64
	Link   *CIDLink
	Blob   *Blob
	Words  []string
	Nested *sample
	More   []sample
}

func (v *sample) DecodeJSON(d *Decoder) error {
	return d.Object(func(name string) error {
		switch name {
		case "text":
			return DecodeString(&v.Text, d)
		case "maybe":
			return DecodeOpt(&v.Maybe, d, DecodeString)
		case "num":
			return DecodeInt(&v.Num, d)
		case "flag":
			return DecodeOpt(&v.Flag, d, DecodeBool)
		case "bytes":
			return DecodeBytes(&v.Bytes, d)
		case "b64":
			return DecodeBase64String(&v.B64, d)
		case "link":
			return DecodeOpt(&v.Link, d, DecodeCIDLink)
		case "blob":
			return DecodeOpt(&v.Blob, d, DecodeBlob)
		case "words":
			return DecodeArray(&v.Words, d, 3, DecodeString)
		case "nested":
			return DecodeOpt(&v.Nested, d, (*sample).DecodeJSON)
		case "more":
			return DecodeArray(&v.More, d, 3, (*sample).DecodeJSON)
		}
		return d.Skip()
	}, "text", "num")
}

func (v *sample) Check(c *Checker) {
	c.String("text", v.Text, 1, 8)
	c.Int("num", v.Num, -5, 5)
	if v.Maybe != nil {
		c.Format("maybe", *v.Maybe, FormatDID)
	}
	if v.Bytes != nil {
		c.Bytes("bytes", v.Bytes, 1, 4)
	}
	if v.Blob != nil {
		c.Blob("blob", *v.Blob, 100)
	}
	CheckItems(c, "words", v.Words, -1, 3, func(x *string, c *Checker) { c.String("", *x, 1, 2) })
	if v.Nested != nil {
		c.In("nested", v.Nested)
	}
	CheckItems(c, "more", v.More, -1, 3, (*sample).Check)
}

func (v *sample) EncodeJSON(e *Encoder) {
	e.Open()
	e.Name("text").String(v.Text)
	if v.Maybe != nil {
		e.Name("maybe").String(*v.Maybe)
	}
	e.Name("num").Int(v.Num)
	if v.Flag != nil {
		e.Name("flag").Bool(*v.Flag)
	}
	if v.Bytes != nil {
		e.Name("bytes").Bytes(v.Bytes)
	}
	if v.B64 != nil {
		e.Name("b64").Base64(v.B64)
	}
	if v.Link != nil {
		e.Name("link").CIDLink(*v.Link)
	}
	if v.Blob != nil {
		e.Name("blob").Blob(*v.Blob)
	}
	if v.Words != nil {
		e.Name("words").OpenArray()
		for _, x := range v.Words {
			e.String(x)
		}
		e.CloseArray()
	}
	if v.Nested != nil {
		v.Nested.EncodeJSON(e.Name("nested"))
	}
	if v.More != nil {
		e.Name("more").OpenArray()
		for i := range v.More {
			v.More[i].EncodeJSON(e)
		}
		e.CloseArray()
	}
	e.Close()
}

// sampleRules give names to two violations.
var sampleRules = []Named{
	{Path: "words", Constraint: "maxLength", Name: "TooManyWords", Status: 413},
	{Path: "more[].words[]", Constraint: "maxLength", Name: "WordTooLong", Status: 400},
	{Path: "num", Constraint: "required", Name: "NumMissing", Status: 400},
}

func (v *sample) Parse(body []byte) error { return Parse(body, v, sampleRules...) }

// sampleParams has a parameter of every kind.
type sampleParams struct {
	Name  string
	Maybe *string
	Limit int64
	Since *int64
	Deep  bool
	Wide  *bool
	Tags  []string
	Nums  []int64
	Flags []bool
}

func (v *sampleParams) Check(c *Checker) {
	c.String("name", v.Name, 1, 8)
	c.Int("limit", v.Limit, 1, 100)
	CheckItems(c, "tags", v.Tags, -1, 2, func(x *string, c *Checker) { c.Format("", *x, FormatDID) })
}

func (v *sampleParams) Parse(q url.Values) error {
	p := NewParams(q, Named{Path: "tags[]", Constraint: "format", Name: "InvalidDid", Status: 400})
	p.Required("name")
	v.Name = p.String("name")
	v.Maybe = p.OptString("maybe")
	v.Limit = p.Int("limit", 50)
	v.Since = p.OptInt("since")
	v.Deep = p.Bool("deep", false)
	v.Wide = p.OptBool("wide")
	v.Tags = p.Strings("tags")
	v.Nums = p.Ints("nums")
	v.Flags = p.Bools("flags")
	return p.Done(v)
}

// echoSample returns its input.
func echoSample(_ context.Context, _ Caller, in *sample) (*sample, error) { return in, nil }
