package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync/atomic"
	"time"

	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/metrics"
)

const (
	// measureInterval is how often places are checked for a measurement that is due.
	measureInterval = 10 * time.Second
	// logInterval is the minimum time between two log lines about the same condition.
	logInterval = time.Minute
	// retryWrite is the Retry-After for writes that are refused because storage
	// is full.
	retryWrite = time.Minute
)

// Place is a file system or database in which the service stores.
type Place struct {
	// Name is the value of the label "place".
	Name string
	// Free returns how many bytes are free and how many there are.
	Free func(context.Context) (free, total int64, err error)
	// Every is the interval between measurements; 0 for 10 s.
	Every time.Duration
}

// space knows how much storage is free.
type space struct {
	places []*measured
	limits *limit.Limits
	log    *slog.Logger
	clock  func() time.Duration
	// free is the smallest free fraction of any place, as the bits of a
	// float64.
	free atomic.Uint64

	gauge, freeBytes, totalBytes *metrics.GaugeVec
	short                        *metrics.GaugeVec
	failures                     *metrics.CounterVec
	lastLogged                   map[string]time.Duration
}

// measured is a Place with its last measurement.
type measured struct {
	Place
	free float64
	next time.Duration
}

func newSpace(cfg *Config, clock func() time.Duration) *space {
	s := &space{
		limits: cfg.Limits.OrDefault(), log: cmp.Or(cfg.Log, slog.New(slog.DiscardHandler)), clock: clock, lastLogged: map[string]time.Duration{},
		gauge: freeRatioMetric.NewGaugeVec(), freeBytes: freeBytesMetric.NewGaugeVec(), totalBytes: totalBytesMetric.NewGaugeVec(),
		short: shortMetric.NewGaugeVec(), failures: failuresMetric.NewCounterVec(),
	}
	s.free.Store(math.Float64bits(1))
	for _, p := range cfg.Places {
		s.places = append(s.places, &measured{Place: p, free: 1})
	}
	if cfg.Registry != nil {
		cfg.Registry.MustRegister(s.gauge, s.freeBytes, s.totalBytes, s.short, s.failures)
	}
	return s
}

// Run measures until ctx ends.
func (b *Book) Run(ctx context.Context) error {
	tick := time.NewTicker(measureInterval)
	defer tick.Stop()
	for {
		b.Measure(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Measure measures the places that are due. It must not be called concurrently.
func (b *Book) Measure(ctx context.Context) {
	b.space.measure(ctx)
	b.shares.sweep()
}

func (s *space) measure(ctx context.Context) {
	now, least := s.clock(), 1.0
	for _, p := range s.places {
		if now >= p.next {
			s.measurePlace(ctx, p, now)
		}
		least = min(least, p.free)
	}
	s.free.Store(math.Float64bits(least))
	for _, row := range []*limit.Row{limit.FreeForAll, limit.FreeForWrites} {
		value := 0.0
		if s.isBelow(row) {
			value = 1
		}
		s.short.WithLabelValues(row.Name).Set(value)
	}
	s.warn(least)
}

// measurePlace measures a place. If that fails, the last measurement is kept and the
// next call tries again.
func (s *space) measurePlace(ctx context.Context, p *measured, now time.Duration) {
	free, total, err := p.Free(ctx)
	if err == nil && total <= 0 {
		err = errors.New("there is no storage at all")
	}
	if err != nil {
		if ctx.Err() == nil {
			s.failures.WithLabelValues(p.Name).Inc()
			s.logOnce("free storage cannot be measured", "place", p.Name, "error", err)
		}
		return
	}
	p.next = now + cmp.Or(p.Every, measureInterval) - measureInterval/2 // the ticker is not exact
	p.free = min(1, max(0, float64(free)/float64(total)))
	s.gauge.WithLabelValues(p.Name).Set(p.free)
	s.freeBytes.WithLabelValues(p.Name).Set(float64(free))
	s.totalBytes.WithLabelValues(p.Name).Set(float64(total))
}

// warn logs a warning while too little storage is free.
func (s *space) warn(free float64) {
	percent := fmt.Sprintf("%.1f", 100*free)
	switch {
	case s.isBelow(limit.FreeForWrites):
		s.logOnce("storage is full: all writes but removals are refused", "free_percent", percent)
	case s.isBelow(limit.FreeForAll):
		s.logOnce("storage is short: accounts that stored more than their fair share are refused", "free_percent", percent)
	}
}

// logOnce logs each kind of warning at most once per logInterval.
func (s *space) logOnce(what string, args ...any) {
	now := s.clock()
	if last, ok := s.lastLogged[what]; ok && now-last < logInterval {
		return
	}
	s.lastLogged[what] = now
	s.log.Warn(what, args...)
}

func (s *space) isBelow(row *limit.Row) bool {
	return math.Float64frombits(s.free.Load())*100 < float64(row.Amount)
}

// admit refuses a write for which there is no room.
func (b *Book) admit(did string) error {
	s := b.space
	switch {
	case s.isBelow(limit.FreeForWrites):
		return s.refuse(limit.FreeForWrites, "the storage of this service is full, and takes nothing but removals")
	case s.isBelow(limit.FreeForAll) && b.shares.isAbove(did):
		return s.refuse(limit.FreeForAll, "the storage of this service is nearly full, and this account stored more than its fair share in the last day")
	}
	return nil
}

func (s *space) refuse(row *limit.Row, why string) error {
	s.limits.Refused(row)
	e := row.Refuse(retryWrite)
	e.Message = fmt.Sprintf("%s; less than %d %% is free (%s): try again in %d s", why, row.Amount, row.Name, int64(retryWrite.Seconds()))
	return e
}
