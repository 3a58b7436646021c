package xrpc

import (
	"bytes"
	"encoding/base64"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestDecodeBase64(t *testing.T) {
	for _, c := range []struct {
		in   string
		want string
		ok   bool
	}{
		{"", "", true},
		{"AA==", "\x00", true},
		{"AA", "\x00", true},
		{"AAA=", "\x00\x00", true},
		{"AAA", "\x00\x00", true},
		{"AAAA", "\x00\x00\x00", true},
		{"+/+/", "\xfb\xff\xbf", true},
		{"-_-_", "\xfb\xff\xbf", true},
		{"-_8=", "\xfb\xff", true},
		{"-_8", "\xfb\xff", true},
		{"+_8=", "", false},
		{"A", "", false},
		{"=", "", false},
		{"==", "", false},
		{"====", "", false},
		{"A===", "", false},
		{"AA=", "", false},
		{"AAA==", "", false},
		{"AAAA=", "", false},
		{"AA==AA==", "", false},
		{"AA\n==", "", false},
		{"AAAA\r\n", "", false},
		{"AA AA", "", false},
		{"AA*A", "", false},
		{"äöü", "", false},
	} {
		got, err := DecodeBase64([]byte(c.in))
		if (err == nil) != c.ok || string(got) != c.want || c.ok && got == nil {
			t.Errorf("%q: got %q, %v", c.in, got, err)
		}
	}
}

// Every accepted value must be the same after encoding and decoding, and the
// four spellings of the same bytes must decode to the same value.
func FuzzDecodeBase64(f *testing.F) {
	for _, s := range []string{"", "AA==", "-_8", "+/8=", "AA\n", strings.Repeat("A", 1000)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if b, err := DecodeBase64(in); err == nil {
			again, err := DecodeBase64([]byte(base64.StdEncoding.EncodeToString(b)))
			if err != nil || !bytes.Equal(again, b) {
				t.Fatalf("%q became %x and then %x, %v", in, b, again, err)
			}
		}
		for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
			if b, err := DecodeBase64([]byte(enc.EncodeToString(in))); err != nil || !bytes.Equal(b, in) {
				t.Fatalf("%x: %x, %v", in, b, err)
			}
		}
	})
}

func TestFormatTime(t *testing.T) {
	zone := time.FixedZone("", 2*60*60)
	for in, want := range map[time.Time]string{
		time.Date(2026, 11, 23, 1, 2, 3, 0, zone):                  "2026-11-22T23:02:03.000Z",
		time.Date(2026, 11, 23, 1, 2, 3, 120_999_999, time.UTC):    "2026-11-23T01:02:03.120Z",
		time.Date(2026, 11, 23, 1, 2, 3, 999_999_999, time.UTC):    "2026-11-23T01:02:03.999Z",
		time.Date(2026, 11, 23, 1, 2, 3, int(time.Second)/2, zone): "2026-11-22T23:02:03.500Z",
		time.Date(7, 1, 1, 0, 0, 0, 7_000_000, time.UTC):           "0007-01-01T00:00:00.007Z",
		time.Date(9999, 12, 31, 23, 59, 59, 999_000_000, time.UTC): "9999-12-31T23:59:59.999Z",
	} {
		if got := FormatTime(in); got != want {
			t.Errorf("%v: got %s, want %s", in, got, want)
		}
		if !hasFormat(FormatDatetime, FormatTime(in)) {
			t.Errorf("%s is not a lexicon datetime", FormatTime(in))
		}
	}
}

// FormatTime must agree with the time package, fractions of a millisecond
// excluded.
func TestFormatTimeAsTheTimePackage(t *testing.T) {
	for range 10_000 {
		at := time.UnixMilli(rand.Int64N(253402300800_000)) // until the end of the year 9999
		if got, want := FormatTime(at), at.UTC().Format("2006-01-02T15:04:05.000Z07:00"); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
}
