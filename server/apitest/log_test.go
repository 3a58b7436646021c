package apitest

import (
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/httpd"
	"catbird.blue/mls/xrpc"
)

// tokens records every token that a client sent.
type tokens struct {
	http.RoundTripper
	mu   sync.Mutex
	sent []string
}

func (k *tokens) RoundTrip(r *http.Request) (*http.Response, error) {
	k.mu.Lock()
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		k.sent = append(k.sent, token)
	}
	k.mu.Unlock()
	return k.RoundTripper.RoundTrip(r)
}

// lineFields are the only fields that the log line of a request may have.
var lineFields = []string{"time", "level", "msg", "nsid", "status", "error", "duration_ms", "bytes_in", "bytes_out", "request_id", "cause"}

// TestLogHasNoIdentifiers plays a conversation with all kinds of errors,
// internal ones included, and checks the log at level info and above. It is not
// parallel because it also captures the default logger.
func TestLogHasNoIdentifiers(t *testing.T) {
	std := &lines{}
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(std, &slog.HandlerOptions{ReplaceAttr: httpd.Redact})))
	defer slog.SetDefault(old)

	sc := newScene(t, newStack(t))
	k := &tokens{RoundTripper: sc.client.Transport}
	sc.client.Transport = k
	sc.playRefusals(t)
	secrets := sc.identifiers(t)
	before := len(sc.log.all())
	failures := sc.playFailures(t)
	secrets = append(secrets, sc.tickets...)
	if n := len(sc.log.all()) - before; n < failures {
		t.Errorf("%d calls failed, the log has %d lines of them", failures, n)
	}
	secrets = append(secrets, k.sent...)
	secrets = append(secrets, sc.addr, "127.0.0.1", "[::1]", sc.blobDir)

	secrets = append(secrets, sc.start, sc.now(t))

	errors := 0
	for _, line := range append(sc.log.all(), std.all()...) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			if line == "" {
				continue
			}
			t.Fatalf("a line of the log is no JSON: %s", line)
		}
		if fields["level"] == "DEBUG" {
			continue
		}
		if fields["level"] == "ERROR" {
			errors++
		}
		for _, secret := range secrets {
			if strings.Contains(strings.ToLower(line), strings.ToLower(secret)) {
				t.Errorf("the log has %s: %s", secret, line)
			}
		}
		for name := range fields {
			if fields["msg"] == "request" && !slices.Contains(lineFields, name) {
				t.Errorf("the line of a request has a field %s", name)
			}
		}
	}
	if errors < failures {
		t.Errorf("the log has %d errors, want one for each of %d failures", errors, failures)
	}
}

// identifiers are all stored identifiers, and each part of every token.
func (sc *scene) identifiers(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, sql := range []string{
		`SELECT encode(convo_id, 'hex') FROM conversations`, `SELECT did FROM memberships UNION SELECT did FROM accounts`,
		`SELECT encode(message_id, 'hex') FROM messages UNION SELECT encode(message_id, 'hex')::uuid::text FROM messages WHERE octet_length(message_id) = 16`, `SELECT device_id FROM devices`, `SELECT cid FROM blobs`,
		`SELECT encode(ref, 'hex') FROM key_packages`, `SELECT encode(record_id, 'hex') FROM idempotency_records`,
	} {
		rows := must(sc.pool.Query(t.Context(), sql))(t)
		n := 0
		for ; rows.Next(); n++ {
			var s string
			if err := rows.Scan(&s); err != nil {
				t.Fatal(err)
			}
			out = append(out, s)
		}
		if rows.Err() != nil || n == 0 {
			t.Fatalf("%s: %d rows, %v", sql, n, rows.Err())
		}
	}
	return append(out, sc.nonMember.DID, sc.newcomer.DID, "my-message", "my-key")
}

// playRefusals makes calls of all kinds that are refused or lost.
func (sc *scene) playRefusals(t testing.TB) {
	t.Helper()
	in := messageCall(sc.g, 10)
	in["msgId"], in["idempotencyKey"] = "my-message", "my-key"
	ok[object](t, sc.call(t, sc.bob.Account, "sendMessage", in))
	other := maps.Clone(in)
	other["msgId"] = "another"
	refused(t, sc.call(t, sc.bob.Account, "sendMessage", other), gen.ErrIdempotencyConflict)
	for _, c := range inConversation {
		sc.call(t, sc.nonMember.Account, methodOf(c.name), c.input(sc, sc.g, sc.nonMember))
		sc.call(t, sc.removed.Account, methodOf(c.name), c.input(sc, sc.g, sc.removed))
	}
	for _, o := range others {
		sc.call(t, sc.bob.Account, o.method, o.input(sc))
	}
	stale := commitCall(sc.g, sc.g.Commit(sc.bob.device, mlstest.Plan{}))
	ok[object](t, sc.call(t, sc.alice.Account, "sendCommit", commitCall(sc.g, sc.g.Commit(sc.alice.device, mlstest.Plan{}))))
	ok[object](t, sc.call(t, sc.bob.Account, "sendCommit", stale))

	sc.playTickets(t)
	// Tokens: for another method, signed with another key, used twice, of an
	// unknown account.
	m := gen.MethodGetEpoch
	rotated := newActor()
	ok[object](t, sc.call(t, rotated.Account, "getConvos", nil))
	forged := *rotated.Account
	forged.Key = newActor().Key
	unknown := newActor()
	plc.Tombstone(unknown.DID, http.StatusGone)
	for _, token := range []string{
		sc.bob.Token(serviceDID, "blue.catbird.mls.other"), sc.bob.Token("did:web:other.example", m.NSID),
		forged.Token(serviceDID, m.NSID), unknown.Token(serviceDID, m.NSID), "nonsense", "eyJhbGciOiJub25lIn0.e30.",
	} {
		r := sc.request(t, m, object{"convoId": sc.g.ID()})
		r.Header.Set("Authorization", "Bearer "+token)
		if a := sc.do(t, m, r); a.status != http.StatusUnauthorized {
			t.Errorf("answer is %s", a.short())
		}
	}
}

