package origin

import (
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// claim is what an account says about where it comes from.
type claim struct {
	// origin is a registrable domain; "" where none can be confirmed.
	origin string
	// endpoint is the origin (scheme, host, port) of the PDS to be asked.
	endpoint string
	// proven: that the account exists at all shows that the claim is true.
	proven bool
}

// claimed reads what a DID and the endpoint in its document say. In development
// hosts without a public suffix count too, and http.
func claimed(did, endpoint string, dev bool) claim {
	if host, ok := strings.CutPrefix(did, "did:web:"); ok {
		host, err := url.PathUnescape(host)
		if err != nil {
			return claim{}
		}
		host, _, _ = strings.Cut(host, ":")
		origin := Domain(host, dev)
		return claim{origin: origin, proven: origin != ""}
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.User != nil || u.Scheme != "https" && (!dev || u.Scheme != "http") || u.Port() != "" && !dev {
		return claim{}
	}
	origin := Domain(u.Hostname(), dev)
	if origin == "" {
		return claim{}
	}
	return claim{origin: origin, endpoint: u.Scheme + "://" + u.Host}
}

// Domain gives the registrable domain of a host by the public suffix list: what
// one person has to register, whatever number of names below it are free. It is
// "" where there is none. In development any host is its own.
func Domain(host string, dev bool) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if !isName(host) {
		if dev {
			return host
		}
		return ""
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	switch {
	case err == nil:
		return domain
	case dev:
		return host
	}
	return ""
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
