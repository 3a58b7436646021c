package follows

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"catbird.blue/mls/server/limit"
)

const (
	// maxOthers is the limit of the lexicon for one call.
	maxOthers = 30
	// turnTimeout bounds how long a call waits for its turn. The pairs are asked for
	// again when somebody needs them.
	turnTimeout = 30 * time.Second
	// firstPause follows the first failure in a row. It doubles with each further one,
	// up to longestPause.
	firstPause   = 250 * time.Millisecond
	longestPause = time.Minute
)

// call is one call of the AppView, in the name of one account.
type call struct {
	account string
	pairs   []pair
}

// ask lets the AppView be asked for the pairs of an account that no call has yet. A
// call takes further pairs until its turn comes.
func (a *AppView) ask(account string, pairs []pair) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range pairs {
		if a.asked[p.key] || a.ctx.Err() != nil {
			continue
		}
		c := a.gathering[account]
		if c == nil || len(c.pairs) == maxOthers {
			c = &call{account: account}
			a.gathering[account] = c
			a.wg.Go(func() { a.run(c) })
		}
		a.asked[p.key] = true
		c.pairs = append(c.pairs, p)
	}
}

// run waits for the turn of a call, makes it, and stores what was learned.
func (a *AppView) run(c *call) {
	turn := a.queue.Enter(c.account, limit.Resource{Row: limit.AppViewCalls}, limit.Resource{Row: limit.AppViewOpen})
	defer turn.Done()
	ctx, cancel := context.WithTimeout(a.ctx, turnTimeout)
	defer cancel()
	err := turn.Wait(ctx)
	pairs := a.close(c)
	defer a.end(pairs)
	switch {
	case err != nil:
		a.metrics.called(crowded)
		return
	case !a.pause.begin(a.now()):
		a.metrics.called(paused)
		return
	}
	a.learn(ctx, c, pairs)
}

// learn makes a call.
func (a *AppView) learn(ctx context.Context, c *call, pairs []pair) {
	began := a.now()
	learned, err := a.fetch(ctx, c.account, pairs)
	failure := new(fetchError)
	switch {
	case err == nil:
		a.pause.end(a.now(), nil)
		a.metrics.called(answered)
		a.metrics.last.Set(float64(a.now().UnixMilli()) / 1000)
	case errors.As(err, &failure):
		a.pause.end(a.now(), failure)
		a.metrics.called(failure.outcome)
		return
	}
	for key, f := range learned {
		a.keep(key, entry{flags: f, at: began})
	}
	a.toRedis(learned)
}

// close ends the gathering of a call and returns its pairs.
func (a *AppView) close(c *call) []pair {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.gathering[c.account] == c {
		delete(a.gathering, c.account)
	}
	return c.pairs
}

// end lets pairs be asked for again.
func (a *AppView) end(pairs []pair) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range pairs {
		delete(a.asked, p.key)
	}
}

// pause keeps calls away from an AppView that fails. After the pause one call tries
// whether it works again, and the others follow if it does.
type pause struct {
	mu       sync.Mutex
	failures int
	until    time.Time
}

// begin reports whether a call may be made now.
func (p *pause) begin(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failures == 0 {
		return true
	}
	if now.Before(p.until) {
		return false
	}
	p.until = now.Add(longestPause) // of the others; the end of this call sets it again
	return true
}

// end notes how a call ended. A failure that is due to what was asked says nothing
// about the AppView, so that no account can stop the calls of others.
func (p *pause) end(now time.Time, failure *fetchError) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if failure == nil || failure.outcome == refused {
		p.failures, p.until = 0, time.Time{}
		return
	}
	wait := longestPause
	if p.failures < 8 {
		wait = min(firstPause<<p.failures, longestPause)
	}
	p.failures++
	wait = max(wait, min(failure.retryAfter, Usable))
	p.until = now.Add(wait*3/4 + rand.N(wait/2+1))
}
