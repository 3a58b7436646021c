package pgsession

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Errors of URLs. They quote nothing, because the URL has a password.
var (
	errScheme   = errors.New("is not a URL that begins with postgres:// or postgresql://")
	errPassword = errors.New("cannot be read: if the user name or the password has special characters, write them percent-encoded " +
		"(@ is %40, : is %3A, / is %2F, ? is %3F, # is %23, % is %25, a space is %20)")
	errValue = errors.New("cannot be used: a host, port, parameter or file that it names is wrong")
)

// ignored are parameters for other clients, which providers put into the URLs
// that they show. They say nothing to PostgreSQL.
var ignored = []string{
	"pgbouncer", "connection_limit", "pool_timeout", "supa", "uselibpqcompat", "gssencmode", "sslcompression", "sslcrl",
	"keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
}

// withConnection are the parameters that pass every pooler and that are sent with
// the connection.
var withConnection = []string{"application_name", "client_encoding", "timezone", "options"}

// Check reports what is wrong with the form of a database URL.
func Check(rawURL string) error {
	u, err := url.Parse(rawURL)
	if err != nil {
		if !strings.HasPrefix(rawURL, "postgres://") && !strings.HasPrefix(rawURL, "postgresql://") {
			return errScheme
		}
		return errPassword
	}
	if u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return errScheme
	}
	if strayAt(rawURL) {
		return errPassword
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return errors.New("has parameters that cannot be read: special characters in them are percent-encoded")
	}
	for name := range query {
		if strings.ContainsAny(name, "@/:") { // the rest of a password with a question mark
			return errPassword
		}
	}
	return nil
}

// strayAt reports whether an @ is where a user name or a password was cut off:
// the host ends at the first /, ? or #, and the user ends at the only @ before.
func strayAt(rawURL string) bool {
	_, rest, _ := strings.Cut(rawURL, "://")
	query := strings.IndexByte(rest, '?')
	path := strings.IndexByte(rest, '/')
	if query >= 0 && (path < 0 || query < path) {
		path = query // the database is in a parameter
	}
	if path < 0 {
		path = len(rest)
	}
	place, _, _ := strings.Cut(rest[path:], "?")
	return strings.Count(rest[:path], "@") > 1 || strings.Contains(place, "@")
}

// Parse reads a database URL. Each connection of the result has the settings of
// the service, except those in the URL or in PGOPTIONS, and those of more, which
// wins over both.
func Parse(rawURL string, more map[string]string) (*pgxpool.Config, error) {
	if err := Check(rawURL); err != nil {
		return nil, err
	}
	cfg, err := pgxpool.ParseConfig(rawURL)
	if err != nil {
		return nil, reason(err)
	}
	params := cfg.ConnConfig.RuntimeParams
	chosen := takeOptions(params)
	for name, value := range params {
		if !slices.Contains(withConnection, strings.ToLower(name)) {
			chosen[strings.ToLower(name)] = value
			delete(params, name)
		}
	}
	for _, name := range ignored {
		delete(chosen, name)
	}
	if slices.Contains(weakCommits, chosen[synchronousCommit]) {
		delete(chosen, synchronousCommit) // prepare makes it on
	}
	fill(params, map[string]string{"application_name": "mlsd", "timezone": "UTC", "client_encoding": "UTF8"})
	settings := defaults()
	maps.Copy(settings, chosen)
	maps.Copy(settings, pinned())
	maps.Copy(settings, more)
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error { return prepare(ctx, conn, settings) }
	return cfg, nil
}

// reason is an error of pgx without the URL, of which pgx prints parts.
func reason(err error) error {
	text := err.Error()
	for _, known := range []string{"pool_max_conns", "pool_min_conns", "pool_max_conn_lifetime", "pool_max_conn_idle_time", "pool_health_check_period",
		"sslmode", "sslrootcert", "sslcert", "sslkey", "target_session_attrs", "connect_timeout", "channel_binding", "invalid port"} {
		if strings.Contains(text, known) {
			return fmt.Errorf("%w (%s)", errValue, known)
		}
	}
	return errValue
}

// fill sets what params lack.
func fill(params, values map[string]string) {
	for name, value := range values {
		has := slices.ContainsFunc(slices.Collect(maps.Keys(params)), func(n string) bool { return strings.EqualFold(n, name) })
		if !has {
			params[name] = value
		}
	}
}

// Connect makes one connection, with the settings of Parse. Parameters of a pool
// in the URL do not count.
func Connect(ctx context.Context, rawURL string, more map[string]string) (*pgx.Conn, error) {
	cfg, err := Parse(rawURL, more)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL %w", err)
	}
	conn, err := pgx.ConnectConfig(ctx, cfg.ConnConfig)
	if err != nil {
		return nil, err
	}
	if err := cfg.AfterConnect(ctx, conn); err != nil {
		_ = conn.Close(ctx) // what matters is why it cannot be used
		return nil, err
	}
	return conn, nil
}
