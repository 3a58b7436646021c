package origin

import (
	"strings"
	"testing"
)

func TestClaimed(t *testing.T) {
	const plc = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
	for _, c := range []struct {
		did, pds, want, inDev string
	}{
		{plc, "https://morel.us-east.host.bsky.network", "bsky.network", "bsky.network"},
		{plc, "https://MOREL.us-east.host.BSKY.network", "bsky.network", "bsky.network"},
		{plc, "https://pds.example.co.uk", "example.co.uk", "example.co.uk"},
		{plc, "https://pds.example.com/", "example.com", "example.com"},
		{plc, "https://alice.github.io", "alice.github.io", "alice.github.io"},
		{plc, "https://example.com.", "example.com", "example.com"},
		{plc, "http://pds.example.com", "", "example.com"},
		{plc, "https://pds.example.com:8443", "", "example.com"},
		{plc, "https://user@pds.example.com", "", ""},
		{plc, "http://localhost:2583", "", "localhost"},
		{plc, "https://127.0.0.1", "", "127.0.0.1"},
		{plc, "https://[2001:db8::1]", "", "2001:db8::1"},
		{plc, "https://com", "", "com"},
		{plc, "https://", "", ""},
		{plc, "", "", ""},
		{plc, "ftp://pds.example.com", "", ""},
		{plc, "::not a url", "", ""},
		{"did:web:alice.example.com", "https://elsewhere.net", "example.com", "example.com"},
		{"did:web:alice.example.com", "", "example.com", "example.com"},
		{"did:web:localhost%3A3000", "", "", "localhost"},
		{"did:web:%zz", "", "", ""},
	} {
		for dev, want := range map[bool]string{false: c.want, true: c.inDev} {
			got := parseClaim(c.did, c.pds, dev)
			if got.origin != want {
				t.Errorf("%s at %q (development: %v): %q, want %q", c.did, c.pds, dev, got.origin, want)
			}
			if web := strings.HasPrefix(c.did, "did:web:"); want != "" && (got.proven != web || (got.endpoint == "") != web) {
				t.Errorf("%s at %q: %+v", c.did, c.pds, got)
			}
			if strings.Contains(strings.TrimPrefix(got.endpoint, "https://"), "/") && !dev {
				t.Errorf("%q is asked at %q", c.pds, got.endpoint)
			}
		}
	}
}

func TestParseSizes(t *testing.T) {
	sizes, err := ParseSizes(" bsky.network=50000, Example.ORG = 7 ,")
	if err != nil || len(sizes) != 2 || sizes["bsky.network"] != 50_000 || sizes["example.org"] != 7 {
		t.Errorf("%v, %v", sizes, err)
	}
	if sizes, err := ParseSizes(""); err != nil || len(sizes) != 0 {
		t.Errorf("%v, %v", sizes, err)
	}
	for list, want := range map[string]string{
		"bsky.network":                  "not a name and a number",
		"bsky.network=many":             "not a name and a number",
		"bsky.network=-1":               "not a name and a number",
		"bsky.network=10000000000":      "not a name and a number",
		"host.bsky.network=5":           "part of the origin",
		"com=5":                         "no registrable domain",
		"10.0.0.1=5":                    "no registrable domain",
		"bsky.network=1,bsky.network=2": "named twice",
	} {
		if _, err := ParseSizes(list); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", list, err)
		}
	}
}
