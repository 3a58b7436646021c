package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"catbird.blue/mls/server/limit"
)

// flight is the look-up of one DID, which all requests for it share. Each of
// them waits for a turn in the queue of its own source, and the first that gets
// one starts the look-up. So a request does not have to wait in the queue of
// another source that named the same DID earlier.
type flight struct {
	// started is closed when the look-up starts, done when it ends.
	started, done chan struct{}
	// waiting counts the requests that wait; the directory's mu guards it.
	waiting int
	key     *issuerKey
	err     error
}

var errClosed = fmt.Errorf("%w: shutting down", ErrUpstream)

// fetch joins the look-up of did, or starts one when the source of the request
// gets its turn.
func (d *Directory) fetch(ctx context.Context, source, did string) (*issuerKey, error) {
	f := d.join(did)
	if f == nil {
		return nil, errClosed
	}
	defer d.leave(did, f)
	d.joined()
	if err := d.begin(ctx, f, source, did); err != nil {
		return nil, err
	}
	select {
	case <-f.done:
		return f.key, f.err
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrUpstream, ctx.Err())
	}
}

// fetchInBackground fetches a key again in the background.
func (d *Directory) fetchInBackground(source, did string, key *issuerKey) {
	if f, failed := d.failures.Get(did); failed && d.now().Before(f.until) || !key.refreshing.CompareAndSwap(false, true) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return
	}
	d.wg.Go(func() {
		_, _ = d.fetch(d.ctx, source, did)
		key.refreshing.Store(false)
	})
}

// join returns the flight of did and makes one if needed. It returns nil if the
// directory is closed.
func (d *Directory) join(did string) *flight {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	f := d.flights[did]
	if f == nil {
		f = &flight{started: make(chan struct{}), done: make(chan struct{})}
		d.flights[did] = f
	}
	f.waiting++
	return f
}

// leave removes a flight that never started and for which no request waits any
// more.
func (d *Directory) leave(did string, f *flight) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f.waiting--
	select {
	case <-f.started:
	default:
		if f.waiting == 0 {
			delete(d.flights, did)
		}
	}
}

// begin waits until this request, or another one for the same DID, gets a turn and
// starts the look-up. The error says why it did not start.
func (d *Directory) begin(ctx context.Context, f *flight, source, did string) error {
	select {
	case <-f.started:
		return nil
	default:
	}
	turn := d.turns.enter(ctx, source, did, d.isStored(did))
	if d.unresponsive(did) && !turn.HasTurn() {
		// The turns are all taken by look-ups that wait for the directory, so
		// the request uses the stored key instead of waiting.
		turn.Leave()
		d.useStored(did)
		return fmt.Errorf("%w: and too many look-ups wait for one", errNoAnswer)
	}
	timeout := time.NewTimer(LookupTimeout)
	defer timeout.Stop()
	var err error
	select {
	case <-f.started:
		turn.Leave()
		return nil
	case <-ctx.Done():
		turn.Leave()
		return fmt.Errorf("%w: %w", ErrUpstream, ctx.Err())
	case <-d.ctx.Done():
		turn.Leave()
		return errClosed
	case <-turn.Ready():
		err = turn.Refusal()
	case <-timeout.C:
		err = turn.Expire()
	}
	if err == nil {
		d.startLookup(f, turn, did)
	}
	return err
}

// isStored reports whether the cached key belongs to a known account.
func (d *Directory) isStored(did string) bool {
	key, ok := d.keys.Peek(keyIDOf(did))
	return ok && key.known.Load()
}

// unresponsive reports whether the directory of did did not respond lately.
func (d *Directory) unresponsive(did string) bool {
	return !strings.HasPrefix(did, webPrefix) && d.resolver.plcUnresponsive.Load()
}

// startLookup starts the look-up, unless another request started it first.
func (d *Directory) startLookup(f *flight, turn *limit.Waiter, did string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case <-f.started:
		turn.Leave()
		return
	default:
	}
	close(f.started)
	if d.closed {
		turn.Leave()
		f.err = errClosed
		close(f.done)
		return
	}
	d.wg.Go(func() {
		defer turn.Done()
		f.key, f.err = d.fetchAndCache(did, turn)
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.flights, did)
		close(f.done)
	})
}

func (d *Directory) fetchAndCache(did string, turn *limit.Waiter) (*issuerKey, error) {
	fetched := d.now()
	found, err := d.resolver.fetch(d.ctx, syntax.DID(did))
	switch {
	case errors.Is(err, ErrUnknownIdentity):
		d.forgetDeleted(did)
		d.failures.Add(did, failure{err, d.now().Add(unknownTTL)})
		return nil, err
	case err != nil:
		if errors.Is(err, errNoAnswer) {
			d.useStored(did)
		}
		d.failures.Add(did, failure{err, d.now().Add(failureTime(did))})
		return nil, err
	}
	key := newIssuerKey(found.key, fetched)
	key.pds, key.hasDocument = found.pds, true
	if !strings.HasPrefix(did, webPrefix) {
		key.verified = sync.OnceFunc(func() { turn.Credit(verifiedCredit) })
	}
	d.keep(did, key)
	d.failures.Remove(did)
	return key, nil
}

// keep caches a fetched key. If it replaces another key, the other instances
// are notified.
func (d *Directory) keep(did string, key *issuerKey) {
	id := keyIDOf(did)
	if before, ok := d.keys.Peek(id); ok {
		if before.public.Equal(key.public) {
			key.known.Store(before.known.Load())
			key.storedAt.Store(before.storedAt.Load())
		} else {
			d.publish(id)
		}
	}
	d.keys.Add(id, key)
	d.queueKey(did, key)
}

// failureTime returns how long a failed look-up of a DID is cached.
func failureTime(did string) time.Duration {
	if strings.HasPrefix(did, webPrefix) {
		return webFailureTTL
	}
	return failureTTL
}
