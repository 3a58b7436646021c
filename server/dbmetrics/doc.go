// Package dbmetrics has the metrics of the database: the connections of this
// instance, errors by cause, and what a Survey finds in it about once a minute:
// sizes, the oldest transaction, the key packages that devices have left.
//
// A Survey costs little, however large the tables are: rows are those that the
// statistics of PostgreSQL estimate, and sums over tables that grow are estimated
// from a sample of their pages. Every instance makes its own.
//
// # Files
//
//   - pool.go: the connections.
//   - errors.go: Errors, which counts what fails.
//   - cause.go: the cause of an error.
//   - survey.go: Survey.
//   - surveymetrics.go: its metrics.
package dbmetrics
