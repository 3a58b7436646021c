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
	// Look-ups in flight at once, by DID method. Slow hosts of did:web, which
	// anyone can set up, must not hold up the directory of everybody else.
	plcSlots = 64
	webSlots = 16
	// slotTimeout bounds how long a look-up waits for one.
	slotTimeout = time.Second
)

// errNoAnswer is an ErrUpstream by the directory's or the host's doing, not by
// ours.
var errNoAnswer = fmt.Errorf("%w: no answer", ErrUpstream)

// resolver fetches DID documents and reads the signing key out of them. It does
// not use indigo's, which decodes whole documents and fails at entries that
// nobody needs.
type resolver struct {
	dev      bool
	plcURL   string
	plc, web *http.Client
	slots    map[string]chan struct{}
	metrics  *Metrics
	// plcSilent: the PLC directory did not answer when it was last asked.
	plcSilent atomic.Bool
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
	if err := r.waitForSlot(ctx, method); err != nil {
		r.metrics.lookup(method, "failed", slotTimeout)
		return nil, err
	}
	defer func() { <-slots }()
	// The time of a directory begins when it is asked: that others wait for it
	// must not look as if it did not answer.
	ctx, cancel := context.WithTimeout(ctx, LookupTimeout)
	defer cancel()
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

// waitForSlot gives a look-up its turn. While the PLC directory does not answer
// its slots are full of look-ups that wait for it, so the others need not ask.
func (r *resolver) waitForSlot(ctx context.Context, method string) error {
	why, wait := ErrUpstream, slotTimeout
	if method == "plc" && r.plcSilent.Load() {
		why, wait = errNoAnswer, 0
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case r.slots[method] <- struct{}{}:
		return nil
	default:
	}
	select {
	case r.slots[method] <- struct{}{}:
		return nil
	case <-timer.C:
	case <-ctx.Done():
	}
	return fmt.Errorf("%w: too many look-ups in flight", why)
}

func (r *resolver) fetchKey(ctx context.Context, did string) (atcrypto.PublicKey, error) {
	if strings.HasPrefix(did, webPrefix) {
		return r.fetchWebKey(ctx, did)
	}
	raw, err := fetchDocument(ctx, r.plc, r.plcURL+"/"+did)
	r.plcSilent.Store(errors.Is(err, errNoAnswer))
	if err != nil {
		return nil, err
	}
	key, err := signingKeyOf(raw, did)
	if errors.Is(err, errNotJSON) {
		// The directory's fault, or that of a proxy before it.
		return nil, fmt.Errorf("%w: %w", errNoAnswer, err)
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
// the answer is certain, or errNoAnswer.
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
