// Package source tells where a request comes from, for limits that hold before
// anybody is known: the network of its client's address. Such a network is what
// one person or one customer of a provider has, IPv4 /24 and IPv6 /48, so that
// nobody gets a share for each of the addresses that came with a subscription.
//
// X-Forwarded-For counts only as far as proxies that the operator has named
// wrote it: everybody else can write what he likes into it.
package source

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Lengths of the prefixes that count as one source.
const (
	bits4 = 24
	bits6 = 48
)

// Loopback is the setting where nothing is configured: a proxy on this machine.
const Loopback = "127.0.0.0/8,::1/128"

// None is the setting that trusts no proxy.
const None = "none"

// Proxies are the networks of proxies whose X-Forwarded-For is believed. Nil is
// none of them.
type Proxies []netip.Prefix

// ParseProxies reads a list of networks (CIDR) or single addresses, separated by
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

// Contains tells whether an address is that of a named proxy.
func (t Proxies) Contains(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	for _, p := range t {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// Of gives the source of a request: that of the connection, or where a named
// proxy has connected, that of the last address in X-Forwarded-For that is no
// named proxy. A connection without an address has the zero Prefix.
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

// behind goes from the proxy at along one line of X-Forwarded-For, from right to
// left. It stops at the first address that is no named proxy, and before what is
// no address; whole tells whether the line before counts too.
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

// OfConn gives the source of a connection by its remote address, and whether
// that is a named proxy, which many sources share.
func OfConn(remote net.Addr, trusted Proxies) (source netip.Prefix, proxy bool) {
	addr, ok := parseAddr(remote.String())
	if !ok {
		return netip.Prefix{}, false
	}
	return Network(addr), trusted.Contains(addr)
}

// Network gives the source that an address belongs to.
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

// parseAddr reads an address with a port or without, in brackets or not: proxies
// write all of these.
func parseAddr(s string) (netip.Addr, bool) {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr(), true
	}
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"))
	return addr, err == nil
}
