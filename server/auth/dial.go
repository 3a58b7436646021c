package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// Bounds of one fetch of a DID document.
const (
	// LookupTimeout covers name resolution, connection, TLS and the body. It
	// also bounds how long a request waits for its turn in the queue.
	LookupTimeout = 3 * time.Second
	// MaxDocument is the largest DID document read, in bytes. A PLC document
	// has about 700.
	MaxDocument = 64 << 10
)

var (
	errRefusedAddress   = errors.New("address is not public")
	errDocumentTooLarge = errors.New("document is too large")
)

// neverPublic are the special-purpose ranges of the IANA registries (RFC 6890)
// for which net/netip has no predicate.
var neverPublic = func() []netip.Prefix {
	var list []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
		"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
	} {
		list = append(list, netip.MustParsePrefix(s))
	}
	return list
}()

var (
	globalIPv6 = netip.MustParsePrefix("2000::/3")
	nat64      = netip.MustParsePrefix("64:ff9b::/96")
)

// public reports whether an address belongs to the public internet. An IPv4
// address inside IPv6 (mapped, or behind NAT64) is checked as IPv4. Other IPv6
// addresses must be in the range that IANA allocates for global unicast.
func public(a netip.Addr) bool {
	if a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	if nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:16]))
	}
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Is6() && !globalIPv6.Contains(a) {
		return false
	}
	for _, p := range neverPublic {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// clientOptions configures an HTTP client for URLs that requests determine.
type clientOptions struct {
	// anyAddress permits private addresses: in development, and for a host that
	// the operator configured.
	anyAddress bool
	// proxy uses the proxy of the environment (HTTPS_PROXY, NO_PROXY). The
	// address of the host is then not checked, so it is for a host that the
	// operator configured.
	proxy bool
	// keepAlive keeps idle connections. It is for the PLC directory, not for
	// the hosts of did:web, which the issuers choose.
	keepAlive bool
	// maxBody bounds an answer, in bytes; 0 for MaxDocument.
	maxBody int
	// transport, if set, may change the transport before it is used.
	transport func(*http.Transport)
	resolver  *net.Resolver
}

// newClient makes a client that follows no redirects, and, without other options,
// uses no proxy and connects to public addresses only. The address is checked after name
// resolution, when the connection is made, so that a name which resolves
// differently the second time (DNS rebinding) does not get around the check.
func newClient(o clientOptions) *http.Client {
	dialer := &net.Dialer{Timeout: LookupTimeout, Resolver: o.resolver}
	if !o.anyAddress {
		dialer.ControlContext = refusePrivate
	}
	t := &http.Transport{
		Proxy:                  nil,
		DialContext:            dialer.DialContext,
		DisableCompression:     true,
		DisableKeepAlives:      !o.keepAlive,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        30 * time.Second,
		TLSHandshakeTimeout:    LookupTimeout,
		ResponseHeaderTimeout:  LookupTimeout,
		MaxResponseHeaderBytes: 16 << 10,
	}
	if o.proxy {
		t.Proxy = http.ProxyFromEnvironment
	}
	if o.transport != nil {
		o.transport(t)
	}
	if o.maxBody == 0 {
		o.maxBody = MaxDocument
	}
	return &http.Client{
		Timeout:   LookupTimeout,
		Transport: documentTransport{t, o.maxBody},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

func refusePrivate(_ context.Context, network, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || !public(ap.Addr()) {
		return fmt.Errorf("%w (%s)", errRefusedAddress, network)
	}
	return nil
}

// documentTransport bounds the size of response bodies, and replaces status
// 410, which plc.directory sends for tombstones, by 404.
type documentTransport struct {
	base    *http.Transport
	maxBody int
}

func (t documentTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := t.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if res.StatusCode == http.StatusGone {
		res.StatusCode = http.StatusNotFound
	}
	if res.ContentLength > int64(t.maxBody) {
		_ = res.Body.Close()
		return nil, fmt.Errorf("%w: has %d bytes, more than %d", errDocumentTooLarge, res.ContentLength, t.maxBody)
	}
	res.Body = &boundedBody{ReadCloser: res.Body, left: t.maxBody}
	return res, nil
}

func (t documentTransport) CloseIdleConnections() { t.base.CloseIdleConnections() }

// boundedBody returns an error beyond its bound instead of EOF, so that a
// truncated document is not taken for a complete one.
type boundedBody struct {
	io.ReadCloser
	left int
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if len(p) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, errDocumentTooLarge
	}
	return n, err
}

// NewGuardedClient makes a client for hosts that requests name: it follows no
// redirects, connects to public addresses only (to any in development), and
// reads MaxDocument bytes at most.
func NewGuardedClient(dev bool) *http.Client { return newClient(clientOptions{anyAddress: dev}) }

// newPLCClient makes the client for the PLC directory. The operator configures
// its URL, so it may have a private address and be reached by a proxy.
func newPLCClient() *http.Client {
	return newClient(clientOptions{anyAddress: true, keepAlive: true, proxy: true})
}

// NewConfiguredClient makes a client for a service whose URL the operator configures,
// with the same guards as that for the PLC directory. It reads maxBody bytes at most.
func NewConfiguredClient(maxBody int) *http.Client {
	return newClient(clientOptions{anyAddress: true, keepAlive: true, proxy: true, maxBody: maxBody})
}
