package origin

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"catbird.blue/mls/server/limit"
)

const (
	// A PDS is left in peace about an account for so long after it denied it,
	// or gave no answer.
	afterDenial  = 10 * time.Minute
	afterFailure = time.Minute
	// afterCrowd is the same where so many wait that it was not asked.
	afterCrowd = 5 * time.Second
	// askFor is how long a question waits for its turn.
	askFor = 30 * time.Second
	// maxAsked bounds the accounts of which it is remembered that their PDS was
	// asked.
	maxAsked = 100_000
	// confirmedCredit is the part of a question that does not count against its
	// source where the answer was yes. Otherwise the next newcomers of a host, who
	// all come from its address, would wait behind those that claim it from many.
	// Not all of it: a flood may have a PDS of its own.
	confirmedCredit = 0.9
	// maxHearing bounds the calls of one account that wait for its PDS.
	maxHearing = 8
)

// question is one to a PDS: whether it has an account.
type question struct {
	did    string
	claim  claim
	source string
}

// asking is a question under way.
type asking struct {
	// done is closed when there is an answer, or none is to come.
	done chan struct{}
	// hearing counts the calls that wait for it, under the lock of Origins.
	hearing int
}

// ask has the PDS of an account asked. It gives nil where it was asked a while
// ago.
func (o *Origins) ask(q question) *asking {
	key := q.did + " " + q.claim.endpoint
	o.mu.Lock()
	defer o.mu.Unlock()
	if a := o.open[key]; a != nil {
		return a
	}
	if until, ok := o.asked.Get(key); ok && o.now().Before(until) || o.ctx.Err() != nil {
		return nil
	}
	a := &asking{done: make(chan struct{})}
	o.open[key] = a
	o.wg.Go(func() {
		peace := o.answer(q)
		o.mu.Lock()
		defer o.mu.Unlock()
		o.asked.Add(key, o.now().Add(peace))
		delete(o.open, key)
		close(a.done)
	})
	return a
}

// hear waits for the answer to a question, and tells whether it came.
func (o *Origins) hear(ctx context.Context, a *asking) bool {
	o.mu.Lock()
	if a.hearing >= maxHearing {
		o.mu.Unlock()
		return false
	}
	a.hearing++
	o.mu.Unlock()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-a.done:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

// answer waits for the turn of a question, asks it and notes the answer. It
// gives how long not to ask again.
func (o *Origins) answer(q question) time.Duration {
	turn := o.queue.Enter(q.source, limit.Lane{Row: limit.ConfirmAll}, limit.Lane{Row: limit.ConfirmOpen},
		limit.Lane{Row: limit.ConfirmOrigin, Key: q.claim.origin}, limit.Lane{Row: limit.ConfirmOriginOpen, Key: q.claim.origin})
	defer turn.Done()
	ctx, cancel := context.WithTimeout(o.ctx, askFor)
	defer cancel()
	if turn.Wait(ctx) != nil || o.ctx.Err() != nil {
		o.confirmations.WithLabelValues("crowded").Inc()
		return afterCrowd
	}
	// Another instance may have asked meanwhile.
	if s, err := o.load(ctx, q.did); err == nil && s.origin == q.claim.origin && o.now().Sub(s.confirmed) < confirmAfter {
		return afterCrowd
	}
	switch has, err := o.hasAccount(ctx, q); {
	case err != nil:
		o.confirmations.WithLabelValues("failed").Inc()
		return afterFailure
	case has:
		o.confirmations.WithLabelValues("confirmed").Inc()
		turn.Credit(confirmedCredit)
		o.confirm(ctx, q.did, q.claim.origin)
	default:
		o.confirmations.WithLabelValues("denied").Inc()
		o.deny(ctx, q.did, q.claim.origin)
	}
	return afterDenial
}

// hasAccount asks a PDS (com.atproto.sync.getRepoStatus). An error says that
// there is no answer.
func (o *Origins) hasAccount(ctx context.Context, q question) (bool, error) {
	address := q.claim.endpoint + "/xrpc/com.atproto.sync.getRepoStatus?did=" + url.QueryEscape(q.did)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false, err
	}
	req.Header.Set("User-Agent", "mlsd")
	res, err := o.client.Do(req)
	if err != nil {
		return false, err
	}
	defer func() { _ = res.Body.Close() }()
	switch {
	case res.StatusCode == http.StatusBadRequest, res.StatusCode == http.StatusNotFound:
		return false, nil // RepoNotFound
	case res.StatusCode != http.StatusOK:
		return false, errNoAnswer
	}
	var status struct {
		DID    string `json:"did"`
		Active bool   `json:"active"`
	}
	if err := json.NewDecoder(res.Body).Decode(&status); err != nil {
		return false, err
	}
	return status.DID == q.did && status.Active, nil
}
