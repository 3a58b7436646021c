package origin

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/singleflight"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/metrics"
	"catbird.blue/mls/server/source"
	"catbird.blue/mls/xrpc"
)

// answerTimeout is how long a call waits for an answer of its account's PDS when the
// bucket of the unconfirmed accounts would refuse it.
const answerTimeout = 2 * time.Second

var errNoAnswer = errors.New("the PDS gave no answer")

// Config configures Origins.
type Config struct {
	Pool   *pgxpool.Pool
	Limits *limit.Limits
	// Endpoint returns the PDS that an account's DID document names, or "". ok
	// is false if the document is not cached.
	Endpoint func(did string) (pds string, ok bool)
	// Client sends the requests to PDSes. Their hosts come from DID documents,
	// so it must be safe against hostile hosts.
	Client *http.Client
	// Dev permits http, and hosts without a registrable domain.
	Dev     bool
	Sizes   Sizes
	Proxies source.Proxies
	// Registry gets the metrics if not nil.
	Registry prometheus.Registerer
	// Now returns the time; nil for time.Now.
	Now func() time.Time
	// CPUs multiplies the rates of the instance; 0 for GOMAXPROCS.
	CPUs int
}

// store has the queries that Origins needs. Tests replace it, since the clock
// of a database cannot be set.
type store interface {
	GetAccountState(ctx context.Context, did string, newFor float64) (db.GetAccountStateRow, error)
	NoteSettled(ctx context.Context, did string) error
	NoteOrigin(ctx context.Context, did, origin string) error
	ForgetOrigin(ctx context.Context, did, origin string) error
	CountSettled(ctx context.Context, origin string, maxAge float64) (int64, error)
}

var _ store = (*db.Queries)(nil)

