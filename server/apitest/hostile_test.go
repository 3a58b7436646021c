package apitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// post sends any body to a procedure.
func (s *stack) post(t testing.TB, as actor, m *xrpc.Method, body []byte, header http.Header) answer {
	t.Helper()
	r := s.request(t, m, body)
	for name, values := range header {
		r.Header[name] = values
	}
	r.Header.Set("Authorization", "Bearer "+as.Token(serviceDID, m.NSID))
	return s.do(t, m, r)
}

// jsonMethods are the methods that take a JSON body.
func jsonMethods() []*xrpc.Method {
	var out []*xrpc.Method
	for _, m := range gen.Methods {
		if m.InputEncoding == "application/json" {
			out = append(out, m)
		}
	}
	return out
}

// Bodies that are not a JSON object of the lexicon are refused by every method.
// The answer says where reading stopped.
func TestMalformedBodies(t *testing.T) {
	t.Parallel()
	s, who := newStack(t), newActor()
	before := s.state(t)
	bodies := map[string]string{
		"": "body: ", " ": "body: ", "null": "body: ", "7": "body: ", `"text"`: "body: ", "true": "body: ", "[]": "body: ",
		"{": "body: ", "}": "body: ", `{"a"`: "a: ", `{"a":`: "a: ", `{"a":1,}`: "body: ", `{"a" 1}`: "a: ", "{'a':1}": "body: ",
		`{"a":01}`: "body: ", `{"a":+1}`: "a: ", `{"a":NaN}`: "a: ", `{"a":.5}`: "a: ", `{"a":tru}`: "a: ", `{"a":"b}`: "a: ",
		"{\"a\":\"\n\"}": "a: ", "{\"a\":\"\x00\"}": "a: ", "{\"a\":\"\xff\"}": "a: ", `{"a":"\ud800"}`: "a: ", `{"a":"\x"}`: "a: ",
		"\xef\xbb\xbf{}": "body: ", "\x00": "body: ", "{}\x00": "", "{} {}": "", "{}x": "", "// {}\n{}": "body: ",
		`{"a":1,"a":2}`: "a: field occurs twice", `{"a":{"b":1,"b":2}}`: "a.b: field occurs twice", `{"a":[{"b":1,"b":2}]}`: "a[0].b: field occurs twice",
		`{"a":` + strings.Repeat("[", 100_000) + `}`:       "a[0][0]",
		`{"a":` + strings.Repeat(`{"a":`, 100_000):         "a.a.a",
		`{"` + strings.Repeat("x", 100_000) + `":nonsense`: "xxx",
		strings.Repeat("[", 10_000):                        "[0][0]",
		strings.Repeat("[", 1<<20):                         "[0][0]",
	}
	for _, m := range jsonMethods() {
		for body, place := range bodies {
			a := s.post(t, who, m, []byte(body), nil)
			if int64(len(body)) > m.MaxBody { // then the content does not matter
				refused(t, a, xrpc.PayloadTooLarge)
				continue
			}
			message := refused(t, a, xrpc.InvalidRequest)
			if !strings.HasPrefix(message, place) || len(message) > 300 {
				t.Errorf("%s, %.40q: message is %q, want %q first", m.NSID, body, message, place)
			}
		}
	}
	s.unchanged(t, before)
}

// A field that occurs twice is refused. A name that differs in case is another
// field, so the required one is missing.
func TestFieldNamesAreExact(t *testing.T) {
	t.Parallel()
	s, who := newStack(t), newActor()
	before := s.state(t)
	for _, m := range jsonMethods() {
		in := readLexicon(m.NSID).input()
		example := in.example("").(object)
		text := must(json.Marshal(example))(t)
		for name, v := range example {
			twice := fmt.Appendf(nil, `{%q:%s,%s`, name, must(json.Marshal(v))(t), text[1:])
			if got := refused(t, s.post(t, who, m, twice, nil), xrpc.InvalidRequest); got != name+": field occurs twice" {
				t.Errorf("%s: message is %q", m.NSID, got)
			}
		}
		for _, name := range in.Required {
			other := bytes.Replace(text, []byte(`"`+name+`"`), []byte(`"`+strings.ToUpper(name)+`"`), 1)
			if got := refused(t, s.post(t, who, m, other, nil), xrpc.InvalidRequest); got != name+": required, but missing" {
				t.Errorf("%s: message is %q", m.NSID, got)
			}
		}
	}
	s.unchanged(t, before)
}

