package xrpc

import (
	"encoding/base64"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

const testCID = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"

const wholeSample = `{"text":"hi","maybe":"did:plc:abc","num":-3,"flag":true,"bytes":{"$bytes":"AAE"},"b64":"AQ==",` +
	`"link":{"$link":"` + testCID + `"},"blob":{"$type":"blob","ref":{"$link":"` + testCID + `"},"mimeType":"a/b","size":7},` +
	`"words":["a","b"],"nested":{"text":"x","num":0},"more":[{"text":"y","num":1}]}`

func TestRoundTrip(t *testing.T) {
	var v sample
	if err := v.Parse([]byte(wholeSample)); err != nil {
		t.Fatal(err)
	}
	if got := string(Marshal(&v)); got != wholeSample {
		t.Errorf("got  %s\nwant %s", got, wholeSample)
	}
}

func TestLenientInput(t *testing.T) {
	for in, want := range map[string]string{
		`{"num":0,"text":"\u0061\/"}`:                                     `{"text":"a/","num":0}`,
		` { "text" : "x" , "num" : 1 } ` + "\n":                           `{"text":"x","num":1}`,
		`{"text":"x","num":1,"$type":"any","other":{"a":[null,{"b":1}]}}`: `{"text":"x","num":1}`,
		`{"text":"x","num":1,"Text":"y","NUM":null}`:                      `{"text":"x","num":1}`,
		`{"text":"x","num":1,"bytes":{"$bytes":"-_8"},"b64":"-_8"}`:       `{"text":"x","num":1,"bytes":{"$bytes":"+/8"},"b64":"+/8="}`,
		`{"text":"x","num":1,"bytes":{"$bytes":"\u0041A=="}}`:             `{"text":"x","num":1,"bytes":{"$bytes":"AA"}}`,
		`{"text":"x","num":1,"b64":"","words":[]}`:                        `{"text":"x","num":1,"b64":"","words":[]}`,
		`{"text":"é\ud83d\ude00","num":-0}`:                               `{"text":"é😀","num":0}`,
	} {
		var v sample
		if err := v.Parse([]byte(in)); err != nil {
			t.Errorf("%s: %v", in, err)
		} else if got := string(Marshal(&v)); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestRefusedInput(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{``, "body: empty"},
		{`   `, "body: empty"},
		{`{`, "body: malformed JSON"},
		{`{"text":"x","num":1`, "body: malformed JSON"},
		{`{"text":"x","num":1}}`, "body: malformed JSON"},
		{`{"text":"x","num":1} {}`, "body: more than one JSON value"},
		{`{"text":"x","num":1} garbage`, "body: malformed JSON"},
		{`{text:"x"}`, "malformed JSON"},
		{`{"text":'x'}`, "text: malformed JSON"},
		{`{"text":"x",}`, "malformed JSON"},
		{`{"text":"x","num":01}`, "malformed JSON"},
		{`{"text":"x","num":NaN}`, "num: malformed JSON"},
		{"\xef\xbb\xbf{}", "malformed JSON"},
		{`[]`, "body: expected an object, found an array"},
		{`"x"`, "body: expected an object, found a string"},
		{`null`, "body: expected an object, found null"},
		{`{}`, "text: required, but missing"},
		{`{"text":"x"}`, "num: required, but missing"},
		{`{"text":"x","num":1,"text":"y"}`, "text: field occurs twice"},
		{`{"text":"x","num":1,"z":1,"z":2}`, "z: field occurs twice"},
		{`{"text":"x","num":1,"other":{"a":1,"a":2}}`, "other.a: field occurs twice"},
		{`{"text":null,"num":1}`, "text: expected a string, found null"},
		{`{"text":"x","num":1,"maybe":null}`, "maybe: expected a string, found null"},
		{`{"text":"x","num":1,"words":null}`, "words: expected an array, found null"},
		{`{"text":"x","num":1,"nested":null}`, "nested: expected an object, found null"},
		{`{"text":1,"num":1}`, "text: expected a string, found a number"},
		{`{"text":["x"],"num":1}`, "text: expected a string, found an array"},
		{`{"text":"x","num":"1"}`, "num: expected an integer, found a string"},
		{`{"text":"x","num":1.0}`, "num: expected an integer of at most 64 bits"},
		{`{"text":"x","num":1e2}`, "num: expected an integer of at most 64 bits"},
		{`{"text":"x","num":9223372036854775808}`, "num: expected an integer of at most 64 bits"},
		{`{"text":"x","num":1,"flag":"true"}`, "flag: expected a boolean, found a string"},
		{`{"text":"x","num":1,"flag":0}`, "flag: expected a boolean, found a number"},
		{`{"text":"a\u0000b","num":1}`, "text: a NUL byte"},
		{"{\"text\":\"a\x00b\",\"num\":1}", "text: malformed JSON"},
		{"{\"text\":\"a\xff\",\"num\":1}", "text: malformed JSON"},
		{`{"text":"\ud800","num":1}`, "text: malformed JSON"},
		{`{"text":"x","num":1,"bytes":"AA=="}`, "bytes: expected {\"$bytes\": base64}, found a string"},
		{`{"text":"x","num":1,"bytes":{}}`, "bytes: expected {\"$bytes\": base64}"},
		{`{"text":"x","num":1,"bytes":{"$bytes":"AA==","a":1}}`, "expected {\"$bytes\": base64} and nothing else"},
		{`{"text":"x","num":1,"bytes":{"$bytes":7}}`, "bytes.$bytes: expected a string"},
		{`{"text":"x","num":1,"bytes":{"$bytes":"A"}}`, "bytes.$bytes: expected base64"},
		{`{"text":"x","num":1,"bytes":{"$bytes":"AA\u000a=="}}`, "bytes.$bytes: expected base64"},
		{`{"text":"x","num":1,"b64":"not base64"}`, "b64: expected base64"},
		{`{"text":"x","num":1,"b64":{"$bytes":"AA=="}}`, "b64: expected a string, found an object"},
		{`{"text":"x","num":1,"link":{"$link":"x"}}`, "link.$link: expected a CID"},
		{`{"text":"x","num":1,"link":"` + testCID + `"}`, "link: expected {\"$link\": CID}, found a string"},
		{`{"text":"x","num":1,"blob":{"$type":"blob"}}`, "blob.ref: required, but missing"},
		{`{"text":"x","num":1,"blob":{"$type":"b","ref":{"$link":"` + testCID + `"},"mimeType":"","size":1}}`, "blob: expected a blob"},
		{`{"text":"x","num":1,"blob":{"$type":"blob","ref":{"$link":"` + testCID + `"},"mimeType":"","size":-1}}`, "blob.size: must not be negative"},
		{`{"text":"x","num":1,"words":["a",2]}`, "words[1]: expected a string, found a number"},
		{`{"text":"x","num":1,"words":["a","\u0000"]}`, "words[1]: a NUL byte"},
		{`{"text":"x","num":1,"nested":{"text":"y","num":"z"}}`, "nested.num: expected an integer"},
		{`{"text":"x","num":1,"nested":{"text":"y"}}`, "nested.num: required, but missing"},
		{`{"text":"x","num":1,"more":[{"text":"y","num":1},{"text":"y"}]}`, "more[1].num: required, but missing"},
		{`{"text":"x","num":1,"more":[{"text":"y","num":1,"words":["a",null]}]}`, "more[0].words[1]: expected a string, found null"},
		{strings.Repeat(`{"other":`, 20000), "malformed JSON"},
		{`{"text":"x","num":1,"other":` + strings.Repeat(`[`, 20000), "malformed JSON"},
	} {
		var v sample
		err := DecodeJSON([]byte(c.in), &v)
		shown := c.in[:min(len(c.in), 100)]
		if err != nil && len(err.Error()) > 1000 {
			t.Errorf("%s: %d bytes of message", shown, len(err.Error()))
		}
		if err == nil {
			t.Errorf("%s: accepted", shown)
			continue
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\ngot  %v\nwant %s", shown, err, c.want)
		}
		var e *Error
		if !errors.As(err, &e) || e.Status != http.StatusBadRequest || e.Name != InvalidRequest {
			t.Errorf("%s: %#v", shown, err)
		}
	}
}

func TestBounds(t *testing.T) {
	for _, c := range []struct{ in, name, want string }{
		{`{"text":"","num":1}`, InvalidRequest, "text: must have at least 1 byte, has 0"},
		{`{"text":"123456789","num":1}`, InvalidRequest, "text: must have at most 8 bytes, has 9"},
		{`{"text":"ééééé","num":1}`, InvalidRequest, "text: must have at most 8 bytes, has 10"},
		{`{"text":"x","num":6}`, InvalidRequest, "num: must be at most 5"},
		{`{"text":"x","num":-6}`, InvalidRequest, "num: must be at least -5"},
		{`{"text":"x"}`, "NumMissing", "num: required"},
		{`{"text":"x","num":1,"maybe":"did:plc:abc#device"}`, InvalidRequest, "maybe: not a valid did"},
		{`{"text":"x","num":1,"bytes":{"$bytes":""}}`, InvalidRequest, "bytes: must have at least 1 byte, has 0"},
		{`{"text":"x","num":1,"bytes":{"$bytes":"AAAAAAA="}}`, InvalidRequest, "bytes: must have at most 4 bytes, has 5"},
		{`{"text":"x","num":1,"words":["a","abc"]}`, InvalidRequest, "words[1]: must have at most 2 bytes, has 3"},
		{`{"text":"x","num":1,"words":["a","b","c","d"]}`, "TooManyWords", "words: must have at most 3 items"},
		{`{"text":"x","num":1,"words":["a","b","c","d",7,{"z":0},null]}`, "TooManyWords", "words: must have at most 3 items"},
		{`{"text":"x","num":1,"nested":{"text":"y","num":9}}`, InvalidRequest, "nested.num: must be at most 5"},
		{`{"text":"x","num":1,"more":[{"text":"y","num":1},{"text":"y","num":9}]}`, InvalidRequest, "more[1].num: must be at most 5"},
		{`{"text":"x","num":1,"more":[{"text":"y","num":1,"words":["abc"]}]}`, "WordTooLong", "more[0].words[0]: must have at most 2 bytes"},
		{`{"text":"x","num":1,"blob":{"$type":"blob","ref":{"$link":"` + testCID + `"},"mimeType":"","size":101}}`, InvalidRequest, "blob: must have at most 100 bytes"},
	} {
		var v sample
		var e *Error
		if err := v.Parse([]byte(c.in)); !errors.As(err, &e) || e.Name != c.name || !strings.Contains(e.Message, c.want) {
			t.Errorf("%s:\ngot  %v\nwant %s: %s", c.in, err, c.name, c.want)
		}
	}
}

// A long array must cost the memory of its limit, not of its items.
func TestLongArrayIsNotKept(t *testing.T) {
	var v sample
	in := `{"text":"x","num":1,"words":["a"` + strings.Repeat(`,"a"`, 100_000) + `]}`
	if err := DecodeJSON([]byte(in), &v); err != nil || len(v.Words) != 4 {
		t.Errorf("kept %d, %v", len(v.Words), err)
	}
}

func TestUnknownFormatMatchesNothing(t *testing.T) {
	if hasFormat("no-such-format", "x") {
		t.Error("accepted")
	}
}

// Input from a client must never cause a panic. Everything accepted must be the
// same after encoding and decoding.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(wholeSample))
	f.Add([]byte(`{"text":"x","num":1,"bytes":{"$bytes":"AA"}}`))
	f.Add([]byte(`{"text":"\u0000","num":1e9,"words":[[[]]]}`))
	f.Add([]byte(`{"more":[{"more":[{"text":`))
	f.Fuzz(func(t *testing.T, in []byte) {
		var v, again sample
		if err := v.Parse(in); err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Message == "" {
				t.Fatalf("not an *Error: %v", err)
			}
			return
		}
		out := Marshal(&v)
		if err := again.Parse(out); err != nil || !reflect.DeepEqual(v, again) {
			t.Fatalf("%q became %q, %v", in, out, err)
		}
	})
}

// These benchmarks compare decoding 2 MiB of base64 within JSON with decoding
// the base64 alone.
func BenchmarkDecodeBytes(b *testing.B) {
	text := base64.StdEncoding.EncodeToString(make([]byte, 2<<20))
	body := []byte(`{"text":"x","num":1,"bytes":{"$bytes":"` + text + `"}}`)
	b.Run("base64", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if _, err := base64.StdEncoding.DecodeString(text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("json", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			var v sample
			if err := DecodeJSON(body, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}
