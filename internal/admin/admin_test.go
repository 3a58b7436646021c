package admin

import (
	"bytes"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/servertest"
)

const bob = "did:web:bob.example"

func newAdmin(t *testing.T, pool *pgxpool.Pool) (*Admin, *bytes.Buffer) {
	t.Helper()
	out := &bytes.Buffer{}
	return &Admin{Pool: pool, Eraser: NewEraser(pool, auth.NewSecret(), "tester", nil), Out: out}, out
}

// wantLines fails the test unless every text is in the output, and empties it.
func wantLines(t *testing.T, out *bytes.Buffer, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(strings.Join(strings.Fields(out.String()), " "), text) {
			t.Errorf("the output lacks %q:\n%s", text, out)
		}
	}
	out.Reset()
}

// Accounts are shown, suspended, resumed and erased; each command is in the audit,
// by a hash.
func TestAccount(t *testing.T) {
	t.Parallel()
	pool := dbtest.Pool(t)
	a, out := newAdmin(t, pool)
	a.Eraser.TellTime = -1
	ctx := t.Context()
	servertest.AddConvo(t, pool, 0, "did:web:alice.example", bob)
	dbtest.Exec(t, pool, `INSERT INTO accounts (did, created_at) VALUES ($1, now())`, bob)
	dbtest.Exec(t, pool, `INSERT INTO blobs VALUES ($1, 'bafkrei', 'k', 2048, 'x/y', now(), TRUE)`, bob)
	for _, step := range []struct {
		action string
		want   []string
	}{
		{"show", []string{"state active", "conversations 1, and 0 that it was in before", "attachments 1, 2.0 KiB"}},
		{"suspend", []string{"the account is suspended: all instances refuse"}},
		{"suspend", []string{"suspended already"}},
		{"show", []string{"state suspended", "tester: account suspend"}},
		{"resume", []string{"the account is active"}},
		{"resume", []string{"not suspended"}},
		{"strangers=500", []string{"set"}},
		{"erase", []string{"its conversations were told"}},
		{"show", []string{"state being erased", "conversations 0, and 0", "tester: account erase"}},
	} {
		if err := a.Account(ctx, bob, step.action); err != nil {
			t.Fatalf("%s: %v", step.action, err)
		}
		wantLines(t, out, step.want...)
	}
	if err := a.Account(ctx, bob, "dance"); err == nil {
		t.Error("an unknown action is accepted")
	}
	if err := a.Account(ctx, bob, "strangers=many"); err == nil {
		t.Error("what is no number is accepted")
	}
	if err := a.Account(ctx, "bob", "show"); err == nil {
		t.Error("what is no DID is accepted")
	}
	got := dbtest.Value[string](t, pool, `SELECT string_agg(action, ', ' ORDER BY id) FROM admin_audit WHERE actor = 'tester' AND octet_length(subject) = 32`)
	if want := "account show, account suspend, account show, account resume, account strangers, account erase, account show"; got != want {
		t.Errorf("the audit has %q, want %q", got, want)
	}
	if n := dbtest.Value[int](t, pool, `SELECT count(*) FROM admin_audit WHERE admin_audit::text LIKE '%bob%'`); n != 0 {
		t.Error("the audit names the account")
	}
}

// Conversations are shown, locked and unlocked.
func TestConvo(t *testing.T) {
	t.Parallel()
	pool := dbtest.Pool(t)
	a, out := newAdmin(t, pool)
	ctx := t.Context()
	id := servertest.AddConvo(t, pool, 3, "did:web:alice.example", bob)
	locked := func() bool {
		return dbtest.Value[bool](t, pool, `SELECT locked_at IS NOT NULL FROM conversations`)
	}
	for _, step := range []struct {
		action, want string
		locked       bool
	}{
		{"show", "members 2, and 0 removals pending", false}, {"lock", "the conversation is locked", true},
		{"lock", "the conversation is locked", true}, {"show", "tester: convo lock", true}, {"show", "locked-by-operator", true},
		{"unlock", "lock of the conversation has ended", false},
	} {
		if err := a.Convo(ctx, strings.ToUpper(string(id)), step.action); err != nil {
			t.Fatalf("%s: %v", step.action, err)
		}
		wantLines(t, out, step.want)
		if locked() != step.locked {
			t.Errorf("after %s locked is %v", step.action, locked())
		}
	}
	// Members are told of each change, once. A lock of an admin stays.
	got := dbtest.Value[string](t, pool, `SELECT string_agg(body ->> 'lockStatus', ' ' ORDER BY pos, n) FROM events WHERE kind = 'lock'`)
	if want := "locked-by-operator unlocked"; got != want {
		t.Errorf("events say %q, want %q", got, want)
	}
	dbtest.Exec(t, pool, `UPDATE conversations SET locked_at = now(), locked_by_admin = TRUE`)
	for _, action := range []string{"lock", "unlock"} {
		if err := a.Convo(ctx, string(id), action); err != nil || !locked() {
			t.Errorf("%s of what an admin has locked: locked %v, %v", action, locked(), err)
		}
	}
	for _, action := range []string{"show", "lock", "unlock"} {
		if err := a.Convo(ctx, "00", action); err == nil {
			t.Errorf("%s of a conversation that does not exist is accepted", action)
		}
	}
	if err := a.Convo(ctx, "xyz", "show"); err == nil {
		t.Error("what is no id is accepted")
	}
}

// Sessions lists the session whose transaction holds the streams back, and prepared
// transactions; stats lists every table.
func TestSessionsAndStats(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	pool := dbtest.Open(t, url)
	a, out := newAdmin(t, pool)
	ctx := t.Context()
	tx, err := dbtest.Open(t, url+"&application_name=holder").Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(ctx) }()
	if _, err := tx.Exec(ctx, `INSERT INTO accounts VALUES ('did:web:a.example', now())`); err != nil {
		t.Fatal(err)
	}
	if err := a.Sessions(ctx); err != nil {
		t.Fatal(err)
	}
	found := false
	for line := range strings.Lines(out.String()) {
		if strings.Contains(line, "holder") {
			found = strings.Contains(line, "VACUUM, streams, restore") && strings.Contains(line, "idle in transaction")
		}
	}
	if !found {
		t.Errorf("the open transaction is not listed:\n%s", out)
	}
	out.Reset()
	if err := a.Stats(ctx); err != nil {
		t.Fatal(err)
	}
	for name := range strings.FieldsSeq(dbtest.Value[string](t, pool, `SELECT string_agg(relname, ' ') FROM pg_class
		WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`)) {
		if !strings.Contains(out.String(), "\n"+name+" ") {
			t.Errorf("stats lacks the table %s", name)
		}
	}
	wantLines(t, out, "accounts refused 0 suspended")
}
