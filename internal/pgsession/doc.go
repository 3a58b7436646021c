// Package pgsession prepares the sessions in which the service uses PostgreSQL:
// it reads the database URL, sets what the service needs in each session, and
// refuses a session that does not keep it.
//
// Settings are sent as statements after the connection is made, and not with the
// connection. A pooler such as pgbouncer refuses connections with settings that
// it does not know, or ignores the settings. As statements they reach PostgreSQL,
// and take precedence over those of the role and the database. They are read back
// in a second statement. It fails where a pooler gives each transaction another
// session.
//
// # Files
//
//   - url.go: Parse, what a database URL may have, and errors without its password
//   - options.go: settings that an URL has as options
//   - settings.go: what is set in each session, and that it is kept
//   - pooler.go: RefuseTransactionMode
package pgsession
