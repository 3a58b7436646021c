package xrpc

import (
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// The fast path for strings must give the same result as the slow path, for
// every byte at every position.
func TestEncodeStringAsLibrary(t *testing.T) {
	for c := range 256 {
		for _, s := range []string{"", string([]byte{byte(c)}), "a" + string([]byte{byte(c)}) + "z", string(rune(c)) + "z"} {
			want, _ := jsontext.AppendQuote(nil, s)
			e := &Encoder{}
			e.String(s)
			if string(e.buf) != string(want) {
				t.Errorf("%q is %s, want %s", s, e.buf, want)
			}
		}
	}
}
