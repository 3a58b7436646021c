package gentest

import (
	"encoding/json"
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/lexicons"
	"catbird.blue/mls/xrpc"
)

// No input may cause a panic in a generated decoder, or an error that is not an
// *xrpc.Error. Accepted input must be the same after encoding and decoding.
func FuzzInputs(f *testing.F) {
	for _, nsid := range lexicons.NSIDs() {
		raw, _ := lexicons.JSON(nsid)
		f.Add(0, raw)
	}
	b, err := readBook()
	if err != nil {
		f.Fatal(err)
	}
	for i, m := range gen.Methods {
		if schema := b.main(m.NSID, "input", "schema"); schema != nil {
			raw, err := json.Marshal(b.valid(place{schema, m.NSID, ""}))
			if err != nil {
				f.Fatal(err)
			}
			f.Add(i, raw)
		} else {
			f.Add(i, []byte("convoId=00&dids=did:plc:a&limit=5&cid=%00"))
		}
	}
	f.Fuzz(func(t *testing.T, which int, raw []byte) {
		m := gen.Methods[uint(which)%uint(len(gen.Methods))]
		in, _ := signature(t, m)
		again, _ := signature(t, m)
		switch in := in.(type) {
		case interface{ Parse([]byte) error }:
			if mustBeError(t, in.Parse(raw)) {
				return
			}
			out := xrpc.Marshal(in.(xrpc.Encodable))
			if err := again.(interface{ Parse([]byte) error }).Parse(out); err != nil || !reflect.DeepEqual(in, again) {
				t.Fatalf("%s: %q became %q, %v", m.NSID, raw, out, err)
			}
		case interface{ Parse(url.Values) error }:
			q, err := url.ParseQuery(strings.ToValidUTF8(string(raw), ""))
			if err != nil || mustBeError(t, in.Parse(q)) {
				return
			}
			out := in.(interface{ Values() url.Values }).Values()
			if err := again.(interface{ Parse(url.Values) error }).Parse(out); err != nil || !reflect.DeepEqual(in, again) {
				t.Fatalf("%s: %q became %q, %v", m.NSID, raw, out.Encode(), err)
			}
		}
	})
}

// mustBeError checks that err is an *xrpc.Error that names a path, and reports
// whether there was an error.
func mustBeError(t *testing.T, err error) bool {
	t.Helper()
	var e *xrpc.Error
	if err != nil && (!errors.As(err, &e) || e.Status < 400 || e.Status > 499 || !strings.Contains(e.Message, ": ")) {
		t.Fatalf("%v", err)
	}
	return err != nil
}