// playTickets misuses tickets in places where a URL with one might be logged.
func (sc *scene) playTickets(t testing.TB) {
	t.Helper()
	for _, method := range both {
		used := sc.ticket(t)
		ok[object](t, sc.call(t, nil, method, object{"ticket": used, "cursor": sc.start}))
		refused(t, sc.call(t, nil, method, object{"ticket": used}), gen.ErrInvalidTicket)
		refused(t, sc.call(t, nil, method, object{"ticket": sc.ticket(t), "cursor": "nonsense"}), gen.ErrInvalidCursor)
		refused(t, sc.call(t, sc.bob.Account, method, object{"ticket": sc.ticket(t)}), xrpc.InvalidRequest)
		refused(t, sc.call(t, nil, method, object{"ticket": sc.ticket(t) + strings.Repeat("A", 200)}), gen.ErrInvalidTicket)
	}
	for _, path := range []string{"blue.catbird.mls.other", "blue.catbird.mls.getEpoch", gen.NSIDSubscribeConvoEvents, gen.NSIDStreamConvoEvents + "/", "%zz"} {
		for _, verb := range []string{http.MethodGet, http.MethodPost} {
			r := must(http.NewRequestWithContext(t.Context(), verb, sc.url, nil))(t)
			r.URL.Opaque = "//" + sc.addr + "/xrpc/" + path
			r.URL.RawQuery = "ticket=" + sc.ticket(t) + "&ticket=" + sc.ticket(t)
			if a := sc.send(t, r); a.status < 400 {
				t.Errorf("%s %s: %s", verb, path, a.short())
			}
		}
	}
}

// ticket gets a ticket and records it.
func (sc *scene) ticket(t testing.TB) string {
	t.Helper()
	out := ok[struct{ Ticket string }](t, sc.call(t, sc.bob.Account, "getSubscriptionTicket", object{"convoId": sc.g.ID()}))
	sc.tickets = append(sc.tickets, out.Ticket)
	return out.Ticket
}

// playFailures breaks the service below its methods, calls them, and returns
// how many calls failed.
func (sc *scene) playFailures(t testing.TB) int {
	t.Helper()
	n := 0
	fail := func(as actor, method string, in any, want string) {
		t.Helper()
		m := methodNamed(t, method)
		r := sc.request(t, m, in)
		if as.Account != nil {
			r.Header.Set("Authorization", "Bearer "+as.Token(serviceDID, m.NSID))
		}
		a := sc.send(t, r)
		e, err := envelope(a)
		if err != nil || e.Error != want || a.status < 500 {
			t.Errorf("%s: answer is %s, want %s", method, a.short(), want)
		}
		sc.tellsNothing(t, a)
		n++
	}
	// A trigger that puts the values of the row into its error.
	dbtest.Exec(t, sc.pool, `CREATE FUNCTION complain() RETURNS trigger LANGUAGE plpgsql AS
		$$BEGIN RAISE EXCEPTION 'no % for "%" in %', NEW.did, NEW.did, NEW.convo_id; END$$`)
	dbtest.Exec(t, sc.pool, `CREATE TRIGGER complain BEFORE INSERT OR UPDATE ON read_positions FOR EACH ROW EXECUTE FUNCTION complain()`)
	fail(sc.bob, "updateCursor", object{"convoId": sc.g.ID(), "seq": 1}, xrpc.InternalServerError)
	// A query for a ticket that fails with an error that contains the ticket.
	late := sc.ticket(t)
	dbtest.Exec(t, sc.pool, `CREATE FUNCTION complain_of_ticket() RETURNS trigger LANGUAGE plpgsql AS
		$$BEGIN RAISE EXCEPTION 'no ticket of % for %', OLD.did, OLD.convo_id; END$$`)
	dbtest.Exec(t, sc.pool, `CREATE TRIGGER complain BEFORE DELETE ON tickets FOR EACH ROW EXECUTE FUNCTION complain_of_ticket()`)
	for _, method := range both {
		fail(actor{}, method, object{"ticket": late}, xrpc.InternalServerError)
	}
	dbtest.Exec(t, sc.pool, `DROP TRIGGER complain ON tickets`)
	dbtest.Exec(t, sc.pool, `ALTER TABLE messages RENAME TO gone`)
	fail(sc.bob, "sendMessage", messageCall(sc.g, 10), xrpc.InternalServerError)
	fail(sc.bob, "getMessages", object{"convoId": sc.g.ID()}, xrpc.InternalServerError)
	dbtest.Exec(t, sc.pool, `ALTER TABLE gone RENAME TO messages`)
	dbtest.Exec(t, sc.pool, `ALTER TABLE key_packages RENAME TO gone`)
	fail(sc.nonMember, "getKeyPackages", object{"dids": []string{sc.bob.DID}}, xrpc.InternalServerError)
	fail(sc.nonMember, "publishKeyPackage", publication(sc.nonMember.device.KeyPackage()), xrpc.InternalServerError)
	dbtest.Exec(t, sc.pool, `ALTER TABLE gone RENAME TO key_packages`)
	if err := os.RemoveAll(sc.blobDir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(sc.blobDir, nil, 0o600); err != nil { // a file where a directory should be
		t.Fatal(err)
	}
	fail(sc.bob, "uploadBlob", []byte("lost"), xrpc.ServiceUnavailable)
	return n
}
