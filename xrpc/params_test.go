package xrpc

import (
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

func TestParams(t *testing.T) {
	text, since, wide := "x", int64(0), false
	for in, want := range map[string]sampleParams{
		"name=a":                           {Name: "a", Limit: 50},
		"name=a&unknown=1&unknown=2":       {Name: "a", Limit: 50},
		"name=a&limit=100&since=0&maybe=x": {Name: "a", Limit: 100, Since: &since, Maybe: &text},
		"name=a&deep=true&wide=false":      {Name: "a", Limit: 50, Deep: true, Wide: &wide},
		"name=a&tags=did:plc:b&tags=did:plc:a&nums=-1&nums=2&flags=true": {Name: "a", Limit: 50,
			Tags: []string{"did:plc:b", "did:plc:a"}, Nums: []int64{-1, 2}, Flags: []bool{true}},
	} {
		q, err := url.ParseQuery(in)
		if err != nil {
			t.Fatal(err)
		}
		var v sampleParams
		if err := v.Parse(q); err != nil || !reflect.DeepEqual(v, want) {
			t.Errorf("%s: %+v, %v", in, v, err)
		}
	}
}

func TestRefusedParams(t *testing.T) {
	for _, c := range []struct{ in, name, want string }{
		{"", InvalidRequest, "name: required, but missing"},
		{"Name=a", InvalidRequest, "name: required, but missing"},
		{"name=a&name=b", InvalidRequest, "name: given more than once"},
		{"name=", InvalidRequest, "name: must have at least 1 byte"},
		{"name=123456789", InvalidRequest, "name: must have at most 8 bytes"},
		{"name=%00", InvalidRequest, "name: a NUL byte"},
		{"name=%ff", InvalidRequest, "name: not valid UTF-8"},
		{"name=a&limit=0", InvalidRequest, "limit: must be at least 1"},
		{"name=a&limit=101", InvalidRequest, "limit: must be at most 100"},
		{"name=a&limit=", InvalidRequest, "limit: expected an integer"},
		{"name=a&limit=1.5", InvalidRequest, "limit: expected an integer"},
		{"name=a&limit=%2B5", InvalidRequest, "limit: expected an integer"},
		{"name=a&limit=0x10", InvalidRequest, "limit: expected an integer"},
		{"name=a&limit=99999999999999999999", InvalidRequest, "limit: expected an integer"},
		{"name=a&limit=5&limit=5", InvalidRequest, "limit: given more than once"},
		{"name=a&deep=1", InvalidRequest, "deep: expected true or false"},
		{"name=a&wide=TRUE", InvalidRequest, "wide: expected true or false"},
		{"name=a&nums=1&nums=x", InvalidRequest, "nums: expected an integer"},
		{"name=a&tags=did:plc:a&tags=nobody", "InvalidDid", "tags[1]: not a valid did"},
		{"name=a&tags=did:plc:a&tags=did:plc:b&tags=did:plc:c", InvalidRequest, "tags: must have at most 2 items"},
		{"name=a&tags=did:plc:a&tags=%00", InvalidRequest, "tags[1]: a NUL byte"},
	} {
		q, err := url.ParseQuery(c.in)
		if err != nil {
			t.Fatal(err)
		}
		var v sampleParams
		var e *Error
		if err := v.Parse(q); !errors.As(err, &e) || e.Name != c.name || e.Status != 400 || !strings.Contains(e.Message, c.want) {
			t.Errorf("%s:\ngot  %v\nwant %s: %s", c.in, err, c.name, c.want)
		}
	}
}

func TestValues(t *testing.T) {
	q := Values{}
	q.String("s", "a b")
	q.Int("n", -7)
	q.Bool("f", true)
	q.String("s", "c")
	if got := url.Values(q).Encode(); got != "f=true&n=-7&s=a+b&s=c" {
		t.Error(got)
	}
}
