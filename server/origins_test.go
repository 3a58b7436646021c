package server

import (
	"testing"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/servertest"
)

// TestJanitorRemovesOrigins: of accounts that are new nothing is kept but what
// counts; the others stay, so that they are counted again when they come back.
func TestJanitorRemovesOrigins(t *testing.T) {
	s := newTestServer(t)
	for who, row := range map[string]struct {
		age     string
		settled bool
	}{"alice": {"8 days", false}, "bob": {"6 days", false}, "carol": {"8 days", true}} {
		if _, err := s.Pool.Exec(t.Context(), `INSERT INTO account_origins (did, origin, confirmed_at, settled_at)
			VALUES ($1, 'pds.example', now() - $2::interval, CASE WHEN $3 THEN now() END)`, servertest.DID(who), row.age, row.settled); err != nil {
			t.Fatal(err)
		}
	}
	if err := cleanerOf(s).Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := dbtest.Value[string](t, s.Pool, `SELECT string_agg(did, ' ' ORDER BY did) FROM account_origins`); got != servertest.DID("bob")+" "+servertest.DID("carol") {
		t.Errorf("left are those of %s", got)
	}
}
