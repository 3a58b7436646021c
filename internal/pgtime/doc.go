// Package pgtime puts a deadline on everything that waits for PostgreSQL: taking
// a connection from the pool, its ping, each statement, and the peer of a TCP
// connection that no longer answers.
//
// A statement is abandoned when its deadline is over: the connection is closed,
// and no cancel request is sent. PostgreSQL answers a cancel request during the
// wait for a synchronous standby by making the commit visible, so that others
// would read what a failover may still lose. An abandoned commit stays invisible
// until the standby has it.
//
// A client that hangs up does not interrupt a statement either. PostgreSQL bounds
// statements and waits for locks by its own settings (statement_timeout,
// lock_timeout), so the statement ends by itself and its connection can be used
// again.
//
// # Files
//
//   - pgtime.go: Apply, the deadlines of connections
//   - abandon.go: the end of a connection that gave no answer
//   - statement.go: Tracer, the deadlines of statements and of the pool
//   - usertimeout_linux.go, usertimeout_other.go: the TCP user time-out
package pgtime
