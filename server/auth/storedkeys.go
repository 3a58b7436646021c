package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/bluesky-social/indigo/atproto/atcrypto"

	"catbird.blue/mls/server/bus"
)

const (
	// StoredKeyTTL is how long the key of a known account is used while its
	// directory does not answer, counted from when it last did.
	StoredKeyTTL = 24 * time.Hour
	// storePause is how often a key that stays the same is stored.
	storePause = time.Hour
	// storeTimeout bounds one exchange with the store.
	storeTimeout = 5 * time.Second
	// maxUnstored bounds the keys that wait to be stored. Others are offered
	// again when they are fetched again.
	maxUnstored = 1024
)

// StoredKey is a signing key, and how long ago its directory gave it. It is empty
// where the directory said that there is none.
type StoredKey struct {
	Multibase string
	Age       time.Duration
}

// KeyStore keeps the signing keys of accounts that are known here.
type KeyStore interface {
	// Known tells whether an account is known.
	Known(ctx context.Context, did string) (bool, error)
	// Keep stores a key if the account is known and no newer one is stored.
	// changed says that another, older key was stored until now.
	Keep(ctx context.Context, did string, key StoredKey) (known, changed bool, err error)
	// Find returns the key that is stored, unless it is empty or older than
	// maxAge.
	Find(ctx context.Context, did string, maxAge time.Duration) (key StoredKey, ok bool, err error)
}

// noKeyStore is a store in which no account is known.
type noKeyStore struct{}

func (noKeyStore) Known(context.Context, string) (bool, error) { return false, nil }

func (noKeyStore) Keep(context.Context, string, StoredKey) (known, changed bool, err error) {
	return false, false, nil
}

func (noKeyStore) Find(context.Context, string, time.Duration) (StoredKey, bool, error) {
	return StoredKey{}, false, nil
}

// KeyID names a DID to other instances, without saying which it is.
type KeyID = bus.KeyID

func keyIDOf(did string) KeyID {
	sum := sha256.Sum256([]byte(did))
	return KeyID(sum[:16])
}

// unstored is a key that waits to be stored.
type unstored struct {
	did string
	key *issuerKey
}

// offer has a key stored in the background, where it is new or the last time is
// an hour ago.
func (d *Directory) offer(did string, key *issuerKey) {
	if d.now().Unix()-key.storedAt.Load() < int64(storePause.Seconds()) {
		return
	}
	select {
	case d.unstored <- unstored{did, key}:
	default:
		d.metrics.KeysStored.WithLabelValues("dropped").Inc()
	}
}

func (d *Directory) storeKeys() {
	for {
		select {
		case <-d.ctx.Done():
			return
		case u := <-d.unstored:
			d.storeKey(u)
		}
	}
}

func (d *Directory) storeKey(u unstored) {
	ctx, cancel := context.WithTimeout(d.ctx, storeTimeout)
	defer cancel()
	now := d.now()
	known, changed, err := d.store.Keep(ctx, u.did, StoredKey{Multibase: u.key.public.Multibase(), Age: now.Sub(u.key.fetched)})
	switch {
	case err != nil:
		d.metrics.KeysStored.WithLabelValues("failed").Inc()
		return
	case known:
		d.metrics.KeysStored.WithLabelValues("known").Inc()
		u.key.known.Store(true)
		u.key.storedAt.Store(now.Unix())
	default:
		d.metrics.KeysStored.WithLabelValues("unknown").Inc()
	}
	if changed {
		d.tell(keyIDOf(u.did))
	}
}

// bridge has the store's key take the place of one that may not be used any
// longer, while the directory does not answer.
func (d *Directory) bridge(did string) {
	id := keyIDOf(did)
	old, _ := d.keys.Get(id)
	if d.usable(old) {
		return
	}
	ctx, cancel := context.WithTimeout(d.ctx, storeTimeout)
	defer cancel()
	stored, ok, err := d.store.Find(ctx, did, StoredKeyTTL)
	if err != nil || !ok {
		return
	}
	public, err := atcrypto.ParsePublicMultibase(stored.Multibase)
	if err != nil {
		return
	}
	key := newIssuerKey(public, d.now().Add(-stored.Age))
	if old != nil && old.fetched.After(key.fetched) {
		key = newIssuerKey(old.public, old.fetched)
	}
	key.known.Store(true)
	key.storedAt.Store(key.fetched.Unix())
	d.keys.Add(id, key)
}

// usable says whether a key may be used while its directory does not answer.
func (d *Directory) usable(key *issuerKey) bool {
	if key == nil {
		return false
	}
	limit := staleTTL
	if key.known.Load() {
		limit = StoredKeyTTL
	}
	return d.now().Before(key.fetched.Add(limit))
}

// staleOr bridges an outage of the directory with the key known before it. It
// does so for nothing else: where this service itself refuses to look up, a key
// that was replaced must not go on.
func (d *Directory) staleOr(did string, err error) (*issuerKey, error) {
	key, _ := d.keys.Get(keyIDOf(did))
	if !errors.Is(err, errNoAnswer) || !d.usable(key) {
		return nil, err
	}
	result := "stale"
	if key.known.Load() {
		result = "stored"
	}
	d.metrics.DocumentCache.WithLabelValues(result).Inc()
	return key, nil
}

// gone forgets the key of a DID that has no usable one any more, here, in the
// store and at the other instances, so that no outage bridges it. The store keeps
// that there is none, or else an instance that is late could put back the old.
func (d *Directory) gone(did string) {
	id := keyIDOf(did)
	had := d.keys.Remove(id)
	ctx, cancel := context.WithTimeout(d.ctx, storeTimeout)
	defer cancel()
	// Where it fails, the next look-up does it again.
	if _, stored, _ := d.store.Keep(ctx, did, StoredKey{}); stored || had {
		d.tell(id)
	}
}

// Forget makes the next use of a DID's key look it up. Another instance has
// learned that it changed.
func (d *Directory) Forget(id KeyID) {
	if d.keys.Remove(id) {
		d.metrics.KeysForgotten.Inc()
	}
}
