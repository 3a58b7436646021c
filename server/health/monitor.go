package health

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// retry is how often a failed check is repeated.
	retry = 2 * time.Second
	// everyCheap is how often a check without Every is made in the background.
	everyCheap = 5 * time.Second
	// kickPause is the least age of a result that Kick renews.
	kickPause = time.Second
)

// Status says how much a state affects requests.
type Status int

// The statuses, from the best to the worst.
const (
	Healthy Status = iota
	// Degraded: requests are answered, with less than is promised otherwise.
	Degraded
	// Unhealthy: requests fail, so that none should be sent here.
	Unhealthy
)

func (s Status) String() string { return [...]string{"healthy", "degraded", "unhealthy"}[s] }

// Check is one thing that an instance must be able to do.
type Check struct {
	// Name is the name in the answers of /health and in the label of the metric.
	Name string
	// Run does it. The error says what is wrong; it is logged and not answered.
	Run func(ctx context.Context) error
	// Fails is the status while Run fails; Unhealthy if zero.
	Fails Status
	// Every is the interval in the background. A check without it costs nothing
	// and is made again whenever somebody asks.
	Every time.Duration
	// MaxAge, if set, is the age from which on a result is renewed when somebody
	// asks. The health pages are public, so it bounds what visitors cost. With
	// Every and without MaxAge, visitors get the last result.
	MaxAge time.Duration
}

// State is the result of a check.
type State struct {
	Name   string
	Status Status
	// Err is the cause, nil if healthy.
	Err error
	// Since is when the status began.
	Since time.Time
}

// Config configures a Monitor.
type Config struct {
	Checks []Check
	// Log gets a line when a status changes, and each minute while it is not
	// healthy; nil for slog.Default.
	Log *slog.Logger
	// Registry, if set, gets the metrics.
	Registry prometheus.Registerer
	// Clock is for tests.
	Clock func() time.Time
}

// Monitor knows the states of an instance.
type Monitor struct {
	checks  []*watched
	metrics *collectors
	log     *slog.Logger
	now     func() time.Time
	began   time.Time
}

// watched is a Check with its last result.
type watched struct {
	Check
	kick chan struct{}

	// running is held while the check runs, so that visitors share a result.
	running sync.Mutex

	mu     sync.Mutex
	state  State
	ran    time.Time // when the last run ended; zero before the first
	logged time.Time // when the failure was last logged; zero while healthy
}

// New makes a Monitor. The first look makes every check.
func New(c Config) *Monitor {
	m := &Monitor{log: c.Log, now: c.Clock}
	if m.log == nil {
		m.log = slog.Default()
	}
	if m.now == nil {
		m.now = time.Now
	}
	m.began = m.now()
	for _, check := range c.Checks {
		check.Fails = cmp.Or(check.Fails, Unhealthy)
		m.checks = append(m.checks, &watched{Check: check, kick: make(chan struct{}, 1), state: State{Name: check.Name, Status: Healthy, Since: m.now()}})
	}
	m.metrics = newCollectors(c.Registry, m.checks)
	return m
}

// Run repeats the checks until ctx ends, and returns nil then.
func (m *Monitor) Run(ctx context.Context) error {
	var all sync.WaitGroup
	for _, w := range m.checks {
		all.Go(func() { m.repeat(ctx, w) })
	}
	all.Wait()
	return nil
}

func (m *Monitor) repeat(ctx context.Context, w *watched) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		age := time.Duration(0)
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-w.kick:
			age = kickPause
		}
		m.run(ctx, w, age)
		wait := cmp.Or(w.Every, everyCheap)
		if w.snapshot().Status != Healthy {
			wait = min(wait, retry)
		}
		timer.Reset(wait)
	}
}

// Kick makes the named check run soon, because a request met its failure. A check
// that fails already is repeated anyway.
func (m *Monitor) Kick(name string) {
	for _, w := range m.checks {
		if w.Name != name || w.snapshot().Status != Healthy {
			continue
		}
		select {
		case w.kick <- struct{}{}:
		default:
		}
	}
}

// Look renews the results that are too old and returns the states, in the order
// of the checks.
func (m *Monitor) Look(ctx context.Context) []State {
	states := make([]State, len(m.checks))
	var renewed sync.WaitGroup
	for i, w := range m.checks {
		age := w.MaxAge
		if !m.due(w) {
			states[i] = w.snapshot()
			continue
		}
		renewed.Go(func() {
			// Not the visitor's context: a client that closes its connection says
			// nothing about the instance.
			m.run(context.WithoutCancel(ctx), w, age)
			states[i] = w.snapshot()
		})
	}
	renewed.Wait()
	return states
}

// States returns the states without renewing them, for metrics.
func (m *Monitor) States() []State {
	states := make([]State, len(m.checks))
	for i, w := range m.checks {
		states[i] = w.snapshot()
	}
	return states
}

// due says whether a check is made for somebody who asks.
func (m *Monitor) due(w *watched) bool {
	if w.MaxAge == 0 && w.Every > 0 {
		return m.older(w, 1<<62)
	}
	return m.older(w, w.MaxAge)
}

// older says whether a result is at least of an age. It is true before the first
// result.
func (m *Monitor) older(w *watched, age time.Duration) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ran.IsZero() || m.now().Sub(w.ran) >= age
}

// run makes a check, unless another caller made it meanwhile.
func (m *Monitor) run(ctx context.Context, w *watched, age time.Duration) {
	w.running.Lock()
	defer w.running.Unlock()
	if age > 0 && !m.older(w, age) {
		return
	}
	m.note(ctx, w, w.Run(ctx))
}

// note keeps a result.
func (m *Monitor) note(ctx context.Context, w *watched, err error) {
	if err != nil && ctx.Err() != nil {
		return // the instance is stopping
	}
	status := Healthy
	if err != nil {
		status = w.Fails
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	now := m.now()
	before := w.state
	w.ran, w.state.Err = now, err
	if status != before.Status {
		w.state.Status, w.state.Since = status, now
	}
	m.metrics.set(w.Name, status)
	m.report(ctx, w, before, now)
}

func (w *watched) snapshot() State {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state
}

// Worst returns the worst status.
func Worst(states []State) Status {
	worst := Healthy
	for _, s := range states {
		worst = max(worst, s.Status)
	}
	return worst
}
