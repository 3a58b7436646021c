package apitest

import (
	"bytes"
	"io"
	"testing"
	"time"

	"filippo.io/age"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// Evidence is stored as it came, and only the recipient's key opens it.
func TestEvidenceIsForItsRecipient(t *testing.T) {
	t.Parallel()
	key := must(age.GenerateX25519Identity())(t)
	s := newStack(t, func(o *options) { o.server.ReportRecipient = key.Recipient().String() })
	alice, bob := newActor(), newActor()
	described := ok[struct{ ReportRecipient string }](t, s.call(t, nil, "describeService", nil))
	to := must(age.ParseX25519Recipient(described.ReportRecipient))(t)
	var file bytes.Buffer
	w := must(age.Encrypt(&file, to))(t)
	must(io.WriteString(w, "what was said"))(t)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	in := object{"reasonType": "com.atproto.moderation.defs#reasonRude", "subject": object{"did": alice.DID}, "evidence": raw(file.Bytes())}
	ok[object](t, s.call(t, bob.Account, "createReport", in))
	stored := dbtest.Value[[]byte](t, s.pool, `SELECT evidence FROM reports`)
	if bytes.Contains(stored, []byte("what was said")) {
		t.Error("the evidence is in clear")
	}
	if text := must(io.ReadAll(must(age.Decrypt(bytes.NewReader(stored), key))(t)))(t); string(text) != "what was said" {
		t.Errorf("the recipient reads %q", text)
	}
	in["evidence"] = raw([]byte("what was said"))
	refused(t, s.call(t, bob.Account, "createReport", in), gen.ErrInvalidEvidence)
	if n := dbtest.Value[int64](t, s.pool, `SELECT count(*) FROM reports`); n != 1 {
		t.Errorf("%d reports are stored, want 1", n)
	}
}

// A report waits to be forwarded if it is about an account and the service forwards.
func TestReportsWaitToBeForwarded(t *testing.T) {
	t.Parallel()
	for _, forwards := range []bool{false, true} {
		s := newStack(t, func(o *options) { o.server.ForwardsReports = forwards })
		alice, bob := newActor(), newActor()
		g := s.conversation(t, alice, bob)
		for _, subject := range []object{{"did": bob.DID}, {"convoId": g.ID()}, {"did": bob.DID, "convoId": g.ID()}} {
			ok[object](t, s.call(t, alice.Account, "createReport", object{"reasonType": "r", "subject": subject}))
		}
		waiting := dbtest.Value[string](t, s.pool, `SELECT coalesce(string_agg(report_id::text, ' ' ORDER BY report_id) FILTER (WHERE forward_after IS NOT NULL), '') FROM reports`)
		if want := map[bool]string{true: "1 3"}[forwards]; waiting != want {
			t.Errorf("forwarding %v: the reports %q wait, want %q", forwards, waiting, want)
		}
	}
}

// An account files so many reports a day; refused and repeated calls do not count, and
// others have their own.
func TestReportsAtTheirLimit(t *testing.T) {
	t.Parallel()
	limits := must(limit.New(limit.Config{Clock: func() time.Duration { return 0 }}))(t)
	s := newStack(t, func(o *options) { o.server.Rates = limits })
	alice, bob := newActor(), newActor()
	about := func(key string) object {
		return object{"reasonType": "r", "subject": object{"did": bob.DID}, "idempotencyKey": key}
	}
	refused(t, s.call(t, alice.Account, "createReport", object{"reasonType": "r", "subject": object{"convoId": "00112233445566778899aabbccddeeff"}}), gen.ErrConvoNotFound)
	for i := range limit.Reports.Amount {
		ok[object](t, s.call(t, alice.Account, "createReport", about(string(rune('a'+i)))))
	}
	ok[object](t, s.call(t, bob.Account, "createReport", about("a")))
	a := s.call(t, alice.Account, "createReport", about("z"))
	refused(t, a, xrpc.RateLimitExceeded)
	if a.header.Get("Retry-After") == "" {
		t.Error("the answer does not say when to come back")
	}
	if n := dbtest.Value[int64](t, s.pool, `SELECT count(*) FROM reports`); n != limit.Reports.Amount+1 {
		t.Errorf("%d reports are stored", n)
	}
}