// Origins limits the new accounts of each origin together, and all accounts of
// the instance.
type Origins struct {
	store    store
	limits   *limit.Limits
	endpoint func(did string) (string, bool)
	client   *http.Client
	dev      bool
	sizes    atomic.Pointer[Sizes]
	proxies  source.Proxies
	now      func() time.Time
	cpus     int

	confirmations *metrics.CounterVec

	states  *lru.Cache[string, accountState]
	flight  singleflight.Group
	counts  *lru.Cache[string, count]
	toCount chan string

	// queue and open have the requests to PDSes in progress; asked is until
	// when others are not repeated.
	queue *limit.Queue
	mu    sync.Mutex
	open  map[string]*pendingAnswer
	asked *lru.Cache[string, time.Time]

	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

var confirmationsMetric = metrics.Define(metrics.Metric{
	Group: "Limits", Name: "mls_origin_confirmations_total", Kind: metrics.Counter, Unit: "questions",
	Help: "Questions to PDSes whether they have an account. crowded says that the queue was full, not-stored that the " +
		"database did not take the answer.",
	Labels: []metrics.Label{{Name: "outcome", Values: []string{"confirmed", "denied", "failed", "crowded", "not-stored"}}},
})

// New makes Origins, which must be closed.
func New(c Config) *Origins {
	o := &Origins{
		store: db.New(c.Pool), limits: c.Limits, endpoint: c.Endpoint, client: c.Client, dev: c.Dev, proxies: c.Proxies,
		now: c.Now, cpus: c.CPUs, states: newLRU[accountState](maxStates), counts: newLRU[count](maxCounted),
		toCount: make(chan string, maxToCount), queue: limit.NewQueue(c.Limits, limit.ConfirmWaiting),
		open: map[string]*pendingAnswer{}, asked: newLRU[time.Time](maxAsked),
		confirmations: confirmationsMetric.NewCounterVec(),
	}
	o.SetSizes(c.Sizes)
	if o.now == nil {
		o.now = time.Now
	}
	if o.cpus == 0 {
		o.cpus = runtime.GOMAXPROCS(0)
	}
	if c.Registry != nil {
		c.Registry.MustRegister(o.confirmations)
	}
	o.ctx, o.cancel = context.WithCancel(context.Background())
	o.wg.Go(o.countQueued)
	return o
}

func newLRU[V any](size int) *lru.Cache[string, V] {
	c, err := lru.New[string, V](size)
	if err != nil {
		panic(err) // the sizes are constants
	}
	return c
}

// SetSizes replaces Config.Sizes while requests are served.
func (o *Origins) SetSizes(s Sizes) { o.sizes.Store(&s) }

// Close cancels the requests to PDSes and waits for their end.
func (o *Origins) Close() {
	o.mu.Lock()
	o.cancel()
	o.mu.Unlock()
	o.wg.Wait()
	o.client.CloseIdleConnections()
}

// Admit is the step of admission after the account's own rate, which also
// limits the look-ups made here. It takes from the bucket of the origin if the
// account is new, then from that of the instance.
func (o *Origins) Admit(ctx context.Context, c *xrpc.Call) error {
	class := c.Method.Rate
	if o.limits.Off() || c.Caller.DID == "" || limit.OriginRow(class) == nil {
		return nil
	}
	did := c.Caller.DID
	a := o.state(ctx, did)
	claim := o.claimOf(did)
	answered := o.keepConfirmed(a, question{did, claim, source.Of(c.Request, o.proxies).String()})
	if a.settled {
		return o.takeInstance(class, did)
	}
	from, err := o.takeOrigin(ctx, class, did, o.originOf(a, claim), claim, answered)
	if err != nil {
		return err
	}
	return o.takeInstance(class, "origin "+from)
}

// IsNew reports whether an account is new.
func (o *Origins) IsNew(ctx context.Context, did string) bool { return !o.state(ctx, did).settled }

// claimOf returns the origin that an account claims.
func (o *Origins) claimOf(did string) claim {
	pds, ok := o.endpoint(did)
	claim := parseClaim(did, pds, o.dev)
	claim.unread = !ok && !claim.proven
	return claim
}

// originOf returns the confirmed origin of an account. If the document now
// names a PDS of another origin, that one must confirm first.
func (o *Origins) originOf(a accountState, claim claim) string {
	switch {
	case claim.proven:
		return claim.origin
	case (a.origin == claim.origin || claim.unread) && o.now().Sub(a.confirmed) < ConfirmedFor:
		return a.origin
	}
	return unconfirmed
}

// keepConfirmed asks the account's PDS if the confirmation is missing or about
// to expire. It returns nil if there is no request to wait for.
func (o *Origins) keepConfirmed(a accountState, q question) *pendingAnswer {
	fresh := a.origin == q.claim.origin && o.now().Sub(a.confirmed) < confirmAfter
	switch {
	case q.claim.origin == "" || fresh:
		return nil
	case q.claim.proven:
		// The origin is stored only to count settled accounts.
		if a.settled {
			o.storeProven(q)
		}
		return nil
	}
	return o.ask(q)
}

// storeProven stores an origin that needs no confirmation.
func (o *Origins) storeProven(q question) {
	ctx, cancel := context.WithTimeout(o.ctx, queryTimeout)
	defer cancel()
	o.confirm(ctx, q.did, q.claim.origin)
}

// takeOrigin takes from the bucket of an origin and returns the origin. Before
// an unconfirmed account is refused, it waits for the answer of its PDS.
func (o *Origins) takeOrigin(ctx context.Context, class xrpc.RateClass, did, origin string, claim claim, answered *pendingAnswer) (string, error) {
	row := limit.OriginRow(class)
	wait := o.limits.TryShare(limit.SharedBucket{Row: row, Name: origin, Size: o.size(origin)}, did)
	if wait > 0 && origin == unconfirmed && answered != nil && o.waitFor(ctx, answered) {
		if origin = o.originOf(o.state(ctx, did), claim); origin != unconfirmed {
			wait = o.limits.TryShare(limit.SharedBucket{Row: row, Name: origin, Size: o.size(origin)}, did)
		}
	}
	return origin, o.limits.Refusal(row, wait)
}

// takeInstance takes from the bucket of the instance. The new accounts of one
// origin are one member of it.
func (o *Origins) takeInstance(class xrpc.RateClass, member string) error {
	row := limit.InstanceRow(class)
	return o.limits.Refusal(row, o.limits.TryShare(limit.SharedBucket{Row: row, Size: float64(o.cpus)}, member))
}
