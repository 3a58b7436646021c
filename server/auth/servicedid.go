package auth

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// ServiceFragment is the id of our service in its DID document. It follows the
// DID in atproto-proxy headers and in aud.
const ServiceFragment = "#atproto_mls"

var (
	webHost = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)
	// The reference PDS finds a local service only under this spelling. It
	// answers 500 for %3a, an unescaped colon or an address.
	localhostDID = regexp.MustCompile(`^did:web:localhost(%3A[1-9][0-9]{0,4})?$`)
)

func isLocalhost(did string) bool { return localhostDID.MatchString(did) }

// ValidateServiceDID returns an error unless did is a did:web of the form that
// the AT Protocol allows (https://atproto.com/specs/did): a lower-case host
// name without port or path. In development, did:web:localhost%3A3000 is valid
// too.
func ValidateServiceDID(did string, dev bool) error {
	host, ok := strings.CutPrefix(did, webPrefix)
	switch {
	case !ok:
		return errors.New("the service DID must be a did:web")
	case strings.HasPrefix(strings.ToLower(host), "localhost"):
		if !isLocalhost(did) {
			return errors.New("a local service DID is spelled did:web:localhost%3A3000, with a capital %3A")
		}
		if !dev {
			return errors.New("did:web:localhost is for development only")
		}
		return nil
	case len(host) > 253 || !webHost.MatchString(host):
		return errors.New("the service DID must be did:web: and a lower-case host name, without port, path or address")
	}
	return nil
}

// ValidatePublicURL returns an error unless u can be the service endpoint in
// our DID document: an origin without path. https is required, except in
// development.
func ValidatePublicURL(u string, dev bool) error {
	p, err := url.Parse(u)
	if err != nil {
		return fmt.Errorf("the public URL cannot be read: %w", err)
	}
	switch {
	case p.Host == "" || p.User != nil || p.Path != "" || p.RawQuery != "" || p.Fragment != "" || strings.HasSuffix(u, "#") || p.ForceQuery:
		return errors.New("the public URL must be an origin, such as https://mls.example.org, with nothing after the host")
	case p.Scheme == "https", p.Scheme == "http" && dev:
		return nil
	}
	return errors.New("the public URL must be https")
}

// Audiences returns the values of aud that stand for the service: the DID,
// which current PDS versions send, and the DID with the service fragment.
func Audiences(serviceDID string) []string {
	return []string{serviceDID, serviceDID + ServiceFragment}
}
