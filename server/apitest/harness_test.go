package apitest

import (
	"net/http"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// witness counts the failures that a check reports.
type witness struct {
	testing.TB
	complaints int
}

func (w *witness) Helper() {}

func (w *witness) Errorf(string, ...any) { w.complaints++ }

// The recorder reports wrong answers and accepts correct ones.
func TestRecorderNotices(t *testing.T) {
	t.Parallel()
	noStore := http.Header{"Cache-Control": {"no-store"}, "Content-Type": {"application/json"}}
	epoch := `{"convoId":"00","currentEpoch":1}`
	for name, c := range map[string]struct {
		m          *xrpc.Method
		status     int
		header     http.Header
		body       string
		complaints int
	}{
		"good":                  {gen.MethodGetEpoch, 200, noStore, epoch, 0},
		"good error":            {gen.MethodGetEpoch, 404, noStore, `{"error":"ConvoNotFound","message":"no"}`, 0},
		"good bytes":            {gen.MethodGetBlob, 206, http.Header{"Cache-Control": {"no-store"}}, "x", 0},
		"cached":                {gen.MethodGetEpoch, 200, http.Header{"Content-Type": {"application/json"}}, epoch, 1},
		"of another type":       {gen.MethodGetEpoch, 200, http.Header{"Cache-Control": {"no-store"}}, epoch, 1},
		"without a field":       {gen.MethodGetEpoch, 200, noStore, `{"convoId":"00"}`, 1},
		"out of range":          {gen.MethodGetEpoch, 200, noStore, `{"convoId":"00","currentEpoch":-1}`, 1},
		"with a field too much": {gen.MethodGetEpoch, 200, noStore, `{"convoId":"00","currentEpoch":1,"more":1}`, 1},
		"of another status":     {gen.MethodGetEpoch, 400, noStore, `{"error":"ConvoNotFound","message":"no"}`, 1},
		"undeclared":            {gen.MethodGetEpoch, 400, noStore, `{"error":"InvalidCommit","message":"no"}`, 1},
		"internal":              {gen.MethodGetEpoch, 500, noStore, `{"error":"InternalServerError","message":"no"}`, 1},
		"without a message":     {gen.MethodGetEpoch, 404, noStore, `{"error":"ConvoNotFound","message":""}`, 1},
		"error with more":       {gen.MethodGetEpoch, 404, noStore, `{"error":"ConvoNotFound","message":"no","stack":"x"}`, 1},
		"no envelope":           {gen.MethodGetEpoch, 404, noStore, `not found`, 1},
		"an item's error": {gen.MethodPublishKeyPackages, 200, noStore,
			`{"succeeded":0,"failed":1,"errors":[{"index":0,"error":"NotMember","message":"no"}]}`, 1},
		"a field too much in an item": {gen.MethodPublishKeyPackages, 200, noStore,
			`{"succeeded":0,"failed":1,"errors":[{"index":0,"error":"InvalidKeyPackage","message":"no","more":1}]}`, 1},
	} {
		w := &witness{TB: t}
		newRecorder().check(w, c.m, answer{c.status, c.header, []byte(c.body)})
		if w.complaints != c.complaints {
			t.Errorf("%s: %d complaints, want %d", name, w.complaints, c.complaints)
		}
	}
}

// A recorder without answers reports everything as missing.
func TestRecorderMisses(t *testing.T) {
	t.Parallel()
	want := 0
	for _, m := range gen.Methods {
		want += 1 + len(m.Errors)
	}
	if got := len(newRecorder().missing()); got != want-len(notProvoked) {
		t.Errorf("%d things are missing, want %d", got, want-len(notProvoked))
	}
}

// Transcripts compare answers completely.
func TestTranscriptsCompare(t *testing.T) {
	t.Parallel()
	got := `{"a":"x","n":1,"list":[{"b":true}],"o":{"k":"v","l":"w"},"c":{"$bytes":"AAA"}}`
	same := func(want string) error { return (&script{vars: map[string]string{}}).match(want, []byte(got)) }
	for want, is := range map[string]bool{
		got: true,
		`{"a":"*","n":1,"list":"*","o":"*","c":{"$bytes":"AAA="}}`:                                        true,
		`{"a":"<v>","n":1,"list":[{"b":true}],"o":{"k":"v","l":"w"},"c":"*"}`:                             true,
		`{"a":"x","n":2,"list":[{"b":true}],"o":{"k":"v","l":"w"},"c":"*"}`:                               false,
		`{"a":"x","n":1,"list":[{"b":false}],"o":{"k":"v","l":"w"},"c":"*"}`:                              false,
		`{"a":"x","n":1,"list":[],"o":{"k":"v","l":"w"},"c":"*"}`:                                         false,
		`{"a":"x","n":1,"list":[{"b":true}],"o":{"k":"v"},"c":"*"}`:                                       false,
		`{"a":"x","n":1,"list":[{"b":true}],"o":{"k":"v","l":"w","m":"*"},"c":"*"}`:                       false,
		`{"a":"<v>","n":1,"list":[{"b":true}],"o":{"k":"<v>","l":"w"},"c":"*"}`:                           false,
		`{"a":"x","n":1,"list":[{"b":true}],"o":{"k":"v","l":"w"},"c":{"$bytes":"AAB"}}`:                  false,
		`{"a":"x","n":1,"list":[{"b":true}],"o":{"k":"v","l":"w"},"c":"*","conflict":{"currentEpoch":1}}`: false,
	} {
		if err := same(want); (err == nil) != is {
			t.Errorf("%s: %v", want, err)
		}
	}
}
