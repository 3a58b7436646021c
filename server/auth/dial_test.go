package auth

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

func TestPublicAddresses(t *testing.T) {
	for addr, want := range map[string]bool{
		"1.1.1.1": true, "104.18.0.1": true, "2606:4700::1111": true, "::ffff:1.1.1.1": true, "64:ff9b::1.1.1.1": true,

		"127.0.0.1": false, "127.255.255.254": false, "::1": false, "::ffff:127.0.0.1": false, "::127.0.0.1": false,
		"0.0.0.0": false, "0.1.2.3": false, "::": false,
		"10.1.2.3": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false, "::ffff:10.0.0.1": false,
		"169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "2606:4700::1111%eth0": false,
		"100.64.0.1": false, "100.127.255.255": false, "192.0.0.8": false, "192.0.2.1": false,
		"198.18.0.1": false, "198.51.100.1": false, "203.0.113.1": false, "192.88.99.1": false,
		"224.0.0.1": false, "239.1.1.1": false, "ff02::1": false, "240.0.0.1": false, "255.255.255.255": false,
		"fc00::1": false, "fd00:ec2::254": false, "fec0::1": false, "2001:db8::1": false, "2001::1": false,
		"2002:7f00:1::": false, "3fff::1": false, "5f00::1": false, "100::1": false,
		"64:ff9b::127.0.0.1": false, "64:ff9b::10.0.0.1": false, "64:ff9b:1::1": false, "4000::1": false,
	} {
		if got := public(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %v", addr, got)
		}
	}
}

// testWebHost is the host of a did:web: a name server that returns its
// addresses, and an HTTPS server.
type testWebHost struct {
	*httptest.Server
	connections atomic.Int32
	lookups     atomic.Int32
	dns         net.PacketConn
	done        chan struct{}
	// addresses are returned in turn, one for each query.
	addresses []string
}

// example.com is the name in the certificate of httptest servers.
const webDID = "did:web:example.com"

func newWebHost(t *testing.T, handler http.HandlerFunc, addresses ...string) *testWebHost {
	t.Helper()
	h := &testWebHost{Server: httptest.NewUnstartedServer(handler), done: make(chan struct{}), addresses: addresses}
	h.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			h.connections.Add(1)
		}
	}
	h.StartTLS()
	var err error
	if h.dns, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	go h.serveDNS()
	t.Cleanup(func() {
		h.Close()
		_ = h.dns.Close()
		<-h.done
	})
	return h
}

// options lets the client reach the host by its name server, with port 443
// replaced by the port of the server. The dialer and its checks are those of
// production.
func (h *testWebHost) options() clientOptions {
	_, port, _ := net.SplitHostPort(h.Listener.Addr().String())
	return clientOptions{
		resolver: &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "udp", h.dns.LocalAddr().String())
		}},
		transport: func(tr *http.Transport) {
			tr.TLSClientConfig = h.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
			dial := tr.DialContext
			tr.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				host, _, _ := net.SplitHostPort(address)
				return dial(ctx, network, net.JoinHostPort(host, port))
			}
		},
	}
}

func (h *testWebHost) serveDNS() {
	defer close(h.done)
	buf := make([]byte, 1500)
	for {
		n, from, err := h.dns.ReadFrom(buf)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
			continue
		}
		q := m.Questions[0]
		m.Response, m.Authoritative, m.Additionals = true, true, nil
		if q.Type == dnsmessage.TypeA && strings.HasPrefix(q.Name.String(), "example.com") {
			i := int(h.lookups.Add(1)) - 1
			a := netip.MustParseAddr(h.addresses[i%len(h.addresses)])
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class},
				Body:   &dnsmessage.AResource{A: a.As4()},
			}}
		}
		out, err := m.Pack()
		if err == nil {
			_, _ = h.dns.WriteTo(out, from)
		}
	}
}
