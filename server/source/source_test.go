package source

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

func request(remote string, forwarded ...string) *http.Request {
	return &http.Request{RemoteAddr: remote, Header: http.Header{"X-Forwarded-For": forwarded}}
}

func TestOf(t *testing.T) {
	trusted, err := ParseProxies("127.0.0.0/8, ::1/128,10.0.0.0/8,192.0.2.7")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		r    *http.Request
		want string
	}{
		"direct":                          {request("203.0.113.9:1234"), "203.0.113.0/24"},
		"direct, IPv6":                    {request("[2001:db8:1:2::9]:1234"), "2001:db8:1::/48"},
		"IPv4 in IPv6":                    {request("[::ffff:203.0.113.9]:1234"), "203.0.113.0/24"},
		"link-local with a zone":          {request("[fe80::1%eth0]:1234"), "fe80::/48"},
		"a stranger claims to be another": {request("203.0.113.9:1234", "198.51.100.1"), "203.0.113.0/24"},
		"a stranger claims to be a proxy": {request("203.0.113.9:1234", "127.0.0.1"), "203.0.113.0/24"},
		"behind a proxy":                  {request("127.0.0.1:1234", "198.51.100.1"), "198.51.100.0/24"},
		"behind a proxy, IPv6":            {request("[::1]:1234", "2001:db8:7:1::5"), "2001:db8:7::/48"},
		"a single address is a proxy":     {request("192.0.2.7:1", "198.51.100.1"), "198.51.100.0/24"},
		"its neighbour is none":           {request("192.0.2.8:1", "198.51.100.1"), "192.0.2.0/24"},
		"what the client wrote is older":  {request("127.0.0.1:1234", "1.2.3.4, 10.9.9.9, 198.51.100.1"), "198.51.100.0/24"},
		"two proxies":                     {request("127.0.0.1:1234", "1.2.3.4, 198.51.100.1, 10.1.1.1"), "198.51.100.0/24"},
		"in several lines":                {request("127.0.0.1:1234", "1.2.3.4", "198.51.100.1", "10.1.1.1, 10.1.1.2"), "198.51.100.0/24"},
		"proxies only":                    {request("127.0.0.1:1234", "10.2.0.1, 10.1.1.1"), "10.2.0.0/24"},
		"no header":                       {request("127.0.0.1:1234"), "127.0.0.0/24"},
		"an empty header":                 {request("127.0.0.1:1234", ""), "127.0.0.0/24"},
		"empty items":                     {request("127.0.0.1:1234", "198.51.100.1, ,"), "198.51.100.0/24"},
		"with a port":                     {request("127.0.0.1:1234", "198.51.100.1:5"), "198.51.100.0/24"},
		"with a port, IPv6":               {request("127.0.0.1:1234", "[2001:db8:7::5]:5"), "2001:db8:7::/48"},
		"in brackets":                     {request("127.0.0.1:1234", "[2001:db8:7::5]"), "2001:db8:7::/48"},
		"no address":                      {request("127.0.0.1:1234", "1.2.3.4, unknown"), "127.0.0.0/24"},
		"no address before a proxy":       {request("127.0.0.1:1234", "1.2.3.4", "unknown, 10.1.1.1"), "10.1.1.0/24"},
	} {
		if got := Of(c.r, trusted); got.String() != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
	if got := Of(request("127.0.0.1:1234", "198.51.100.1"), nil); got.String() != "127.0.0.0/24" {
		t.Errorf("without proxies: %v", got)
	}
	if got := Of(request("@"), trusted); got.IsValid() {
		t.Errorf("a Unix socket: %v", got)
	}
}

// A long header from a client costs no more than its reading.
func TestOfLongHeader(t *testing.T) {
	trusted, _ := ParseProxies(Loopback)
	long := strings.Repeat("127.0.0.1,", 6000)
	if got := Of(request("127.0.0.1:1", long+"198.51.100.1"), trusted); got.String() != "198.51.100.0/24" {
		t.Errorf("%v", got)
	}
}

func TestOfConn(t *testing.T) {
	trusted, _ := ParseProxies(Loopback)
	for addr, want := range map[string]struct {
		source string
		proxy  bool
	}{
		"127.0.0.1":   {"127.0.0.0/24", true},
		"::1":         {"::/48", true},
		"203.0.113.9": {"203.0.113.0/24", false},
	} {
		got, proxy := OfConn(&net.TCPAddr{IP: net.ParseIP(addr), Port: 5}, trusted)
		if got.String() != want.source || proxy != want.proxy {
			t.Errorf("%s: %v %v", addr, got, proxy)
		}
	}
	if got, proxy := OfConn(&net.UnixAddr{Name: "/x", Net: "unix"}, trusted); got.IsValid() || proxy {
		t.Errorf("a Unix socket: %v %v", got, proxy)
	}
}

func TestParseProxies(t *testing.T) {
	for list, want := range map[string]string{
		None: "[]", "": "[]", Loopback: "[127.0.0.0/8 ::1/128]", "10.1.2.3/8": "[10.0.0.0/8]", "10.1.2.3, 2001:db8::1 ": "[10.1.2.3/32 2001:db8::1/128]",
		"::ffff:10.1.2.3": "[10.1.2.3/32]",
	} {
		got, err := ParseProxies(list)
		if s := sprint(got); err != nil || s != want {
			t.Errorf("%q: %s, %v", list, s, err)
		}
	}
	for _, list := range []string{"nginx", "10.0.0.0/33", "10.0.0.0/8 192.168.0.0/16", "fe80::1%eth0", "::ffff:10.0.0.0/104"} {
		if got, err := ParseProxies(list); err == nil {
			t.Errorf("%q is read as %v", list, got)
		}
	}
}

func sprint(p Proxies) string {
	parts := make([]string, len(p))
	for i, x := range p {
		parts[i] = x.String()
	}
	return "[" + strings.Join(parts, " ") + "]"
}

func FuzzOf(f *testing.F) {
	trusted, _ := ParseProxies(Loopback)
	f.Add("127.0.0.1:5", "198.51.100.1, [::1]:4")
	f.Add("[::1%x]:5", ",,")
	f.Fuzz(func(t *testing.T, remote, forwarded string) {
		got := Of(request(remote, forwarded), trusted)
		if direct := Of(request(remote), trusted); direct != got {
			// The header changes the result only if a trusted proxy sent it.
			if ap, err := netip.ParseAddrPort(remote); err == nil && !trusted.Contains(ap.Addr()) {
				t.Errorf("%s says %q and becomes %v", remote, forwarded, got)
			}
		}
		if got.IsValid() && got != got.Masked() {
			t.Errorf("%v is not a network", got)
		}
	})
}
