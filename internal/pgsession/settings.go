package pgsession

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"catbird.blue/mls/internal/pgplan"
)

// defaults are settings that the URL may replace.
func defaults() map[string]string {
	settings := pgplan.Settings()
	maps.Copy(settings, map[string]string{
		// A long transaction holds back the visibility horizon of the log, and
		// a waiting one occupies a connection.
		"statement_timeout":                   "30s",
		"lock_timeout":                        "10s",
		"idle_in_transaction_session_timeout": "10s",
		"idle_session_timeout":                "0",
	})
	return settings
}

// Unhurried are settings for the commands of an operator, which may take long.
func Unhurried() map[string]string {
	return map[string]string{"statement_timeout": "0", "lock_timeout": "0", "idle_in_transaction_session_timeout": "0"}
}

// pinned are settings that change what statements mean. Those of a role, a
// database or the URL do not count. default_transaction_read_only does: operators
// and managed databases fence a cluster with it, and nothing may write past that.
func pinned() map[string]string {
	return map[string]string{
		// Transactions wait for row locks and then read what the other one wrote.
		"default_transaction_isolation":  "read committed",
		"default_transaction_deferrable": "off",
		"transform_null_equals":          "off",
		"standard_conforming_strings":    "on",
		"bytea_output":                   "hex",
		"datestyle":                      "ISO, MDY",
		"intervalstyle":                  "postgres",
		"row_security":                   "on",
	}
}

// synchronousCommit is at least on, unless a command chooses another value for
// itself.
const synchronousCommit = "synchronous_commit"

// weakCommits are the values of synchronousCommit below on.
var weakCommits = []string{"off", "false", "no", "0", "local", "remote_write"}

// ErrNotKept refuses a session whose settings are gone after the statement that
// made them.
var ErrNotKept = errors.New("a setting of the session is not kept: a connection pooler gives each transaction another session; " + sessionMode)

// prepare makes the settings of a new connection, and reads them back.
func prepare(ctx context.Context, conn *pgx.Conn, settings map[string]string) error {
	names := slices.Sorted(maps.Keys(settings))
	want, err := set(ctx, conn, names, settings)
	if err != nil {
		return err
	}
	if settings[synchronousCommit] == "" {
		if err := forceSync(ctx, conn); err != nil {
			return err
		}
	}
	rows, _ := conn.Query(ctx, `SELECT current_setting(n) FROM unnest($1::text[]) WITH ORDINALITY AS t (n, i)
		UNION ALL SELECT current_setting('session_replication_role')
		UNION ALL SELECT current_setting('synchronous_commit')`, pgx.QueryExecModeExec, names)
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("reading the settings of the session: %w", err)
	}
	return compare(names, want, got)
}

// compare refuses settings that are not as they were made. Behind them, got has
// the two that prepare adds.
func compare(names, want, got []string) error {
	if len(got) != len(names)+2 {
		return errors.New("reading the settings of the session: some are missing")
	}
	for i, name := range names {
		if got[i] != want[i] {
			return fmt.Errorf("%s is %q and not %q: %w", name, got[i], want[i], ErrNotKept)
		}
	}
	if role := got[len(names)]; role != "origin" {
		return fmt.Errorf("session_replication_role is %q, which turns triggers and constraints off: take it from the role or the database "+
			"(ALTER ROLE … RESET session_replication_role)", role)
	}
	if sync := got[len(names)+1]; !slices.Contains(names, synchronousCommit) && sync != "on" && sync != "remote_apply" {
		return fmt.Errorf("synchronous_commit is %q: %w", sync, ErrNotKept)
	}
	return nil
}

// set makes the settings, and returns them as PostgreSQL writes them.
func set(ctx context.Context, conn *pgx.Conn, names []string, settings map[string]string) ([]string, error) {
	values := make([]string, len(names))
	for i, name := range names {
		values[i] = settings[name]
	}
	// The planner keeps the order of the arrays. Statements that are not
	// prepared work in every pooler.
	rows, _ := conn.Query(ctx, "SELECT set_config(n, v, false) FROM unnest($1::text[], $2::text[]) AS t (n, v)",
		pgx.QueryExecModeExec, names, values)
	made, err := pgx.CollectRows(rows, pgx.RowTo[string])
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.Code == pgerrcode.UndefinedObject || pg.Code == pgerrcode.InvalidParameterValue || pg.Code == pgerrcode.InsufficientPrivilege) {
		return nil, fmt.Errorf("a setting of DATABASE_URL or of PGOPTIONS cannot be made: %s", pg.Message)
	}
	if err != nil {
		return nil, fmt.Errorf("setting up the session: %w", err)
	}
	return made, nil
}

// forceSync makes commits wait until they are on disk, unless a stronger
// setting is configured. With a weaker one, a crash could lose messages that
// were delivered already.
func forceSync(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `SELECT set_config('synchronous_commit', 'on', false)
		WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')`)
	if err != nil {
		return fmt.Errorf("forcing synchronous_commit: %w", err)
	}
	return nil
}
