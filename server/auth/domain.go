package auth

import (
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Domain gives the registrable domain of a host by the public suffix list: what
// one person has to register, whatever number of names below it are free. It is
// "" where there is none. In development any host is its own.
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

// isName tells names in the DNS from addresses and other strings.
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

// WebDomain gives the registrable domain of a did:web, or "".
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
