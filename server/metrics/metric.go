package metrics

import (
	"fmt"
	"slices"
)

// Kind is the type of a metric.
type Kind string

// The types.
const (
	Counter   Kind = "counter"
	Gauge     Kind = "gauge"
	Histogram Kind = "histogram"
)

// Other is what a label value outside of the declared set is counted as.
const Other = "other"

// Label is a label with its closed set of values.
type Label struct {
	Name   string
	Values []string
	// Means describes the values where a list would say less, such as for NSIDs.
	Means string
	// Fixed is set if the process has one value, which it knows at its start.
	Fixed bool
}

// Metric declares a metric.
type Metric struct {
	// Group is the heading in the catalogue.
	Group string
	Name  string
	Kind  Kind
	// Unit is a base unit of Prometheus (seconds, bytes, ratio), or what is counted.
	Unit string
	Help string
	// Labels has at most three.
	Labels []Label
	// Buckets are those of a histogram.
	Buckets []float64
	// Zero lists the label values of the series that exist from the start; nil for
	// all combinations.
	Zero [][]string
	// When says when the metric exists, if not always.
	When string

	sets []map[string]bool
}

// catalogue has the declared metrics. It is complete before main begins.
var catalogue []*Metric

// Define declares a metric. Like prometheus.MustRegister it panics if the
// declaration is not complete or the name is taken: both are seen by every test of
// the package.
func Define(m Metric) *Metric {
	if m.Group == "" || m.Name == "" || m.Kind == "" || m.Unit == "" || m.Help == "" || (m.Kind == Histogram) != (m.Buckets != nil) {
		panic(fmt.Sprintf("metrics: the declaration of %q lacks something", m.Name))
	}
	if slices.ContainsFunc(catalogue, func(o *Metric) bool { return o.Name == m.Name }) {
		panic(fmt.Sprintf("metrics: %s is declared twice", m.Name))
	}
	for _, l := range m.Labels {
		if l.Name == "" || (len(l.Values) == 0) != l.Fixed {
			panic(fmt.Sprintf("metrics: label %q of %s has no set of values", l.Name, m.Name))
		}
		set := map[string]bool{}
		for _, v := range l.Values {
			set[v] = true
		}
		m.sets = append(m.sets, set)
	}
	d := &m
	catalogue = append(catalogue, d)
	return d
}

// All returns the declared metrics in the order of their names.
func All() []*Metric {
	return slices.SortedFunc(slices.Values(catalogue), func(a, b *Metric) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
}

// Find returns the metric of that name, or nil.
func Find(name string) *Metric {
	for _, m := range catalogue {
		if m.Name == name {
			return m
		}
	}
	return nil
}

// Allows reports whether a label of the metric may have a value.
func (m *Metric) Allows(label, value string) bool {
	for i, l := range m.Labels {
		if l.Name == label {
			return l.Fixed || m.sets[i][value]
		}
	}
	return false
}

// bounded replaces values that are not declared.
func (m *Metric) bounded(values []string) []string {
	for i, v := range values {
		if i < len(m.sets) && !m.Labels[i].Fixed && !m.sets[i][v] {
			values = slices.Clone(values)
			for j := i; j < len(values) && j < len(m.sets); j++ {
				if !m.Labels[j].Fixed && !m.sets[j][values[j]] {
					values[j] = Other
				}
			}
			return values
		}
	}
	return values
}

func (m *Metric) labelNames() []string {
	names := make([]string, len(m.Labels))
	for i, l := range m.Labels {
		names[i] = l.Name
	}
	return names
}

// Series returns the label values of each series that exists from the start.
func (m *Metric) Series() [][]string {
	if m.Zero != nil {
		return m.Zero
	}
	series := [][]string{{}}
	for _, l := range m.Labels {
		var longer [][]string
		for _, begun := range series {
			for _, v := range l.Values {
				longer = append(longer, append(slices.Clone(begun), v))
			}
		}
		series = longer
	}
	return series
}

// Groups to which several packages contribute.
const (
	LogGroup   = "Log and streams"
	RedisGroup = "Redis"
)
