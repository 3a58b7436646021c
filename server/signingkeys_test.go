package server

import (
	"testing"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/servertest"
)

// TestJanitorRemovesSigningKeys: a key that is too old to be used is not kept.
func TestJanitorRemovesSigningKeys(t *testing.T) {
	s := newTestServer(t)
	for who, age := range map[string]string{"alice": "25 hours", "bob": "23 hours"} {
		if _, err := s.Pool.Exec(t.Context(), `INSERT INTO account_keys VALUES ($1, 'key', now() - $2::interval)`, servertest.DID(who), age); err != nil {
			t.Fatal(err)
		}
	}
	if err := cleanerOf(s).Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := dbtest.Value[string](t, s.Pool, `SELECT string_agg(did, ' ') FROM account_keys`); got != servertest.DID("bob") {
		t.Errorf("left are the keys of %s", got)
	}
}
