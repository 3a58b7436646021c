package follows

import (
	"context"
	"net/http"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/server/limit"
)

const (
	// Fresh is the age at which what is known of a pair is asked for again.
	Fresh = time.Minute
	// Usable is the age from which on a pair counts as not known.
	Usable = 10 * time.Minute
)

// Config configures an AppView.
type Config struct {
	// URL is the address of the AppView, without a path.
	URL string
	// Client sends the calls. It must bound the time and the size of an answer:
	// auth.NewConfiguredClient(MaxAnswer).
	Client *http.Client
	Limits *limit.Limits
	// Redis shares what is known with other instances; nil for one instance.
	Redis redis.UniversalClient
	// Secret keys the hashes of pairs. All instances must have the same.
	Secret []byte
	// OnChange, if set, is called when Redis is lost, and when it is found again.
	OnChange func(up bool, reason error)
	// Registry gets the metrics if not nil.
	Registry prometheus.Registerer
	// Now returns the time; nil for time.Now.
	Now func() time.Time
}

// AppView knows relationships from an AppView. It is safe for concurrent use.
type AppView struct {
	url     string
	client  *http.Client
	secret  []byte
	now     func() time.Time
	metrics *appViewMetrics
	pairs   *lru.Cache[pairKey, entry]
	shared  *shared
	queue   *limit.Queue
	pause   pause

	mu sync.Mutex
	// gathering has the call of each account that still takes pairs, and asked the
	// pairs of all calls that have not ended.
	gathering map[string]*call
	asked     map[pairKey]bool

	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

var _ Relationships = (*AppView)(nil)

// New makes an AppView, which must be closed.
func New(c Config) *AppView {
	a := &AppView{
		url: c.URL, client: c.Client, secret: c.Secret, now: c.Now, metrics: newMetrics(c.Registry), pairs: newPairs(),
		queue: limit.NewQueue(c.Limits, limit.AppViewWaiting), gathering: map[string]*call{}, asked: map[pairKey]bool{},
	}
	if a.now == nil {
		a.now = time.Now
	}
	a.ctx, a.cancel = context.WithCancel(context.Background())
	if c.Redis != nil {
		a.shared = newShared(a.ctx, c.Redis, c.OnChange)
	}
	return a
}

// Close cancels the calls and waits for their end.
func (a *AppView) Close() {
	a.mu.Lock()
	a.cancel()
	a.mu.Unlock()
	a.wg.Wait()
	a.shared.close()
	a.client.CloseIdleConnections()
}

// Configured implements Relationships.
func (a *AppView) Configured() bool { return true }

// Known implements Relationships.
func (a *AppView) Known(account string, others []string) map[string]Relationship {
	out := make(map[string]Relationship, len(others))
	for _, other := range others {
		p := a.newPair(account, other)
		if e, ok := a.pairs.Get(p.key); ok && a.age(e) < Usable {
			out[other] = p.relationship(e.flags)
		}
	}
	return out
}

// Of implements Relationships.
func (a *AppView) Of(ctx context.Context, account string, others []string) map[string]Relationship {
	pairs := make([]pair, 0, len(others))
	for _, other := range others {
		if other != account {
			pairs = append(pairs, a.newPair(account, other))
		}
	}
	if old := a.notFresh(pairs); len(old) > 0 {
		a.fromRedis(ctx, old)
	}
	defer a.ask(account, a.notFresh(pairs))
	out := make(map[string]Relationship, len(pairs))
	for _, p := range pairs {
		e, ok := a.pairs.Peek(p.key)
		a.metrics.answered(ok, a.age(e))
		if ok && a.age(e) < Usable {
			out[p.other] = p.relationship(e.flags)
		}
	}
	return out
}

func (a *AppView) age(e entry) time.Duration { return a.now().Sub(e.at) }

// notFresh returns the pairs that are to be asked for.
func (a *AppView) notFresh(pairs []pair) []pair {
	var out []pair
	for _, p := range pairs {
		if e, ok := a.pairs.Get(p.key); !ok || a.age(e) >= Fresh {
			out = append(out, p)
		}
	}
	return out
}

// keep stores what was learned of a pair, unless something newer is known.
func (a *AppView) keep(key pairKey, e entry) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if old, ok := a.pairs.Peek(key); !ok || old.at.Before(e.at) {
		a.pairs.Add(key, e)
	}
}