// A body must match its Content-Type, and the header the lexicon.
func TestContentTypes(t *testing.T) {
	t.Parallel()
	s, who := newStack(t), newActor()
	g := s.conversation(t, who)
	before := s.state(t)
	body := fmt.Appendf(nil, `{"convoId":%q,"seq":0}`, g.ID())
	for _, value := range []string{"", "text/plain", "application/xml", "application/json5", "json", "application/json; charset=latin1",
		"application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "*/*", ";", "application/json, text/plain"} {
		a := s.post(t, who, gen.MethodUpdateCursor, body, http.Header{"Content-Type": {value}})
		if message := refused(t, a, xrpc.InvalidRequest); !strings.HasPrefix(message, "Content-Type: ") {
			t.Errorf("%q: message is %q", value, message)
		}
	}
	for _, m := range []*xrpc.Method{gen.MethodUpdateCursor, gen.MethodUploadBlob} {
		for _, value := range []string{"gzip", "br", "deflate", "gzip, identity", "x"} {
			a := s.post(t, who, m, body, http.Header{"Content-Encoding": {value}})
			if message := refused(t, a, xrpc.InvalidRequest); a.status != http.StatusUnsupportedMediaType || !strings.HasPrefix(message, "Content-Encoding: ") {
				t.Errorf("%s, %q: answer is %s", m.NSID, value, a.short())
			}
		}
	}
	s.unchanged(t, before)
	// An empty parameter is ignored.
	for _, value := range []string{"application/json; charset=utf-8", "Application/JSON;charset=UTF-8", "application/json;"} {
		ok[object](t, s.post(t, who, gen.MethodUpdateCursor, body, http.Header{"Content-Type": {value}}))
	}
}

// Each method accepts one HTTP method.
func TestWrongVerbs(t *testing.T) {
	t.Parallel()
	s, who := newStack(t), newActor()
	before := s.state(t)
	for _, m := range gen.Methods {
		for _, verb := range []string{"GET", "POST", "PUT", "DELETE", "PATCH", "PROPFIND", "get"} {
			if verb == m.Kind.Verb() {
				continue
			}
			r := must(http.NewRequestWithContext(t.Context(), verb, s.url+"/xrpc/"+m.NSID, strings.NewReader("{}")))(t)
			r.Header.Set("Authorization", "Bearer "+who.Token(serviceDID, m.NSID))
			a := s.do(t, m, r)
			refused(t, a, xrpc.InvalidRequest)
			if a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != m.Kind.Verb() {
				t.Errorf("%s %s: %s, Allow %q", verb, m.NSID, a.short(), a.header.Get("Allow"))
			}
		}
	}
	s.unchanged(t, before)
}

// A path below /xrpc/ that is not a method gets an XRPC error.
func TestUnknownMethods(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	for path, want := range map[string]struct {
		status int
		name   string
	}{
		"/xrpc/blue.catbird.mls.sendGift":          {501, xrpc.MethodNotImplemented},
		"/xrpc/blue.catbird.mls.getepoch":          {501, xrpc.MethodNotImplemented},
		"/xrpc/com.atproto.repo.createRecord":      {501, xrpc.MethodNotImplemented},
		"/xrpc/blue.catbird.mls.defs":              {501, xrpc.MethodNotImplemented},
		"/xrpc/blue.catbird.mls.getEpoch/":         {400, xrpc.InvalidRequest},
		"/xrpc/blue.catbird.mls.sendMessage/":      {400, xrpc.InvalidRequest},
		"/xrpc/blue.catbird.mls.getEpoch/more":     {400, xrpc.InvalidRequest},
		"/xrpc/":                                   {400, xrpc.InvalidRequest},
		"/xrpc/nonsense":                           {400, xrpc.InvalidRequest},
		"/xrpc/..":                                 {400, xrpc.InvalidRequest},
		"/xrpc/%00":                                {400, xrpc.InvalidRequest},
		"/xrpc/%ff":                                {400, xrpc.InvalidRequest},
		"/xrpc/blue.catbird.mls.getEpoch%00":       {400, xrpc.InvalidRequest},
		"/xrpc/" + strings.Repeat("a.", 400) + "a": {400, xrpc.InvalidRequest},
	} {
		for _, verb := range []string{http.MethodGet, http.MethodPost} {
			r := must(http.NewRequestWithContext(t.Context(), verb, s.url, nil))(t)
			r.URL.Path, r.URL.RawPath, r.URL.Opaque = "", "", "//"+s.addr+path
			a := s.send(t, r)
			e, err := envelope(a)
			if err != nil || a.status != want.status || e.Error != want.name {
				t.Errorf("%s %.60s: %v %s, want %d %s", verb, path, err, a.short(), want.status, want.name)
			}
			if a.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s %.60s: Cache-Control is %q", verb, path, a.header.Get("Cache-Control"))
			}
		}
	}
}

// Parameters occur once unless they are lists, and are valid UTF-8. Errors name
// the parameter.
func TestMalformedQueries(t *testing.T) {
	t.Parallel()
	s, who := newStack(t), newActor()
	g := s.conversation(t, who)
	before := s.state(t)
	id := "convoId=" + g.ID()
	for raw, place := range map[string]string{
		id + "&" + id: "convoId: ", id + "&convoId=": "convoId: ", "convoId=%zz": "query: ", "convoId=%": "query: ", "a;b": "query: ",
		"convoId=%00" + strings.Repeat("a", 31): "convoId: ", "convoId=%ff" + strings.Repeat("a", 31): "convoId: ",
		"convoid=" + g.ID(): "convoId: ", "": "convoId: ", "convoId": "convoId: ", "convoId[]=" + g.ID(): "convoId: ",
		id + "&limit=": "limit: ", id + "&limit=1.0": "limit: ", id + "&limit=%2B1": "limit: ", id + "&limit=0x10": "limit: ", id + "&limit=1e1": "limit: ",
		id + "&limit=%20" + "5": "limit: ", id + "&limit=99999999999999999999": "limit: ", id + "&limit=0": "limit: ", id + "&limit=-1": "limit: ",
		id + "&limit=5&limit=5": "limit: ", id + "&sinceSeq=-1": "sinceSeq: ", id + "&sinceSeq=9223372036854775808": "sinceSeq: ",
		id + "&types=app&types=%ff": "types[1]: ", id + "&types=a&types=b&types=c&types=d": "types: ",
		id + "&" + strings.Repeat("types=app&", 3000): "types: ",
		"convoId=" + strings.Repeat("a", 50_000):      "convoId: ",
	} {
		m := gen.MethodGetMessages
		r := s.request(t, m, nil)
		r.URL.RawQuery = raw
		r.Header.Set("Authorization", "Bearer "+who.Token(serviceDID, m.NSID))
		if message := refused(t, s.do(t, m, r), xrpc.InvalidRequest); !strings.HasPrefix(message, place) {
			t.Errorf("%.60q: message is %q, want %q first", raw, message, place)
		}
	}
	s.unchanged(t, before)
	// The largest integers are valid, and unknown parameters are ignored.
	in := object{"convoId": g.ID(), "sinceSeq": int64(1<<63 - 1), "unknown": "x"}
	ok[object](t, s.call(t, who.Account, "getMessages", in))
	ok[object](t, s.call(t, who.Account, "getMessages", object{"convoId": g.ID(), "beforeSeq": int64(1<<63 - 1)}))
	ok[object](t, s.call(t, who.Account, "getCommits", object{"convoId": g.ID(), "fromEpoch": 0, "toEpoch": int64(1<<63 - 1)}))
	refused(t, s.call(t, who.Account, "getCommits", object{"convoId": g.ID(), "fromEpoch": int64(1<<63 - 1)}), gen.ErrInvalidEpochRange)
}

// Unknown fields and $type are ignored.
func TestUnknownFieldsAreIgnored(t *testing.T) {
	t.Parallel()
	s, who := newStack(t), newActor()
	g := s.conversation(t, who)
	body := fmt.Appendf(nil, `{"$type":"x","unknown":{"deep":[1,2.5,null,{"a":"\u0000"}]},"convoId":%q,"seq":0,"CONVOID":7}`, g.ID())
	ok[object](t, s.post(t, who, gen.MethodUpdateCursor, body, nil))
}
