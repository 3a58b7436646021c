// Package health finds out whether an instance can do what requests need, by
// doing it: a write that commits, a read of the log, a blob that is stored and
// deleted, a value that Redis keeps, a clock that agrees with the database.
//
// A Monitor runs its Checks in the background and when somebody asks for the
// state. A check that fails makes the instance unhealthy and not ready, or only
// degraded. While it fails the log has a line about it each minute.
//
// A Gate refuses calls that write while a write cannot succeed: while commits
// wait for a standby or a disk, each call would hold a session of PostgreSQL for
// as long as that lasts; while the clock is wrong, what it writes would have a
// wrong age.
//
// # Files
//
//   - monitor.go: Monitor, Check, State
//   - log.go: the log lines of a condition that lasts
//   - database.go: Database, the write that commits
//   - commitwait.go: a commit that hangs, and what it waits for
//   - clock.go: Clock, the difference from the database's clock
//   - checks.go: the checks of the log, the blob store and Redis
//   - gate.go: Gate
//   - metrics.go: the collectors
package health
