package auth

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	lru "github.com/hashicorp/golang-lru/v2"

	"catbird.blue/mls/server/limit"
)

// Lifetimes of cached answers about DIDs. A new key works at once: a signature
// that does not match causes a refresh. The old key stops working when the
// first token of the new key arrives, and after keyTTL at the latest.
const (
	keyTTL = 10 * time.Minute
	// refreshAfter is the age at which a key in use is fetched again in the
	// background, so that requests do not wait for it.
	refreshAfter = 8 * time.Minute
	// staleTTL is how long after its fetch a key is used while its directory
	// does not respond. Keys of known accounts are used longer, see
	// StoredKeyTTL.
	staleTTL = time.Hour
	// unknownTTL is how long it is cached that a DID does not exist.
	unknownTTL = time.Minute
	// failureTTL is the pause after a failed look-up before the directory is
	// asked about the same DID again.
	failureTTL = 5 * time.Second
	// webFailureTTL is the pause for did:web. It is longer, since other
	// accounts do not depend on that host.
	webFailureTTL = 30 * time.Second
	// refreshPause is the minimum time between two refreshes of one DID caused
	// by signatures that do not match.
	refreshPause = time.Minute

	maxKeys     = 100_000
	maxFailures = 20_000
)

// DirectoryConfig configures a Directory.
type DirectoryConfig struct {
	// PLCURL is the origin of the PLC directory, such as https://plc.directory.
	PLCURL string
	// Dev allows http, did:web:localhost and private addresses.
	Dev bool
	// Local, if set, returns the keys of accounts that no directory has. It must not
	// block.
	Local func(did string) (key atcrypto.PublicKey, ok bool)
	// Store, if set, keeps keys for outages of the directories.
	Store KeyStore
	// Publish, if set, publishes to the other instances that they must Forget a
	// key. It must not block.
	Publish func(KeyID)
	Metrics *Metrics
	// Limits bounds the rates of look-ups. If nil, only the number of
	// concurrent look-ups is bounded.
	Limits *limit.Limits

	// Set by tests of this package.
	now func() time.Time
	web clientOptions
}

// Directory finds the signing keys of accounts. It caches them, makes one
// look-up of concurrent requests for the same DID, and bounds the cost that
// requests can cause.
type Directory struct {
	resolver *resolver
	metrics  *Metrics
	now      func() time.Time
	turns    *turns

	local   func(did string) (atcrypto.PublicKey, bool)
	store   KeyStore
	publish func(KeyID)
	pending chan pendingKey

	keys     *lru.Cache[KeyID, *issuerKey]
	failures *lru.Cache[string, failure]

	refreshMu sync.Mutex
	refreshed *lru.Cache[string, time.Time]

	// joined is called when a request has joined a look-up; tests set it.
	joined func()

	// Look-ups outlive the requests that caused them, so they have their own
	// context.
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	mu     sync.Mutex
	closed bool
	// flights has the look-ups for which requests wait.
	flights map[string]*flight
}

// issuerKey is the signing key of a DID. Each fetch makes a new issuerKey, so
// comparing pointers shows whether a document was fetched again.
type issuerKey struct {
	public  atcrypto.PublicKey
	alg     string
	fetched time.Time
	// pds is the endpoint of the PDS in the account's document. It is not known
	// if the key comes from the store: then hasDocument is false.
	pds         string
	hasDocument bool
	// verified is called after a signature was verified with this key.
	verified func()
	// checked counts the signatures that were verified without a table.
	checked atomic.Int32
	// known is set if the account is known to the store.
	known atomic.Bool
	// storedAt is the Unix time at which the store last got this key.
	storedAt atomic.Int64
	// refreshing is set while the key is being fetched again.
	refreshing atomic.Bool
}

func newIssuerKey(public atcrypto.PublicKey, fetched time.Time) *issuerKey {
	key := &issuerKey{public: public, alg: algES256, fetched: fetched, verified: func() {}}
	if _, ok := public.(*atcrypto.PublicKeyK256); ok {
		key.alg = algES256K
	}
	return key
}

type failure struct {
	err   error
	until time.Time
}

