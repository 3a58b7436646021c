// Package metrics declares the metrics of the service. A package declares its
// metrics as variables (Define) and makes collectors from them. All declarations
// of the packages of a program are its catalogue, from which docs/metrics.md is
// generated: a metric that is not declared cannot be made.
//
// A label has a closed set of values. A value outside of it is counted as Other,
// so that no client and no mistake can create series without bound. The series
// of the set exist with the value 0 from the start: otherwise the first increase
// of a counter would be invisible to rate() and increase().
//
// A time is exported as a Unix timestamp, 0 for never, and not as an age, so that
// a process that no longer measures is noticed too.
//
// # Files
//
//   - metric.go: Metric, Label, Define and All.
//   - collectors.go: counters, gauges and histograms with bounded labels.
//   - document.go: the catalogue as docs/metrics.md.
//   - process.go: what the library says of the process, and of this build.
//   - backups.go: the metrics of backups, for whatever makes them.
package metrics
