package origin

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/singleflight"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/source"
	"catbird.blue/mls/xrpc"
)

// patience is how long a call waits for the word of its account's PDS, where
// otherwise the bucket of the unconfirmed would refuse it.
const patience = 2 * time.Second

var errNoAnswer = errors.New("the PDS gave no answer")

// Config is what Origins need.
type Config struct {
	Pool   *pgxpool.Pool
	Limits *limit.Limits
	// Endpoint gives the PDS that an account's DID document names, "" for none.
	// It is not ok where the document is not at hand.
	Endpoint func(did string) (pds string, ok bool)
	// Client asks PDSes: hosts that strangers name.
	Client *http.Client
	// Dev lets hosts be origins that nobody can register, and http.
	Dev     bool
	Sizes   Sizes
	Proxies source.Proxies
	// Registry gets the metrics; nil for none.
	Registry prometheus.Registerer
	// Now gives the time; time.Now where nil.
	Now func() time.Time
	// CPUs is how many the rates of an instance are for; those of the process
	// where 0.
	CPUs int
}

// store has the queries that Origins needs; for tests whose clock is not that of
// a database.
type store interface {
	GetStanding(ctx context.Context, did string, newFor float64) (db.GetStandingRow, error)
	NoteSettled(ctx context.Context, did string) error
	NoteOrigin(ctx context.Context, did, origin string) error
	ForgetOrigin(ctx context.Context, did, origin string) error
	CountSettled(ctx context.Context, origin string, maxAge float64) (int64, error)
}

var _ store = (*db.Queries)(nil)

// Origins bounds the new accounts of one origin together, and all accounts of
// the instance.
type Origins struct {
	store    store
	limits   *limit.Limits
	endpoint func(did string) (string, bool)
	client   *http.Client
	dev      bool
	sizes    Sizes
	proxies  source.Proxies
	now      func() time.Time
	cpus     int

	confirmations *prometheus.CounterVec

	standings *lru.Cache[string, standing]
	flight    singleflight.Group
	counts    *lru.Cache[string, count]
	toCount   chan string

	// Questions to PDSes: those that wait for their turn or an answer, and
	// until when others are not asked again.
	queue *limit.Queue
	mu    sync.Mutex
	open  map[string]*asking
	asked *lru.Cache[string, time.Time]

	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// New makes Origins. Close them to end their questions.
func New(c Config) *Origins {
	o := &Origins{
		store: db.New(c.Pool), limits: c.Limits, endpoint: c.Endpoint, client: c.Client, dev: c.Dev, sizes: c.Sizes, proxies: c.Proxies,
		now: c.Now, cpus: c.CPUs, standings: newLRU[standing](maxStandings), counts: newLRU[count](maxCounted),
		toCount: make(chan string, maxToCount), queue: limit.NewQueue(c.Limits, limit.ConfirmWaiting),
		open: map[string]*asking{}, asked: newLRU[time.Time](maxAsked),
		confirmations: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "mls_origin_confirmations_total", Help: "Answers of PDSes whether they have an account.",
		}, []string{"outcome"}),
	}
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
	o.wg.Go(o.countThem)
	return o
}

func newLRU[V any](size int) *lru.Cache[string, V] {
	c, err := lru.New[string, V](size)
	if err != nil {
		panic(err) // the sizes are constants
	}
	return c
}

// Close ends the questions to PDSes and waits for their end.
func (o *Origins) Close() {
	o.mu.Lock()
	o.cancel()
	o.mu.Unlock()
	o.wg.Wait()
	o.client.CloseIdleConnections()
}

// Admit is the step of admission after the account's own rate, which has paid
// for what is looked up here: the bucket of its origin where it is new, then its
// share of the instance.
func (o *Origins) Admit(ctx context.Context, c *xrpc.Call) error {
	class := c.Method.Rate
	if o.limits.Off() || c.Caller.DID == "" || limit.OriginRow(class) == nil {
		return nil
	}
	did := c.Caller.DID
	a := o.standing(ctx, did)
	says := o.claimOf(did)
	answered := o.keepConfirmed(a, question{did, says, source.Of(c.Request, o.proxies).String()})
	if a.settled {
		return o.takeInstance(class, did)
	}
	from, err := o.takeOrigin(ctx, class, did, o.originOf(a, says), says, answered)
	if err != nil {
		return err
	}
	return o.takeInstance(class, "origin "+from)
}

// IsNew tells whether an account is new.
func (o *Origins) IsNew(ctx context.Context, did string) bool { return !o.standing(ctx, did).settled }

// claimOf is what an account says about where it comes from.
func (o *Origins) claimOf(did string) claim {
	pds, ok := o.endpoint(did)
	says := claimed(did, pds, o.dev)
	says.unread = !ok && !says.proven
	return says
}

// originOf is the origin that counts for an account. A document that names
// another PDS than the one that has confirmed it needs its word.
func (o *Origins) originOf(a standing, says claim) string {
	switch {
	case says.proven:
		return says.origin
	case (a.origin == says.origin || says.unread) && o.now().Sub(a.confirmed) < ConfirmedFor:
		return a.origin
	}
	return unconfirmed
}

// keepConfirmed has the account's PDS asked where its word is missing or getting
// old. It gives nil where no answer is to come.
func (o *Origins) keepConfirmed(a standing, q question) *asking {
	fresh := a.origin == q.claim.origin && o.now().Sub(a.confirmed) < confirmAfter
	switch {
	case q.claim.origin == "" || fresh:
		return nil
	case q.claim.proven:
		// Such an origin needs to be noted only to be counted.
		if a.settled {
			o.noteProven(q)
		}
		return nil
	}
	return o.ask(q)
}

// noteProven notes an origin that needs no confirmation.
func (o *Origins) noteProven(q question) {
	ctx, cancel := context.WithTimeout(o.ctx, queryTimeout)
	defer cancel()
	o.confirm(ctx, q.did, q.claim.origin)
}

// takeOrigin takes a share of the bucket of an origin, and gives the origin. An
// account that is unconfirmed waits for its PDS before it is refused.
func (o *Origins) takeOrigin(ctx context.Context, class xrpc.RateClass, did, origin string, says claim, answered *asking) (string, error) {
	row := limit.OriginRow(class)
	wait := o.limits.TryShare(limit.SharedBucket{Row: row, Name: origin, Size: o.size(origin)}, did)
	if wait > 0 && origin == unconfirmed && answered != nil && o.hear(ctx, answered) {
		if origin = o.originOf(o.standing(ctx, did), says); origin != unconfirmed {
			wait = o.limits.TryShare(limit.SharedBucket{Row: row, Name: origin, Size: o.size(origin)}, did)
		}
	}
	return origin, o.limits.Refusal(row, wait)
}

// takeInstance takes a share of what the instance can do. New accounts of one
// origin have one share together.
func (o *Origins) takeInstance(class xrpc.RateClass, member string) error {
	row := limit.InstanceRow(class)
	return o.limits.Refusal(row, o.limits.TryShare(limit.SharedBucket{Row: row, Size: float64(o.cpus)}, member))
}
