package auth

import (
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Domain returns the registrable domain of a host by the public suffix list, or
// "" if it has none. Limits apply to it, since any number of names below it are
// free. In development, a host without such a domain is its own domain.
func Domain(host string, dev bool) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	domain := ""
	if isName(host) {
		domain, _ = publicsuffix.EffectiveTLDPlusOne(host)
	}
	if domain == "" && dev {
		return host
	}
	return domain
}

// isName reports whether host has the form of a DNS name and is not an address.
func isName(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil || host == "" || len(host) > 253 {
		return false
	}
	for _, c := range []byte(host) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

// WebDomain returns the registrable domain of a did:web, or "".
func WebDomain(did string, dev bool) string {
	host, ok := strings.CutPrefix(did, webPrefix)
	if !ok {
		return ""
	}
	host, err := url.PathUnescape(host)
	if err != nil {
		return ""
	}
	host, _, _ = strings.Cut(host, ":")
	return Domain(host, dev)
}
