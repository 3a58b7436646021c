package dbmetrics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/db"
)

const (
	// interval is the time between two surveys.
	interval = time.Minute
	// timeout bounds a survey, so that a database that does not answer costs one
	// connection for that long.
	timeout = 20 * time.Second
	// blobPages and devicePages bound the pages of a sample. A page has about 40
	// blobs or 80 devices, and a device up to 200 key packages.
	blobPages, devicePages = 500, 30
	// logInterval is the minimum time between two log lines about failures.
	logInterval = 10 * time.Minute
)

// Survey measures what is in the database.
type Survey struct {
	pool   *pgxpool.Pool
	gauges *gauges
	log    *slog.Logger
	now    func() time.Time
	logged time.Time
}

// NewSurvey makes a Survey, whose metrics are registered with r, which may be nil.
func NewSurvey(pool *pgxpool.Pool, r prometheus.Registerer, log *slog.Logger) *Survey {
	return &Survey{pool: pool, gauges: newGauges(r), log: log, now: time.Now}
}

// Run measures until ctx ends.
func (s *Survey) Run(ctx context.Context) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		err := s.Measure(ctx)
		if now := s.now(); err != nil && ctx.Err() == nil && now.Sub(s.logged) >= logInterval {
			s.logged = now
			s.log.WarnContext(ctx, "the database could not be measured", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Measure measures once. What fails keeps its last value.
func (s *Survey) Measure(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	q := db.New(s.pool)
	pages, err := s.sizes(ctx, q)
	if err := errors.Join(err, s.transactions(ctx, q)); err != nil {
		return err
	}
	if err := errors.Join(s.blobs(ctx, q, pages["blobs"]), s.packages(ctx, q, pages["devices"])); err != nil {
		return err
	}
	s.gauges.surveyed.Set(float64(s.now().Unix()))
	return nil
}

// sizes measures the database and its tables, and returns the pages of each table.
func (s *Survey) sizes(ctx context.Context, q *db.Queries) (pages map[string]int64, err error) {
	size, err := q.DatabaseSize(ctx)
	if err != nil {
		return nil, fmt.Errorf("size of the database: %w", err)
	}
	s.gauges.databaseBytes.Set(float64(size))
	found, err := q.MeasureTables(ctx)
	if err != nil {
		return nil, fmt.Errorf("sizes of tables: %w", err)
	}
	pages = map[string]int64{}
	for _, t := range found {
		pages[t.Name] = t.Pages
		// Tables of others, such as that of the migrations, are not counted.
		if slices.Contains(tables, t.Name) {
			s.gauges.rows.WithLabelValues(t.Name).Set(float64(t.RowCount))
			s.gauges.bytes.WithLabelValues(t.Name).Set(float64(t.Bytes))
		}
	}
	return pages, nil
}

func (s *Survey) transactions(ctx context.Context, q *db.Queries) error {
	found, err := q.OldestTransactions(ctx)
	if err != nil {
		return fmt.Errorf("oldest transaction: %w", err)
	}
	oldest := map[string]float64{}
	for _, t := range found {
		name := t.Application
		if !oldestMetric.Allows("application", name) {
			name = "other"
		}
		oldest[name] = max(oldest[name], t.Seconds)
	}
	for _, name := range applications {
		s.gauges.oldest.WithLabelValues(name).Set(oldest[name])
	}
	return nil
}

func (s *Survey) blobs(ctx context.Context, q *db.Queries, pages int64) error {
	percent := sample(pages, blobPages)
	bytes, err := q.SampleBlobBytes(ctx, percent)
	if err != nil {
		return fmt.Errorf("size of blobs: %w", err)
	}
	s.gauges.blobBytes.Set(math.Round(float64(bytes) * 100 / float64(percent)))
	return nil
}

func (s *Survey) packages(ctx context.Context, q *db.Queries, pages int64) error {
	percent := sample(pages, devicePages)
	found, err := q.SamplePackagePools(ctx, percent)
	if err != nil {
		return fmt.Errorf("pools of key packages: %w", err)
	}
	s.gauges.pools.set(found, 100/float64(percent))
	return nil
}

// sample returns the percentage of a table's pages that are about most of them.
func sample(pages, most int64) float32 {
	if pages <= most {
		return 100
	}
	return float32(100 * float64(most) / float64(pages))
}

// pools is a histogram of the present state, which replaces the one before it.
type pools struct {
	desc    *prometheus.Desc
	mu      sync.Mutex
	devices uint64
	sum     float64
	buckets map[float64]uint64
}

// set replaces the histogram by that of a sample, of which each device stands for
// factor devices.
func (p *pools) set(found []db.SamplePackagePoolsRow, factor float64) {
	var devices, sum float64
	buckets := map[float64]float64{}
	for _, f := range found {
		n := float64(f.Devices) * factor
		devices += n
		sum += n * float64(f.Available)
		for _, bound := range poolBuckets {
			if float64(f.Available) <= bound {
				buckets[bound] += n
			}
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.devices, p.sum, p.buckets = uint64(math.Round(devices)), sum, map[float64]uint64{}
	for _, bound := range poolBuckets {
		p.buckets[bound] = uint64(math.Round(buckets[bound]))
	}
}

// Describe implements prometheus.Collector.
func (p *pools) Describe(ch chan<- *prometheus.Desc) { ch <- p.desc }

// Collect implements prometheus.Collector.
func (p *pools) Collect(ch chan<- prometheus.Metric) {
	p.mu.Lock()
	defer p.mu.Unlock()
	buckets := p.buckets
	if buckets == nil {
		buckets = map[float64]uint64{}
		for _, bound := range poolBuckets {
			buckets[bound] = 0
		}
	}
	ch <- prometheus.MustNewConstHistogram(p.desc, p.devices, p.sum, buckets)
}
