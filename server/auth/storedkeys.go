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
	// directory does not respond, counted from the last response.
	StoredKeyTTL = 24 * time.Hour
	// storePause is how often an unchanged key is stored again.
	storePause = time.Hour
	// storeTimeout bounds one call of the store.
	storeTimeout = 5 * time.Second
	// maxPendingKeys bounds the queue of keys to store. Keys beyond it are
	// dropped; they are offered again at their next fetch.
	maxPendingKeys = 1024
)

// StoredKey is a signing key and the time since the directory returned it.
// Multibase is empty if the directory said that the DID has no key.
type StoredKey struct {
	Multibase string
	Age       time.Duration
}

// KeyStore keeps the signing keys of known accounts.
type KeyStore interface {
	// Known reports whether an account is known: whether it has rows in the
	// database.
	Known(ctx context.Context, did string) (bool, error)
	// Keep stores a key if the account is known and no newer key is stored.
	// changed reports that it replaced a different, older key.
	Keep(ctx context.Context, did string, key StoredKey) (known, changed bool, err error)
	// Find returns the stored key. ok is false if it is empty or older than
	// maxAge.
	Find(ctx context.Context, did string, maxAge time.Duration) (key StoredKey, ok bool, err error)
}

// noKeyStore is a KeyStore without known accounts.
type noKeyStore struct{}

func (noKeyStore) Known(context.Context, string) (bool, error) { return false, nil }

func (noKeyStore) Keep(context.Context, string, StoredKey) (known, changed bool, err error) {
	return false, false, nil
}

func (noKeyStore) Find(context.Context, string, time.Duration) (StoredKey, bool, error) {
	return StoredKey{}, false, nil
}

// KeyID identifies a DID to other instances without revealing it.
type KeyID = bus.KeyID

func keyIDOf(did string) KeyID {
	sum := sha256.Sum256([]byte(did))
	return KeyID(sum[:16])
}

// pendingKey is a key in the queue of keys to store.
type pendingKey struct {
	did string
	key *issuerKey
}

// queueKey queues a key to be stored, unless this was done within the last hour.
func (d *Directory) queueKey(did string, key *issuerKey) {
	if d.now().Unix()-key.storedAt.Load() < int64(storePause.Seconds()) {
		return
	}
	select {
	case d.pending <- pendingKey{did, key}:
	default:
		d.metrics.KeysStored.WithLabelValues("dropped").Inc()
	}
}

func (d *Directory) storeKeys() {
	for {
		select {
		case <-d.ctx.Done():
			return
		case u := <-d.pending:
			d.storeKey(u)
		}
	}
}

func (d *Directory) storeKey(u pendingKey) {
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
		d.publish(keyIDOf(u.did))
	}
}

// useStored replaces a cached key that has become too old by the stored one, for
// use while the directory does not respond.
func (d *Directory) useStored(did string) {
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

// usable reports whether a key may be used while its directory does not
// respond.
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

// staleOr returns the last known key if err says that the directory did not
// respond. For any other error it returns err: if this service itself refuses
// the look-up, a replaced key must not remain in use.
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

// forgetDeleted forgets the key of a DID that has no usable key any more, in the cache,
// in the store and at the other instances, so that it is not used in an outage.
// The store records that there is no key: otherwise an instance that is late
// could store the old one again.
func (d *Directory) forgetDeleted(did string) {
	id := keyIDOf(did)
	had := d.keys.Remove(id)
	ctx, cancel := context.WithTimeout(d.ctx, storeTimeout)
	defer cancel()
	// If it fails, the next look-up repeats it.
	if _, stored, _ := d.store.Keep(ctx, did, StoredKey{}); stored || had {
		d.publish(id)
	}
}

// Forget removes the key of a DID from the cache. It is called when another
// instance published that the key changed.
func (d *Directory) Forget(id KeyID) {
	if d.keys.Remove(id) {
		d.metrics.KeysForgotten.Inc()
	}
}
