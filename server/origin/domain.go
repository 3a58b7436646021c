package origin

import (
	"net/url"
	"strings"

	"catbird.blue/mls/server/auth"
)

// claim is what an account says about where it comes from.
type claim struct {
	// origin is a registrable domain; "" where none can be confirmed.
	origin string
	// endpoint is the origin (scheme, host, port) of the PDS to be asked.
	endpoint string
	// proven: that the account exists at all shows that the claim is true.
	proven bool
	// unread: the account's document is not at hand.
	unread bool
}

// claimed reads what a DID and the endpoint in its document say. In development
// hosts without a public suffix count too, and http.
func claimed(did, endpoint string, dev bool) claim {
	if strings.HasPrefix(did, "did:web:") {
		origin := auth.WebDomain(did, dev)
		return claim{origin: origin, proven: origin != ""}
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.User != nil || u.Scheme != "https" && (!dev || u.Scheme != "http") || u.Port() != "" && !dev {
		return claim{}
	}
	origin := auth.Domain(u.Hostname(), dev)
	if origin == "" {
		return claim{}
	}
	return claim{origin: origin, endpoint: u.Scheme + "://" + u.Host}
}