// NewDirectory makes a Directory, which must be closed.
func NewDirectory(cfg DirectoryConfig) (*Directory, error) {
	u, err := url.Parse(cfg.PLCURL)
	if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Scheme != "https" && (!cfg.Dev || u.Scheme != "http") {
		return nil, errors.New("the PLC URL must be an origin such as https://plc.directory (http in development only)")
	}
	cfg.web.anyAddress = cfg.Dev
	m := cfg.Metrics.orUnregistered()
	d := &Directory{
		resolver: newResolver(cfg.PLCURL, cfg.Dev, m,
			newPLCClient(), newClient(cfg.web)),
		metrics: m, now: cfg.now, local: cfg.Local, store: cfg.Store, publish: cfg.Publish, pending: make(chan pendingKey, maxPendingKeys),
		keys: newLRU[KeyID, *issuerKey](maxKeys), failures: newLRU[string, failure](maxFailures),
		refreshed: newLRU[string, time.Time](maxKeys), joined: func() {}, flights: map[string]*flight{},
	}
	d.setDefaults()
	if d.turns, err = newTurns(cfg, d.store, d.now); err != nil {
		return nil, err
	}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	d.wg.Go(d.storeKeys)
	return d, nil
}

func (d *Directory) setDefaults() {
	if d.now == nil {
		d.now = time.Now
	}
	if d.store == nil {
		d.store = noKeyStore{}
	}
	if d.local == nil {
		d.local = func(string) (atcrypto.PublicKey, bool) { return nil, false }
	}
	if d.publish == nil {
		d.publish = func(KeyID) {}
	}
}

func newLRU[K comparable, V any](size int) *lru.Cache[K, V] {
	c, err := lru.New[K, V](size)
	if err != nil {
		panic(err) // the sizes are constants
	}
	return c
}

// Close cancels look-ups in progress, waits for them and closes idle
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
// ErrUnknownIdentity, or ErrUpstream if there is no answer or ctx is cancelled.
// Cancelling ctx does not affect other callers that wait for the same DID.
func (d *Directory) SigningKey(ctx context.Context, did string) (atcrypto.PublicKey, error) {
	k, err := d.lookup(ctx, "", did)
	if err != nil {
		return nil, err
	}
	return k.public, nil
}

// Renew forgets the cached key of a DID at this instance and looks it up again. Its
// errors are those of SigningKey.
func (d *Directory) Renew(ctx context.Context, did string) (atcrypto.PublicKey, error) {
	d.Forget(keyIDOf(did))
	d.failures.Remove(did)
	return d.SigningKey(ctx, did)
}

// ForgetEverywhere drops the cached key of a DID at all instances: its document may
// have changed.
func (d *Directory) ForgetEverywhere(did string) {
	id := keyIDOf(did)
	d.Forget(id)
	d.failures.Remove(did)
	d.publish(id)
}

// Endpoint returns the endpoint of the PDS that the cached document of an
// account names, or "". ok is false if there is no cached document.
func (d *Directory) Endpoint(did string) (pds string, ok bool) {
	if key, found := d.keys.Peek(keyIDOf(did)); found && key.hasDocument {
		return key.pds, true
	}
	return "", false
}

// ServiceEndpoint fetches the DID document of a service that the operator configured,
// and returns the origin of the service with a fragment as its id.
func (d *Directory) ServiceEndpoint(ctx context.Context, did, fragment string) (string, error) {
	return d.resolver.serviceEndpoint(ctx, did, fragment)
}

// lookup returns the signing key of a DID that a request from source names. The
// error is that of SigningKey, or an *xrpc.Error if a limit is reached.
func (d *Directory) lookup(ctx context.Context, source, did string) (*issuerKey, error) {
	now := d.now()
	if public, ok := d.local(did); ok {
		return newIssuerKey(public, now), nil
	}
	key, ok := d.keys.Get(keyIDOf(did))
	if ok && now.Before(key.fetched.Add(keyTTL)) {
		if !now.Before(key.fetched.Add(refreshAfter)) {
			d.fetchInBackground(source, did, key)
		}
		d.metrics.DocumentCache.WithLabelValues("hit").Inc()
		return key, nil
	}
	if f, failed := d.failures.Get(did); failed && now.Before(f.until) {
		d.metrics.DocumentCache.WithLabelValues("negative").Inc()
		return d.staleOr(did, f.err)
	}
	d.metrics.DocumentCache.WithLabelValues("miss").Inc()
	fresh, err := d.fetch(ctx, source, did)
	if err != nil {
		return d.staleOr(did, err)
	}
	return fresh, nil
}

// refresh fetches the document of a DID again because a signature did not match
// the key used. It returns nil if that was done within the last minute, if it
// failed, or if the document in the cache was fetched after start, the time at
// which the request arrived.
func (d *Directory) refresh(ctx context.Context, source, did string, used *issuerKey, start time.Time) *issuerKey {
	if current, ok := d.keys.Peek(keyIDOf(did)); ok && current != used {
		return current
	}
	if !used.fetched.Before(start) || !d.mayRefresh(did) {
		return nil
	}
	d.metrics.Refreshes.Inc()
	key, err := d.fetch(ctx, source, did)
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
