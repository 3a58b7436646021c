package origin

import (
	"net/url"
	"strings"

	"catbird.blue/mls/server/auth"
)

// claim is the origin that an account claims.
type claim struct {
	// origin is a registrable domain, or "" if there is none that could be
	// confirmed.
	origin string
	// endpoint is the origin (scheme, host, port) of the PDS to ask.
	endpoint string
	// proven is set if the origin needs no confirmation: for a did:web, whose
	// document its domain serves.
	proven bool
	// unread is set if the account's document is not cached.
	unread bool
}

// parseClaim returns the claim in a DID and in the PDS endpoint of its document.
// In development, hosts without a public suffix are accepted, and http.
func parseClaim(did, endpoint string, dev bool) claim {
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
