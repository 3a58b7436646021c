package origin

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/limit"
)

const (
	// An origin gets the rate of one account more for each settledShare
	// accounts that are no longer new.
	settledShare = 100
	// countEvery is how often the accounts of one origin are counted.
	countEvery = 10 * time.Minute
	// maxCounted bounds the cache of counts, maxToCount the queue of origins to
	// count.
	maxCounted = 10_000
	maxToCount = 100
)

// Sizes is the number of settled accounts of origins as set by the operator.
// For other origins it is counted.
type Sizes map[string]int64

// ParseSizes parses a list such as bsky.network=50000,example.org=100.
func ParseSizes(list string) (Sizes, error) {
	sizes := Sizes{}
	for item := range strings.SplitSeq(list, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		name, number, _ := strings.Cut(item, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		if err != nil || n < 0 || n > 1e9 {
			return nil, fmt.Errorf("%q is not a name and a number of accounts such as bsky.network=50000", item)
		}
		switch domain := auth.Domain(name, false); {
		case domain == "":
			return nil, fmt.Errorf("%q has no registrable domain", name)
		case domain != name:
			return nil, fmt.Errorf("%q is part of the origin %q: name that", name, domain)
		}
		if _, twice := sizes[name]; twice {
			return nil, fmt.Errorf("%q is named twice", name)
		}
		sizes[name] = n
	}
	return sizes, nil
}

// count is the number of settled accounts of an origin at a time.
type count struct {
	accounts int64
	at       time.Time
}

// size is the factor by which the bucket of an origin is larger than its row.
func (o *Origins) size(origin string) float64 {
	if origin == unconfirmed {
		return 1
	}
	accounts, given := (*o.sizes.Load())[origin]
	if !given {
		accounts = o.settledOf(origin)
	}
	return 1 + float64(accounts)/settledShare/limit.OriginAccounts
}

// settledOf returns the last count, and queues a new one if that is old.
func (o *Origins) settledOf(origin string) int64 {
	now := o.now()
	c, ok := o.counts.Get(origin)
	if ok && now.Sub(c.at) < countEvery {
		return c.accounts
	}
	// The entry is renewed before the request is queued, so that it does not
	// overwrite the new count.
	o.counts.Add(origin, count{c.accounts, now})
	select {
	case o.toCount <- origin:
	default: // the queue is full: a later call tries again
		o.counts.Add(origin, c)
	}
	return c.accounts
}

// countQueued counts the accounts of the queued origins one after the other.
func (o *Origins) countQueued() {
	for {
		select {
		case <-o.ctx.Done():
			return
		case origin := <-o.toCount:
			ctx, cancel := context.WithTimeout(o.ctx, queryTimeout)
			n, err := o.store.CountSettled(ctx, origin, ConfirmedFor.Seconds())
			cancel()
			if err == nil {
				o.counts.Add(origin, count{n, o.now()})
			}
		}
	}
}
