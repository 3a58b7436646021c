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
	// How long it is remembered whether an account is known: one that is stays
	// so, and one that is not may be soon.
	rememberKnown   = time.Hour
	rememberUnknown = time.Minute
	// statusTimeout bounds the question, its waiting included. Without an
	// answer an account is not known.
	statusTimeout = time.Second
	// verifiedCredit is the part of a look-up that does not count against its
	// source when the token that caused it was good. Only for did:plc: of
	// did:web anybody has as many as he wants. Not all of it: a flood may have
	// accounts of its own.
	verifiedCredit = 0.75
)

// turns says when a document may be looked up. A token names its issuer before
// anything proves it, so look-ups are paid for by the source of the request.
// Accounts that are known have queues of their own: whatever strangers do, these
// go on.
type turns struct {
	limits            *limit.Limits
	dev               bool
	store             KeyStore
	status            *limit.Queue
	strangers, others *limit.Queue
	now               func() time.Time

	flight     singleflight.Group
	remembered *lru.Cache[KeyID, knownAccount]
}

// knownAccount is whether an account is known, and how long that is remembered.
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
	t.strangers = limit.NewQueue(t.limits, limit.LookupWaiting)
	t.others = limit.NewQueue(t.limits, limit.LookupWaiting)
	return t, nil
}

// enter lines up for a look-up of did that a request from source needs. known
// says that the account is known without asking.
func (t *turns) enter(ctx context.Context, source, did string, known bool) *limit.Waiter {
	queue, rate := t.strangers, limit.LookupNew
	if known || t.knows(ctx, source, did) {
		queue, rate = t.others, limit.LookupKnown
	}
	lanes := []limit.Lane{{Row: rate}, {Row: limit.LookupPLC}}
	if strings.HasPrefix(did, webPrefix) {
		lanes = []limit.Lane{{Row: rate}, {Row: limit.LookupWeb}, {Row: limit.LookupDomain, Key: WebDomain(did, t.dev)}}
	}
	return queue.Enter(source, lanes...)
}

// knows tells whether an account is known. Asking the database is paid for by
// the source, too.
func (t *turns) knows(ctx context.Context, source, did string) bool {
	if t.limits.Off() {
		return false
	}
	if k, ok := t.remembered.Get(keyIDOf(did)); ok && t.now().Before(k.until) {
		return k.known
	}
	ctx, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	turn := t.status.Enter(source, limit.Lane{Row: limit.LookupStatus})
	defer turn.Done()
	if turn.Wait(ctx) != nil {
		return false
	}
	known, err, _ := t.flight.Do(did, func() (any, error) { return t.ask(ctx, did) })
	return err == nil && known.(bool)
}

// ask asks the database, for all who wait for it.
func (t *turns) ask(ctx context.Context, did string) (bool, error) {
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
