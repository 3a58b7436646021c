package auth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/bluesky-social/indigo/atproto/syntax"
	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"
)

// How long answers about DIDs count. A new key works at once, by the refresh
// after a bad signature; a replaced one stops working when the first token of
// the new one is seen, and after keyTTL at the latest.
const (
	keyTTL = 10 * time.Minute
	// staleTTL is how long a key is used while its directory does not
	// answer, counted from the fetch.
	staleTTL = time.Hour
	// unknownTTL is how long a DID stays unknown.
	unknownTTL = time.Minute
	// failureTTL is how long a directory that failed is left in peace about
	// one DID.
	failureTTL = 5 * time.Second
	// refreshPause is the least time between two refreshes of one DID that
	// bad signatures cause.
	refreshPause = time.Minute

	maxKeys     = 100_000
	maxFailures = 20_000
)

// DirectoryConfig configures a Directory.
type DirectoryConfig struct {
	// PLCURL is the origin of the PLC directory, such as
	// https://plc.directory.
	PLCURL string
	// Dev allows http, did:web:localhost and private addresses.
	Dev     bool
	Metrics *Metrics

	// For tests of this package.
	now func() time.Time
	web clientOptions
}

// Directory finds the signing keys of accounts. It caches, joins concurrent
// look-ups of one DID, and bounds what look-ups can be made to cost.
type Directory struct {
	resolver *resolver
	metrics  *Metrics
	now      func() time.Time
	flight   singleflight.Group

	keys     *lru.Cache[string, *issuerKey]
	failures *lru.Cache[string, failure]

	refreshMu sync.Mutex
	refreshed *lru.Cache[string, time.Time]

	// joined, for tests, is called when a request has joined a look-up.
	joined func()

	// Look-ups outlive the requests that asked, so they have a life of
	// their own.
	ctx    context.Context
	cancel context.CancelFunc
	mu     sync.Mutex
	closed bool
	wg     sync.WaitGroup
}

// issuerKey is the signing key of a DID. A fetch makes a new one, so that
// pointers tell whether a document was fetched again.
type issuerKey struct {
	public  atcrypto.PublicKey
	alg     string
	fetched time.Time
}

type failure struct {
	err   error
	until time.Time
}

// NewDirectory makes a Directory. Close it to end its look-ups.
func NewDirectory(cfg DirectoryConfig) (*Directory, error) {
	u, err := url.Parse(cfg.PLCURL)
	if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Scheme != "https" && (!cfg.Dev || u.Scheme != "http") {
		return nil, errors.New("the PLC URL must be an origin such as https://plc.directory (http in development only)")
	}
	cfg.web.anyAddress = cfg.Dev
	m := cfg.Metrics.orUnregistered()
	d := &Directory{
		resolver: newResolver(cfg.PLCURL, cfg.Dev, m,
			newClient(clientOptions{anyAddress: cfg.Dev, keepAlive: true}), newClient(cfg.web)),
		metrics: m, now: cfg.now,
		keys: newLRU[*issuerKey](maxKeys), failures: newLRU[failure](maxFailures), refreshed: newLRU[time.Time](maxKeys),
		joined: func() {},
	}
	if d.now == nil {
		d.now = time.Now
	}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	return d, nil
}

func newLRU[V any](size int) *lru.Cache[string, V] {
	c, err := lru.New[string, V](size)
	if err != nil {
		panic(err) // the sizes are constants
	}
	return c
}

// Close cancels the look-ups in flight, waits for them and drops idle
// connections.
func (d *Directory) Close() {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	d.cancel()
	d.wg.Wait()
	d.resolver.plc.CloseIdleConnections()
	d.resolver.web.CloseIdleConnections()
}

// SigningKey returns the #atproto key of a DID. The error is
// ErrUnknownIdentity, or ErrUpstream where there is no answer, which includes
// a cancelled ctx. Cancelling ctx does not disturb others that wait for the
// same answer.
func (d *Directory) SigningKey(ctx context.Context, did string) (atcrypto.PublicKey, error) {
	k, err := d.lookup(ctx, did)
	if err != nil {
		return nil, err
	}
	return k.public, nil
}

