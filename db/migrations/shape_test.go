package migrations_test

import (
	"errors"
	"strings"
	"testing"

	"catbird.blue/mls/db/migrations"
	"catbird.blue/mls/internal/dbtest"
)

// TestDrift: a schema that somebody changed by hand is refused, and the error
// names what differs. What does not concern the tables of the service may be
// there.
func TestDrift(t *testing.T) {
	for change, want := range map[string]string{
		"ALTER TABLE messages DROP COLUMN pos CASCADE":                                               "it lacks column messages.pos",
		"ALTER TABLE accounts ADD COLUMN note TEXT":                                                  "it also has column accounts.note text",
		"ALTER TABLE accounts DROP CONSTRAINT accounts_pkey CASCADE":                                 "it lacks constraint accounts_pkey",
		"DROP INDEX tickets_expiry":                                                                  "it lacks index tickets_expiry",
		"CREATE UNIQUE INDEX strict ON tickets (did)":                                                "it also has index strict",
		"ALTER TABLE tickets ADD CONSTRAINT never CHECK (did <> 'x')":                                "it also has constraint never on tickets",
		"CREATE OR REPLACE FUNCTION log_own_xid() RETURNS BIGINT LANGUAGE sql AS 'SELECT 1::bigint'": "function log_own_xid()",
		"DROP TABLE welcome_recipients":                                                              "it lacks table welcome_recipients",
		"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER tr BEFORE INSERT ON tickets FOR EACH ROW EXECUTE FUNCTION f()": "trigger tr on tickets",
		"CREATE INDEX more ON tickets (did, expires_at)":                                   "",
		"CREATE TABLE monitoring (at TIMESTAMPTZ PRIMARY KEY)":                             "",
		"CREATE VIEW stats AS SELECT count(*) FROM tickets":                                "",
		"SET search_path = other; CREATE SCHEMA other; CREATE TABLE other.tickets (n INT)": "",
	} {
		t.Run(change, func(t *testing.T) {
			t.Parallel()
			url := dbtest.URL(t)
			if _, err := connect(t, url).Exec(t.Context(), change); err != nil {
				t.Fatal(err)
			}
			_, err := migrations.Up(t.Context(), url)
			if want == "" && err != nil {
				t.Errorf("refused: %v", err)
			}
			if want != "" && (!errors.Is(err, migrations.ErrDrift) || !strings.Contains(err.Error(), want)) {
				t.Errorf("error is %v, want one with %q", err, want)
			}
		})
	}
}

// TestShapeOfAnotherPostgreSQL: after an upgrade of PostgreSQL the texts of
// expressions may differ, and are recorded anew; a missing column still counts.
func TestShapeOfAnotherPostgreSQL(t *testing.T) {
	url := dbtest.URL(t)
	conn := connect(t, url)
	older := "UPDATE schema_migrations SET postgres = 14, shape = regexp_replace(shape, '\t[^\n]*', E'\tas 14 wrote it', 'g')"
	if _, err := conn.Exec(t.Context(), older); err != nil {
		t.Fatal(err)
	}
	up(t, url)
	var recorded int
	var text string
	if err := conn.QueryRow(t.Context(), "SELECT postgres, shape FROM schema_migrations ORDER BY version DESC LIMIT 1").Scan(&recorded, &text); err != nil {
		t.Fatal(err)
	}
	if recorded < 15 || strings.Contains(text, "as 14 wrote it") {
		t.Errorf("the record is still of PostgreSQL %d", recorded)
	}
	if _, err := conn.Exec(t.Context(), older+"; ALTER TABLE tickets DROP COLUMN expires_at"); err != nil {
		t.Fatal(err)
	}
	if _, err := migrations.Up(t.Context(), url); !errors.Is(err, migrations.ErrDrift) {
		t.Errorf("error is %v", err)
	}
}
