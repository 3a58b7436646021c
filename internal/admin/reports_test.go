package admin

import (
	"strings"
	"testing"

	"catbird.blue/mls/internal/dbtest"
)

// Reports are listed, shown, resolved once and no longer listed; the evidence comes
// out as it went in; each command is in the audit.
func TestReports(t *testing.T) {
	t.Parallel()
	pool := dbtest.Pool(t)
	a, out := newAdmin(t, pool)
	dbtest.Exec(t, pool, `INSERT INTO reports (reporter_did, reason_type, reason, subject_did, evidence, created_at) VALUES
		('did:web:alice.example', 'spam', E'look \x1b[31m here', $1, '\x6167650a00ff', now()), ('did:web:alice.example', 'rude', NULL, $1, NULL, now())`, bob)
	run := func(words ...string) string {
		t.Helper()
		out.Reset()
		if err := a.Reports(t.Context(), words); err != nil {
			t.Fatalf("%v: %v", words, err)
		}
		return out.String()
	}
	if got := run("list"); strings.Count(got, "account") != 2 || !strings.Contains(got, "2 of 2 open reports") || strings.Contains(got, "look") {
		t.Errorf("the list is\n%s", got)
	}
	run("show", "1")
	wantLines(t, out, "by did:web:alice.example", "account "+bob, `reason type "spam"`, `reason "look \x1b[31m here"`, "evidence 6 B", "what the reporter says")
	if got := run("evidence", "1"); got != "age\n\x00\xff" {
		t.Errorf("the evidence is %q", got)
	}
	dbtest.Exec(t, pool, `UPDATE reports SET forward_after = now(), forward_attempts = 3 WHERE report_id = 1`)
	if got := run("list"); !strings.Contains(got, "to forward") || !strings.Contains(got, "not forwarded") {
		t.Errorf("the list is\n%s", got)
	}
	run("show", "1")
	wantLines(t, out, "forwarded not yet, after 3 attempts")
	dbtest.Exec(t, pool, `UPDATE reports SET forward_after = NULL, forwarded_at = now(), forwarded_id = 77 WHERE report_id = 1`)
	run("show", "1")
	wantLines(t, out, "forwarded 20", "forwarded as 77")
	run("resolve", "1")
	if got := run("list"); strings.Contains(got, "spam") || !strings.Contains(got, "1 of 1 open reports") {
		t.Errorf("the list is\n%s", got)
	}
	run("show", "1")
	wantLines(t, out, "resolved 20", "tester: reports resolve", "tester: reports evidence")
	for _, words := range [][]string{
		{"resolve", "1"}, {"resolve", "9"}, {"show", "9"}, {"show", "x"}, {"show"}, {"list", "1"}, {"evidence", "2"}, {"dance", "1"},
	} {
		if err := a.Reports(t.Context(), words); err == nil {
			t.Errorf("%v is accepted", words)
		}
	}
	got := dbtest.Value[string](t, pool, `SELECT string_agg(action, ', ' ORDER BY id) FROM admin_audit`)
	if want := "reports list, reports show, reports evidence, reports list, reports show, reports show, reports resolve, reports list, reports show, reports evidence"; got != want {
		t.Errorf("the audit has %q, want %q", got, want)
	}
}
