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
	// Pauses before a PDS is asked about an account again, after it denied the
	// account and after a request that failed.
	afterDenial  = 10 * time.Minute
	afterFailure = time.Minute
	// afterFullQueue is the pause if the queue was too long to ask.
	afterFullQueue = 5 * time.Second
	// turnTimeout bounds how long a request waits in the queue.
	turnTimeout = 30 * time.Second
	// maxAsked bounds the cache of accounts whose PDS was asked.
	maxAsked = 100_000
	// confirmedCredit is the part of a request that is credited to its source
	// if the PDS confirmed the account. New accounts of one host often have one
	// address, and would otherwise wait behind accounts that claim that host
	// from many addresses. It is less than 1 because a flood may have a PDS of
	// its own.
	confirmedCredit = 0.9
	// maxWaiting bounds the calls of one account that wait for its PDS.
	maxWaiting = 8
)

// question asks a PDS whether it has an account.
type question struct {
	did    string
	claim  claim
	source string
}

// pendingAnswer is a question in progress.
type pendingAnswer struct {
	// done is closed when there is an answer or the attempt failed.
	done chan struct{}
	// waiting counts the calls that wait for it; the mutex of Origins guards
	// it.
	waiting int
}

// ask starts a request to the PDS of an account or joins the one in progress.
// It returns nil if the PDS was asked recently.
func (o *Origins) ask(q question) *pendingAnswer {
	key := q.did + " " + q.claim.endpoint
	o.mu.Lock()
	defer o.mu.Unlock()
	if a := o.open[key]; a != nil {
		return a
	}
	if until, ok := o.asked.Get(key); ok && o.now().Before(until) || o.ctx.Err() != nil {
		return nil
	}
	a := &pendingAnswer{done: make(chan struct{})}
	o.open[key] = a
	o.wg.Go(func() {
		pause := o.answer(q)
		o.mu.Lock()
		defer o.mu.Unlock()
		o.asked.Add(key, o.now().Add(pause))
		delete(o.open, key)
		close(a.done)
	})
	return a
}

// waitFor waits for the answer to a question and reports whether it came.
func (o *Origins) waitFor(ctx context.Context, a *pendingAnswer) bool {
	o.mu.Lock()
	if a.waiting >= maxWaiting {
		o.mu.Unlock()
		return false
	}
	a.waiting++
	o.mu.Unlock()
	timer := time.NewTimer(answerTimeout)
	defer timer.Stop()
	select {
	case <-a.done:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

// answer waits for the question's turn, asks the PDS and stores the answer. It
// returns the pause before the next request.
func (o *Origins) answer(q question) time.Duration {
	turn := o.queue.Enter(q.source, limit.Resource{Row: limit.ConfirmAll}, limit.Resource{Row: limit.ConfirmOpen},
		limit.Resource{Row: limit.ConfirmOrigin, Key: q.claim.origin}, limit.Resource{Row: limit.ConfirmOriginOpen, Key: q.claim.origin})
	defer turn.Done()
	ctx, cancel := context.WithTimeout(o.ctx, turnTimeout)
	defer cancel()
	if turn.Wait(ctx) != nil || o.ctx.Err() != nil {
		o.confirmations.WithLabelValues("crowded").Inc()
		return afterFullQueue
	}
	// Another instance may have asked meanwhile.
	if s, err := o.load(ctx, q.did); err == nil && s.origin == q.claim.origin && o.now().Sub(s.confirmed) < confirmAfter {
		return afterFullQueue
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

// hasAccount asks a PDS by com.atproto.sync.getRepoStatus. An error means that
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
