// Package source finds the source address of a request, for limits that apply
// before the caller is authenticated. A source is a network, IPv4 /24 or IPv6
// /48, of the size that one customer of a provider gets, so that nobody gets a
// share for each address of a subscription.
//
// X-Forwarded-For counts only as far as it was written by proxies that the
// operator named, since any client can send the header.
package source

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Prefix lengths of a source.
const (
	bits4 = 24
	bits6 = 48
)

// Loopback is the default: a proxy on the same machine.
const Loopback = "127.0.0.0/8,::1/128"

// None trusts no proxy.
const None = "none"

// Proxies are the networks of trusted proxies, whose X-Forwarded-For is used.
// Nil contains none.
type Proxies []netip.Prefix

// ParseProxies parses a list of networks (CIDR) or addresses, separated by
// commas, or None.
func ParseProxies(list string) (Proxies, error) {
	if strings.TrimSpace(list) == None {
		return nil, nil
	}
	var out Proxies
	for item := range strings.SplitSeq(list, ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		p, err := parseNetwork(item)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func parseNetwork(item string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(item); err == nil && addr.Zone() == "" {
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	p, err := netip.ParsePrefix(item)
	if err != nil || p.Addr().Is4In6() {
		return netip.Prefix{}, fmt.Errorf("%q is not a network such as 10.0.0.0/8 or an address", item)
	}
	return p.Masked(), nil
}

// Contains reports whether an address is that of a trusted proxy.
func (t Proxies) Contains(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	for _, p := range t {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// Of returns the source of a request: the address of the connection or, if that
// is a trusted proxy, the last address in X-Forwarded-For that is not. A
// connection without an address has the zero Prefix.
func Of(r *http.Request, trusted Proxies) netip.Prefix {
	at, ok := parseAddr(r.RemoteAddr)
	if !ok {
		return netip.Prefix{}
	}
	lines := r.Header["X-Forwarded-For"]
	for i := len(lines) - 1; i >= 0 && trusted.Contains(at); i-- {
		var whole bool
		if at, whole = behind(at, lines[i], trusted); !whole {
			break
		}
	}
	return Network(at)
}

// behind follows one line of X-Forwarded-For from right to left, starting at
// the proxy at. It stops at the first address that is not a trusted proxy, or
// before an entry that is not an address. whole reports whether it reached the
// start of the line, so that the line before counts too.
func behind(at netip.Addr, line string, trusted Proxies) (client netip.Addr, whole bool) {
	for line != "" && trusted.Contains(at) {
		last := line
		if comma := strings.LastIndexByte(line, ','); comma >= 0 {
			line, last = line[:comma], line[comma+1:]
		} else {
			line = ""
		}
		if last = strings.TrimSpace(last); last == "" {
			continue
		}
		addr, ok := parseAddr(last)
		if !ok {
			return at, false
		}
		at = addr
	}
	return at, true
}

// OfConn returns the source of a connection by its remote address, and whether
// that is a trusted proxy, whose connections carry requests of many sources.
func OfConn(remote net.Addr, trusted Proxies) (source netip.Prefix, proxy bool) {
	addr, ok := parseAddr(remote.String())
	if !ok {
		return netip.Prefix{}, false
	}
	return Network(addr), trusted.Contains(addr)
}

// Network returns the source to which an address belongs.
func Network(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	bits := bits6
	if addr.Is4() {
		bits = bits4
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{} // the zero Addr
	}
	return p
}

// parseAddr parses an address with or without port, in brackets or not, since
// proxies write all of these forms.
func parseAddr(s string) (netip.Addr, bool) {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr(), true
	}
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"))
	return addr, err == nil
}
