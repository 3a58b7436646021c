package auth

import (
	"context"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"

	"catbird.blue/mls/server/limit"
)

const (
	// How long the answer is cached whether an account is known. A known
	// account stays known, an unknown one may become known soon.
	rememberKnown   = time.Hour
	rememberUnknown = time.Minute
	// statusTimeout bounds the query for that, including the wait for a turn.
	// Without an answer the account counts as unknown.
	statusTimeout = time.Second
	// verifiedCredit is the part of a look-up that is credited to its source if
	// the token that caused it was valid. It applies to did:plc only, since one
	// person can have any number of did:web. It is less than 1 because a flood
	// may use accounts of its own.
	verifiedCredit = 0.75
)

// turns decides when a DID document may be fetched. A token names its issuer
// before its signature is verified, so a look-up is charged to the source
// address of the request. Known accounts have a queue of their own, so that
// look-ups of unknown DIDs do not delay them.
type turns struct {
	limits         *limit.Limits
	dev            bool
	store          KeyStore
	status         *limit.Queue
	unknown, known *limit.Queue
	now            func() time.Time

	flight     singleflight.Group
	remembered *lru.Cache[KeyID, knownAccount]
}

// knownAccount is the cached answer whether an account is known.
type knownAccount struct {
	known bool
	until time.Time
}

func newTurns(cfg DirectoryConfig, store KeyStore, now func() time.Time) (*turns, error) {
	t := &turns{limits: cfg.Limits, dev: cfg.Dev, store: store, now: now, remembered: newLRU[KeyID, knownAccount](maxKeys)}
	if t.limits == nil {
		var err error
		if t.limits, err = limit.New(limit.Config{Off: true}); err != nil {
			return nil, err
		}
	}
	t.status = limit.NewQueue(t.limits, limit.LookupWaiting)
	t.unknown = limit.NewQueue(t.limits, limit.LookupWaiting)
	t.known = limit.NewQueue(t.limits, limit.LookupWaiting)
	return t, nil
}

// enter queues a look-up of did for a request from source. known says that the
// account is known, which saves a query.
func (t *turns) enter(ctx context.Context, source, did string, known bool) *limit.Waiter {
	queue, rate := t.unknown, limit.LookupNew
	if known || t.isKnown(ctx, source, did) {
		queue, rate = t.known, limit.LookupKnown
	}
	resources := []limit.Resource{{Row: rate}, {Row: limit.LookupPLC}}
	if strings.HasPrefix(did, webPrefix) {
		resources = []limit.Resource{{Row: rate}, {Row: limit.LookupWeb}, {Row: limit.LookupDomain, Key: WebDomain(did, t.dev)}}
	}
	return queue.Enter(source, resources...)
}

// isKnown reports whether an account is known. The query is charged to the source
// as well.
func (t *turns) isKnown(ctx context.Context, source, did string) bool {
	if t.limits.Off() {
		return false
	}
	if k, ok := t.remembered.Get(keyIDOf(did)); ok && t.now().Before(k.until) {
		return k.known
	}
	ctx, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	turn := t.status.Enter(source, limit.Resource{Row: limit.LookupStatus})
	defer turn.Done()
	if turn.Wait(ctx) != nil {
		return false
	}
	known, err, _ := t.flight.Do(did, func() (any, error) { return t.queryKnown(ctx, did) })
	return err == nil && known.(bool)
}

// queryKnown queries the database once for all requests that wait for the same DID.
func (t *turns) queryKnown(ctx context.Context, did string) (bool, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), statusTimeout)
	defer cancel()
	known, err := t.store.Known(ctx, did)
	if err != nil {
		return false, err
	}
	k := knownAccount{known, t.now().Add(rememberUnknown)}
	if known {
		k.until = t.now().Add(rememberKnown)
	}
	t.remembered.Add(keyIDOf(did), k)
	return known, nil
}
