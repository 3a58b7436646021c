package metrics

import "github.com/prometheus/client_golang/prometheus"

func (m *Metric) must(kind Kind) {
	if m.Kind != kind {
		panic("metrics: " + m.Name + " is declared as a " + string(m.Kind))
	}
}

// NewCounter makes a counter without labels.
func (m *Metric) NewCounter() prometheus.Counter {
	m.must(Counter)
	return prometheus.NewCounter(prometheus.CounterOpts{Name: m.Name, Help: m.Help})
}

// NewGauge makes a gauge without labels.
func (m *Metric) NewGauge() prometheus.Gauge {
	m.must(Gauge)
	return prometheus.NewGauge(prometheus.GaugeOpts{Name: m.Name, Help: m.Help})
}

// NewHistogram makes a histogram without labels.
func (m *Metric) NewHistogram() prometheus.Histogram {
	m.must(Histogram)
	return prometheus.NewHistogram(prometheus.HistogramOpts{Name: m.Name, Help: m.Help, Buckets: m.Buckets})
}

// NewFunc makes a counter or gauge whose value f returns at each scrape. values
// are those of the labels, in their order.
func (m *Metric) NewFunc(f func() float64, values ...string) prometheus.Collector {
	labels := prometheus.Labels{}
	for i, v := range m.bounded(values) {
		labels[m.Labels[i].Name] = v
	}
	if m.Kind == Counter {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: m.Name, Help: m.Help, ConstLabels: labels}, f)
	}
	m.must(Gauge)
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: m.Name, Help: m.Help, ConstLabels: labels}, f)
}

// NewDesc makes a description for collectors that make their values at each scrape.
func (m *Metric) NewDesc() *prometheus.Desc {
	return prometheus.NewDesc(m.Name, m.Help, m.labelNames(), nil)
}

// CounterVec has the counters of a metric with labels.
type CounterVec struct {
	*prometheus.CounterVec
	m *Metric
}

// NewCounterVec makes the counters of a metric with labels.
func (m *Metric) NewCounterVec() *CounterVec {
	m.must(Counter)
	v := &CounterVec{prometheus.NewCounterVec(prometheus.CounterOpts{Name: m.Name, Help: m.Help}, m.labelNames()), m}
	for _, values := range m.Series() {
		v.WithLabelValues(values...)
	}
	return v
}

// WithLabelValues returns the counter for these values of the labels.
func (v *CounterVec) WithLabelValues(values ...string) prometheus.Counter {
	return v.CounterVec.WithLabelValues(v.m.bounded(values)...)
}

// GaugeVec has the gauges of a metric with labels.
type GaugeVec struct {
	*prometheus.GaugeVec
	m *Metric
}

// NewGaugeVec makes the gauges of a metric with labels.
func (m *Metric) NewGaugeVec() *GaugeVec {
	m.must(Gauge)
	v := &GaugeVec{prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: m.Name, Help: m.Help}, m.labelNames()), m}
	for _, values := range m.Series() {
		v.WithLabelValues(values...)
	}
	return v
}

// WithLabelValues returns the gauge for these values of the labels.
func (v *GaugeVec) WithLabelValues(values ...string) prometheus.Gauge {
	return v.GaugeVec.WithLabelValues(v.m.bounded(values)...)
}

// HistogramVec has the histograms of a metric with labels.
type HistogramVec struct {
	*prometheus.HistogramVec
	m *Metric
}

// NewHistogramVec makes the histograms of a metric with labels.
func (m *Metric) NewHistogramVec() *HistogramVec {
	m.must(Histogram)
	v := &HistogramVec{prometheus.NewHistogramVec(
		prometheus.HistogramOpts{Name: m.Name, Help: m.Help, Buckets: m.Buckets}, m.labelNames()), m}
	for _, values := range m.Series() {
		v.WithLabelValues(values...)
	}
	return v
}

// WithLabelValues returns the histogram for these values of the labels.
func (v *HistogramVec) WithLabelValues(values ...string) prometheus.Observer {
	return v.HistogramVec.WithLabelValues(v.m.bounded(values)...)
}
