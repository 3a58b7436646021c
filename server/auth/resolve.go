package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/bluesky-social/indigo/atproto/identity"
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

// resolver fetches DID documents and reads the signing key out of them.
type resolver struct {
	dev      bool
	plc, web *identity.BaseDirectory
	slots    map[string]chan struct{}
	metrics  *Metrics
}

func newResolver(plcURL string, dev bool, m *Metrics, plc, web *http.Client) *resolver {
	return &resolver{
		dev:     dev,
		metrics: m,
		plc:     newBase(plcURL, plc),
		web:     newBase(plcURL, web),
		slots: map[string]chan struct{}{
			"plc": make(chan struct{}, plcSlots), "web": make(chan struct{}, webSlots),
		},
	}
}

func newBase(plcURL string, client *http.Client) *identity.BaseDirectory {
	return &identity.BaseDirectory{
		PLCURL: plcURL, HTTPClient: *client, SkipHandleVerification: true, UserAgent: "mlsd",
	}
}

// signingKey fetches did's document and returns its #atproto key. The error
// is ErrUnknownIdentity or ErrUpstream.
func (r *resolver) signingKey(ctx context.Context, did syntax.DID) (atcrypto.PublicKey, error) {
	method := did.Method()
	slots := r.slots[method]
	if slots == nil {
		return nil, fmt.Errorf("%w: method %s", ErrUnknownIdentity, method)
	}
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done():
		r.metrics.lookup(method, "failed", LookupTimeout)
		return nil, fmt.Errorf("%w: too many look-ups in flight", ErrUpstream)
	}
	start := time.Now()
	key, err := r.fetchKey(ctx, did)
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

func (r *resolver) fetchKey(ctx context.Context, did syntax.DID) (atcrypto.PublicKey, error) {
	doc, err := r.document(ctx, did)
	if err != nil {
		return nil, err
	}
	if doc.DID != did {
		return nil, fmt.Errorf("%w: the document has another id", ErrUnknownIdentity)
	}
	ident := identity.ParseIdentity(doc)
	// Decoding base58 is quadratic: 20 ms for the 64 KiB a document may have.
	if vm := ident.Keys["atproto"]; len(vm.PublicKeyMultibase) > 256 {
		return nil, fmt.Errorf("%w: key too long", ErrUnknownIdentity)
	}
	key, err := ident.PublicKey()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnknownIdentity, err)
	}
	return key, nil
}

func (r *resolver) document(ctx context.Context, did syntax.DID) (*identity.DIDDocument, error) {
	if did.Method() == "plc" {
		doc, err := r.plc.ResolveDID(ctx, did)
		return doc, classify(err, false)
	}
	if err := ValidateServiceDID(did.String(), r.dev); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnknownIdentity, err)
	}
	if isLocalhost(did.String()) {
		doc, err := r.localhost(ctx, did)
		return doc, classify(err, true)
	}
	doc, err := r.web.ResolveDID(ctx, did)
	return doc, classify(err, true)
}

// classify sorts failures into certain ones and those that may pass. For
// did:web the address is the issuer's choice, so a refused one is its fault;
// for the directory it is a mistake of the operator's.
func classify(err error, issuersHost bool) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, identity.ErrDIDNotFound),
		issuersHost && errors.Is(err, errRefusedAddress),
		!errors.Is(err, identity.ErrDIDResolutionFailed) && !isTransport(err):
		return fmt.Errorf("%w: %w", ErrUnknownIdentity, err)
	}
	return fmt.Errorf("%w: %w", ErrUpstream, err)
}

// isTransport tells failures of reading a body, which indigo returns bare,
// from its judgements about a document.
func isTransport(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, errDocumentTooLarge) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout)
}

// localhost resolves did:web:localhost%3APORT, which indigo does not, over
// plain HTTP as the reference implementation does in development.
func (r *resolver) localhost(ctx context.Context, did syntax.DID) (*identity.DIDDocument, error) {
	host, err := url.PathUnescape(strings.TrimPrefix(did.String(), webPrefix))
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+host+"/.well-known/did.json", nil)
	if err != nil {
		return nil, err
	}
	res, err := r.web.HTTPClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", identity.ErrDIDResolutionFailed, err)
	}
	defer func() { _ = res.Body.Close() }()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return nil, identity.ErrDIDNotFound
	default:
		return nil, fmt.Errorf("%w: status %d", identity.ErrDIDResolutionFailed, res.StatusCode)
	}
	var doc identity.DIDDocument
	if err := json.NewDecoder(res.Body).Decode(&doc); err != nil {
		return nil, fmt.Errorf("%w: %w", identity.ErrDIDResolutionFailed, err)
	}
	return &doc, nil
}