func (d *Directory) lookup(ctx context.Context, did string) (*issuerKey, error) {
	now := d.now()
	key, ok := d.keys.Get(did)
	if ok && now.Before(key.fetched.Add(keyTTL)) {
		d.metrics.DocumentCache.WithLabelValues("hit").Inc()
		return key, nil
	}
	if f, failed := d.failures.Get(did); failed && now.Before(f.until) {
		d.metrics.DocumentCache.WithLabelValues("negative").Inc()
		return d.staleOr(key, f.err)
	}
	d.metrics.DocumentCache.WithLabelValues("miss").Inc()
	fresh, err := d.fetch(ctx, did)
	if err != nil {
		return d.staleOr(key, err)
	}
	return fresh, nil
}

// staleOr bridges an outage of the directory with the key known before it.
func (d *Directory) staleOr(key *issuerKey, err error) (*issuerKey, error) {
	if key == nil || !errors.Is(err, ErrUpstream) || !d.now().Before(key.fetched.Add(staleTTL)) {
		return nil, err
	}
	d.metrics.DocumentCache.WithLabelValues("stale").Inc()
	return key, nil
}

// refresh fetches the document of a DID again because a signature did not fit
// used. It returns nil where that was done within the last minute, where it
// cannot bring anything new, or where it fails. start is when the request
// came: a document fetched since is new enough.
func (d *Directory) refresh(ctx context.Context, did string, used *issuerKey, start time.Time) *issuerKey {
	if current, ok := d.keys.Peek(did); ok && current != used {
		return current
	}
	if !used.fetched.Before(start) || !d.mayRefresh(did) {
		return nil
	}
	d.metrics.Refreshes.Inc()
	key, err := d.fetch(ctx, did)
	if err != nil {
		return nil
	}
	return key
}

func (d *Directory) mayRefresh(did string) bool {
	d.refreshMu.Lock()
	defer d.refreshMu.Unlock()
	now := d.now()
	if last, ok := d.refreshed.Get(did); ok && now.Before(last.Add(refreshPause)) {
		return false
	}
	d.refreshed.Add(did, now)
	return true
}

// fetch joins the look-up of did that is in flight, or starts one.
func (d *Directory) fetch(ctx context.Context, did string) (*issuerKey, error) {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil, fmt.Errorf("%w: shutting down", ErrUpstream)
	}
	d.wg.Add(1)
	d.mu.Unlock()
	result := d.flight.DoChan(did, func() (any, error) { return d.fetchAlone(did) })
	d.joined()
	select {
	case r := <-result:
		d.wg.Done()
		if r.Err != nil {
			return nil, r.Err
		}
		return r.Val.(*issuerKey), nil
	case <-ctx.Done():
		// Close still has to wait for the look-up.
		go func() {
			defer d.wg.Done()
			<-result
		}()
		return nil, fmt.Errorf("%w: %w", ErrUpstream, ctx.Err())
	}
}

func (d *Directory) fetchAlone(did string) (*issuerKey, error) {
	ctx, cancel := context.WithTimeout(d.ctx, LookupTimeout)
	defer cancel()
	fetched := d.now()
	public, err := d.resolver.signingKey(ctx, syntax.DID(did))
	switch {
	case errors.Is(err, ErrUnknownIdentity):
		d.keys.Remove(did)
		d.failures.Add(did, failure{err, d.now().Add(unknownTTL)})
		return nil, err
	case err != nil:
		d.failures.Add(did, failure{err, d.now().Add(failureTTL)})
		return nil, err
	}
	key := &issuerKey{public: public, alg: algES256, fetched: fetched}
	if _, ok := public.(*atcrypto.PublicKeyK256); ok {
		key.alg = algES256K
	}
	d.keys.Add(did, key)
	d.failures.Remove(did)
	return key, nil
}
