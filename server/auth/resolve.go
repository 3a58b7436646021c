package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/bluesky-social/indigo/atproto/syntax"
)

const (
	algES256K = "ES256K" // RFC 8812 §3.2
	algES256  = "ES256"  // RFC 7518 §3.4

	webPrefix = "did:web:"
)

// account is what is read from a DID document: the signing key, and the
// endpoint of the PDS or "".
type account struct {
	key atcrypto.PublicKey
	pds string
}

// errNoAnswer is an ErrUpstream caused by the directory or host, not by this
// service.
var errNoAnswer = fmt.Errorf("%w: no answer", ErrUpstream)

// resolver fetches DID documents and reads the signing key from them. The
// resolver of indigo is not used because it decodes whole documents and fails
// at entries that are not needed here.
type resolver struct {
	dev      bool
	plcURL   string
	plc, web *http.Client
	metrics  *Metrics
	// plcUnresponsive is set if the PLC directory did not respond to the last
	// request.
	plcUnresponsive atomic.Bool
}

func newResolver(plcURL string, dev bool, m *Metrics, plc, web *http.Client) *resolver {
	return &resolver{
		dev: dev, plcURL: plcURL, plc: plc, web: web, metrics: m,
	}
}

// fetch fetches and reads the document of did. The error is ErrUnknownIdentity
// or ErrUpstream.
func (r *resolver) fetch(ctx context.Context, did syntax.DID) (account, error) {
	method := did.Method()
	if method != "plc" && method != "web" {
		return account{}, unusable("DIDs of method %s are not accounts", method)
	}
	ctx, cancel := context.WithTimeout(ctx, LookupTimeout)
	defer cancel()
	start := time.Now()
	found, err := r.fetchAccount(ctx, did.String())
	outcome := "ok"
	switch {
	case errors.Is(err, ErrUnknownIdentity):
		outcome = "unknown"
	case err != nil:
		outcome = "failed"
	}
	r.metrics.lookup(method, outcome, time.Since(start))
	return found, err
}

func (r *resolver) fetchAccount(ctx context.Context, did string) (account, error) {
	if strings.HasPrefix(did, webPrefix) {
		return r.fetchWebAccount(ctx, did)
	}
	raw, err := fetchDocument(ctx, r.plc, r.plcURL+"/"+did)
	r.plcUnresponsive.Store(errors.Is(err, errNoAnswer))
	if err != nil {
		return account{}, err
	}
	found, err := readAccount(raw, did)
	if errors.Is(err, errNotJSON) {
		// The fault is that of the directory or of a proxy before it.
		return account{}, fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	return found, err
}

// serviceEndpoint fetches the document of did and returns the origin of the service
// with a fragment as its id.
func (r *resolver) serviceEndpoint(ctx context.Context, did, fragment string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, LookupTimeout)
	defer cancel()
	client, address := r.plc, r.plcURL+"/"+did
	if strings.HasPrefix(did, webPrefix) {
		var err error
		if address, err = r.webAddress(did); err != nil {
			return "", err
		}
		client = r.web
	}
	raw, err := fetchDocument(ctx, client, address)
	if err != nil {
		return "", err
	}
	var doc accountDocument
	if decodeLeniently(raw, &doc) != nil || stringOf(doc.ID) != did {
		return "", unusable("its DID document cannot be read, or has another id")
	}
	endpoint := strings.TrimSuffix(doc.endpoint(did, fragment), "/")
	if err := ValidatePublicURL(endpoint, r.dev); err != nil {
		return "", unusable("its DID document has no service %s at an origin", fragment)
	}
	return endpoint, nil
}

func (r *resolver) fetchWebAccount(ctx context.Context, did string) (account, error) {
	address, err := r.webAddress(did)
	if err != nil {
		return account{}, err
	}
	raw, err := fetchDocument(ctx, r.web, address)
	var noName *net.DNSError
	switch {
	case errors.As(err, &noName) && noName.IsNotFound:
		return account{}, unusable("the host of its did:web does not exist")
	case errors.Is(err, errRefusedAddress):
		// The issuer chose the address, so the identity is unusable. For the
		// PLC directory it would be an error in the configuration.
		return account{}, fmt.Errorf("%w: %w", unusable("the host of its did:web is not on the public internet"), errRefusedAddress)
	case err != nil:
		return account{}, err
	}
	found, err := readAccount(raw, did)
	if errors.Is(err, errNotJSON) {
		return account{}, unusable("%s", err)
	}
	return found, err
}

// webAddress returns the URL of the document of a did:web. For
// did:web:localhost%3APORT it is http, as in the reference implementation in
// development.
func (r *resolver) webAddress(did string) (string, error) {
	if err := ValidateServiceDID(did, r.dev); err != nil {
		return "", unusable("it is not a did:web with a host name alone")
	}
	host, err := url.PathUnescape(strings.TrimPrefix(did, webPrefix))
	if err != nil {
		return "", unusable("it is not a did:web with a host name alone")
	}
	if isLocalhost(did) {
		return "http://" + host + "/.well-known/did.json", nil
	}
	if name, err := syntax.ParseHandle(host); err != nil || !name.AllowedTLD() {
		return "", unusable("the host of its did:web is in a domain that is not on the public internet")
	}
	return "https://" + host + "/.well-known/did.json", nil
}

// fetchDocument fetches the document at address. The error is
// ErrUnknownIdentity if there certainly is none, otherwise errNoAnswer.
func fetchDocument(ctx context.Context, client *http.Client, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	req.Header.Set("User-Agent", "mlsd")
	req.Header.Set("Accept", "application/did+ld+json, application/json")
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	defer func() { _ = res.Body.Close() }()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return nil, unusable("there is no DID document: it was never registered, or has been deleted")
	default:
		return nil, fmt.Errorf("%w: status %d", errNoAnswer, res.StatusCode)
	}
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	return raw, nil
}
