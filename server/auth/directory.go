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

// How long answers about DIDs count. A new key works at once, by the refresh
// after a bad signature; a replaced one stops working when the first token of
// the new one is seen, and after keyTTL at the latest.
const (
	keyTTL = 10 * time.Minute
	// refreshAfter is when a key that is in use is fetched again beside the
	// request that uses it, so that look-ups that have to wait hold up nobody.
	refreshAfter = 8 * time.Minute
	// staleTTL is how long a key is used while its directory does not
	// answer, counted from the fetch. See also StoredKeyTTL.
	staleTTL = time.Hour
	// unknownTTL is how long a DID stays unknown.
	unknownTTL = time.Minute
	// failureTTL is how long a directory that failed is left in peace about
	// one DID.
	failureTTL = 5 * time.Second
	// webFailureTTL is the same for the host of a did:web, which is nobody
	// else's.
	webFailureTTL = 30 * time.Second
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
	Dev bool
	// Store, where set, keeps keys for outages of the directories.
	Store KeyStore
	// Tell, where set, tells the other instances to Forget a key. It must not
	// wait.
	Tell    func(KeyID)
	Metrics *Metrics
	// Limits bounds look-ups; nil for the bounds of what is under way alone.
	Limits *limit.Limits

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
	turns    *turns

	store    KeyStore
	tell     func(KeyID)
	unstored chan unstored

	keys     *lru.Cache[KeyID, *issuerKey]
	failures *lru.Cache[string, failure]

	refreshMu sync.Mutex
	refreshed *lru.Cache[string, time.Time]

	// joined, for tests, is called when a request has joined a look-up.
	joined func()

	// Look-ups outlive the requests that asked, so they have a life of
	// their own.
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	mu     sync.Mutex
	closed bool
	// flights has the look-ups that somebody waits for.
	flights map[string]*flight
}

// issuerKey is the signing key of a DID. A fetch makes a new one, so that
// pointers tell whether a document was fetched again.
type issuerKey struct {
	public  atcrypto.PublicKey
	alg     string
	fetched time.Time
	// pds is the endpoint of the account's PDS as its document says. Of a key
	// from the store there is no document.
	pds         string
	hasDocument bool
	// verified is called when a signature held by this key.
	verified func()
	// known: it is of an account that the store knows.
	known atomic.Bool
	// storedAt is the second in which the store was last given it.
	storedAt atomic.Int64
	// refreshing: it is being fetched again.
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
		metrics: m, now: cfg.now, store: cfg.Store, tell: cfg.Tell, unstored: make(chan unstored, maxUnstored),
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
	if d.tell == nil {
		d.tell = func(KeyID) {}
	}
}

func newLRU[K comparable, V any](size int) *lru.Cache[K, V] {
	c, err := lru.New[K, V](size)
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
	k, err := d.lookup(ctx, "", did)
	if err != nil {
		return nil, err
	}
	return k.public, nil
}

// Endpoint is the endpoint of the PDS that the document of an account names, ""
// for none. It is not ok where the document was not fetched lately.
func (d *Directory) Endpoint(did string) (pds string, ok bool) {
	if key, found := d.keys.Peek(keyIDOf(did)); found && key.hasDocument {
		return key.pds, true
	}
	return "", false
}

// lookup gives the signing key of a DID that a request from a source names. The
// error is as SigningKey has it, or an *xrpc.Error that tells to come later.
func (d *Directory) lookup(ctx context.Context, source, did string) (*issuerKey, error) {
	now := d.now()
	key, ok := d.keys.Get(keyIDOf(did))
	if ok && now.Before(key.fetched.Add(keyTTL)) {
		if !now.Before(key.fetched.Add(refreshAfter)) {
			d.fetchBeside(source, did, key)
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

// refresh fetches the document of a DID again because a signature did not fit
// used. It returns nil where that was done within the last minute, where it
// cannot bring anything new, or where it fails. start is when the request
// came: a document fetched since is new enough.
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
