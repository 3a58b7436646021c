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
	"time"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/bluesky-social/indigo/atproto/syntax"
)

const (
	algES256K = "ES256K" // RFC 8812 §3.2
	algES256  = "ES256"  // RFC 7518 §3.4

	webPrefix = "did:web:"
	// Look-ups in flight at once, by DID method. Slow hosts of did:web, which
	// anyone can set up, must not hold up the directory of everybody else.
	plcSlots = 64
	webSlots = 16
)

// resolver fetches DID documents and reads the signing key out of them. It does
// not use indigo's, which decodes whole documents and fails at entries that
// nobody needs.
type resolver struct {
	dev      bool
	plcURL   string
	plc, web *http.Client
	slots    map[string]chan struct{}
	metrics  *Metrics
}

func newResolver(plcURL string, dev bool, m *Metrics, plc, web *http.Client) *resolver {
	return &resolver{
		dev: dev, plcURL: plcURL, plc: plc, web: web, metrics: m,
		slots: map[string]chan struct{}{
			"plc": make(chan struct{}, plcSlots), "web": make(chan struct{}, webSlots),
		},
	}
}

// signingKey fetches did's document and returns its #atproto key. The error
// is ErrUnknownIdentity or ErrUpstream.
func (r *resolver) signingKey(ctx context.Context, did syntax.DID) (atcrypto.PublicKey, error) {
	method := did.Method()
	slots := r.slots[method]
	if slots == nil {
		return nil, unusable("DIDs of method %s are not accounts", method)
	}
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done():
		r.metrics.lookup(method, "failed", LookupTimeout)
		return nil, fmt.Errorf("%w: too many look-ups in flight", ErrUpstream)
	}
	start := time.Now()
	key, err := r.fetchKey(ctx, did.String())
	outcome := "ok"
	switch {
	case errors.Is(err, ErrUnknownIdentity):
		outcome = "unknown"
	case err != nil:
		outcome = "failed"
	}
	r.metrics.lookup(method, outcome, time.Since(start))
	return key, err
}

func (r *resolver) fetchKey(ctx context.Context, did string) (atcrypto.PublicKey, error) {
	if strings.HasPrefix(did, webPrefix) {
		return r.fetchWebKey(ctx, did)
	}
	raw, err := fetchDocument(ctx, r.plc, r.plcURL+"/"+did)
	if err != nil {
		return nil, err
	}
	key, err := signingKeyOf(raw, did)
	if errors.Is(err, errNotJSON) {
		// The directory's fault, or that of a proxy before it.
		return nil, fmt.Errorf("%w: %w", ErrUpstream, err)
	}
	return key, err
}

func (r *resolver) fetchWebKey(ctx context.Context, did string) (atcrypto.PublicKey, error) {
	address, err := r.webAddress(did)
	if err != nil {
		return nil, err
	}
	raw, err := fetchDocument(ctx, r.web, address)
	var noName *net.DNSError
	switch {
	case errors.As(err, &noName) && noName.IsNotFound:
		return nil, unusable("the host of its did:web does not exist")
	case errors.Is(err, errRefusedAddress):
		// The issuer chose the address. For the directory it would be a
		// mistake of the operator's.
		return nil, fmt.Errorf("%w: %w", unusable("the host of its did:web is not on the public internet"), errRefusedAddress)
	case err != nil:
		return nil, err
	}
	key, err := signingKeyOf(raw, did)
	if errors.Is(err, errNotJSON) {
		return nil, unusable("%s", err)
	}
	return key, err
}

// webAddress is where the document of a did:web is. did:web:localhost%3APORT is
// fetched over plain HTTP, as the reference implementation does in development.
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

// fetchDocument gets a document of a DID. The error is ErrUnknownIdentity where
// the answer is certain, or ErrUpstream.
func fetchDocument(ctx context.Context, client *http.Client, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUpstream, err)
	}
	req.Header.Set("User-Agent", "mlsd")
	req.Header.Set("Accept", "application/did+ld+json, application/json")
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUpstream, err)
	}
	defer func() { _ = res.Body.Close() }()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return nil, unusable("there is no DID document: it was never registered, or has been deleted")
	default:
		return nil, fmt.Errorf("%w: status %d", ErrUpstream, res.StatusCode)
	}
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUpstream, err)
	}
	return raw, nil
}
