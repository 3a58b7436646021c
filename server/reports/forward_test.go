package reports_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/reports"
)

const (
	service = "did:web:mls.example"
	labeler = "did:web:mod.example"
	bob     = "did:web:bob.example"
)

// inbox is a moderation service. It counts what arrives, and answers by status.
type inbox struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []map[string]any
	tokens []string
	status int
	answer string
}

func newInbox(t *testing.T) *inbox {
	i := &inbox{status: http.StatusOK, answer: `{"id":77}`}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		var body map[string]any
		if r.Method != http.MethodPost || r.URL.Path != "/xrpc/com.atproto.moderation.createReport" || json.NewDecoder(r.Body).Decode(&body) != nil {
			t.Errorf("the moderation service got %s %s", r.Method, r.URL)
		}
		i.bodies = append(i.bodies, body)
		i.tokens = append(i.tokens, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		w.WriteHeader(i.status)
		_, _ = io.WriteString(w, i.answer)
	}))
	t.Cleanup(i.Close)
	return i
}

func (i *inbox) set(status int, answer string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.status, i.answer = status, answer
}

// got returns how often each reason arrived.
func (i *inbox) got() map[string]int {
	i.mu.Lock()
	defer i.mu.Unlock()
	out := map[string]int{}
	for _, b := range i.bodies {
		out[fmt.Sprint(b["reason"])]++
	}
	return out
}

func newKey(t *testing.T) *auth.Key {
	key, err := auth.GenerateKey(auth.K256, service)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (i *inbox) recipient(key *auth.Key) *reports.Labeler {
	return &reports.Labeler{
		DID: labeler, ServiceDID: service, Key: func() *auth.Key { return key }, Client: auth.NewGuardedClient(true), Now: time.Now,
		Endpoint: func(_ context.Context, did, fragment string) (string, error) {
			if did != labeler || fragment != "#atproto_labeler" {
				return "", errors.New("another service was looked for")
			}
			return i.URL, nil
		},
	}
}

func noRecord(context.Context, *db.Queries, string, string) error { return nil }

func forwarder(pool *pgxpool.Pool, to reports.Recipient) *reports.Forwarder {
	return reports.NewForwarder(reports.ForwarderConfig{Pool: pool, To: to, Record: noRecord, Log: slog.New(slog.DiscardHandler)})
}

// file stores n reports about an account that are due.
func file(t *testing.T, pool *pgxpool.Pool, n int) {
	dbtest.Exec(t, pool, `INSERT INTO reports (reporter_did, reason_type, reason, convo_id, message_id, evidence, subject_did, created_at, forward_after)
		SELECT 'did:web:alice.example', 'com.atproto.moderation.defs#reasonRude', 'what she said', '\x01', '\x02', '\x03', $1, now(), now()
		FROM generate_series(1, $2::bigint)`, bob, n)
}

// TestForward sends what is due, once, with nothing but account, type and number.
func TestForward(t *testing.T) {
	t.Parallel()
	pool, in, key := dbtest.Pool(t), newInbox(t), newKey(t)
	file(t, pool, 4)
	dbtest.Exec(t, pool, `UPDATE reports SET resolved_at = now() WHERE report_id = 2`)
	dbtest.Exec(t, pool, `UPDATE reports SET subject_did = 'did:erased:x' WHERE report_id = 3`)
	dbtest.Exec(t, pool, `UPDATE reports SET forward_after = NULL WHERE report_id = 4`)
	registry := prometheus.NewRegistry()
	var audit []string
	f := reports.NewForwarder(reports.ForwarderConfig{
		Pool: pool, To: in.recipient(key), Log: slog.New(slog.DiscardHandler), Registry: registry,
		Record: func(_ context.Context, _ *db.Queries, action, subject string) error {
			audit = append(audit, action+" "+subject)
			return nil
		},
	})
	f.Round(t.Context())
	f.Round(t.Context())
	want := map[string]any{
		"reasonType": "com.atproto.moderation.defs#reasonRude", "reason": "Report 1 at " + service,
		"subject": map[string]any{"$type": "com.atproto.admin.defs#repoRef", "did": bob},
	}
	if len(in.bodies) != 1 || fmt.Sprint(in.bodies[0]) != fmt.Sprint(want) {
		t.Fatalf("the moderation service got %v, want %v once", in.bodies, want)
	}
	checkToken(t, in.tokens[0], key)
	if id := dbtest.Value[int64](t, pool, `SELECT forwarded_id FROM reports WHERE report_id = 1 AND forwarded_at IS NOT NULL AND forward_after IS NULL`); id != 77 {
		t.Errorf("forwarded as %d", id)
	}
	if !slices.Equal(audit, []string{"reports forward report 1"}) {
		t.Errorf("the audit has %v", audit)
	}
	if err := testutil.GatherAndCompare(registry, strings.NewReader(`# HELP mls_report_forwards_total Attempts of this instance to forward a report to the moderation service (MLS_REPORT_SERVICE).
# TYPE mls_report_forwards_total counter
mls_report_forwards_total{outcome="failed"} 0
mls_report_forwards_total{outcome="forwarded"} 1
`), "mls_report_forwards_total"); err != nil {
		t.Error(err)
	}
}

// checkToken requires a service token for this call, signed by the key.
func checkToken(t *testing.T, token string, key *auth.Key) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("no token: %q", token)
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		t.Fatal(err)
	}
	public, err := key.Public()
	if err != nil {
		t.Fatal(err)
	}
	if err := public.HashAndVerify([]byte(parts[0]+"."+parts[1]), signature); err != nil {
		t.Errorf("the signature: %v", err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(raw, &claims); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"iss": service, "aud": labeler, "lxm": "com.atproto.moderation.createReport"} {
		if claims[name] != want {
			t.Errorf("%s is %v, want %s", name, claims[name], want)
		}
	}
}

// TestForwardAgain makes a report wait after each failure, longer each time, and sends
// it when the service works again.
func TestForwardAgain(t *testing.T) {
	t.Parallel()
	pool, in := dbtest.Pool(t), newInbox(t)
	file(t, pool, 1)
	f := forwarder(pool, in.recipient(newKey(t)))
	shortest := 45.0
	for attempt, fault := range []struct {
		status int
		answer string
	}{
		{500, `{}`}, {400, `{"error":"InvalidRequest"}`}, {200, `{"id":0}`}, {200, `<html>`}, {302, ``}, {200, `{"id":1,"x":"` + strings.Repeat("x", auth.MaxDocument) + `"}`},
	} {
		in.set(fault.status, fault.answer)
		f.Round(t.Context())
		f.Round(t.Context())
		if n := len(in.got()); n != 1 || in.got()["Report 1 at "+service] != attempt+1 {
			t.Fatalf("after failure %d: %v", attempt+1, in.got())
		}
		wait := dbtest.Value[float64](t, pool, `SELECT extract(epoch FROM forward_after - clock_timestamp())::float8 FROM reports WHERE forwarded_at IS NULL`)
		if wait < shortest*0.9 || wait > shortest*5/3+1 { // a slow machine takes some of it
			t.Errorf("the pause after failure %d is %.0f s, want %.0f to %.0f", attempt+1, wait, shortest, shortest*5/3)
		}
		shortest *= 2
		dbtest.Exec(t, pool, `UPDATE reports SET forward_after = now()`)
	}
	in.set(http.StatusOK, `{"id":5}`)
	f.Round(t.Context())
	f.Round(t.Context())
	if n := in.got()["Report 1 at "+service]; n != 7 {
		t.Errorf("%d attempts, want 7", n)
	}
}

// TestForwardOfManyInstances lets instances compete: each report is sent once.
func TestForwardOfManyInstances(t *testing.T) {
	t.Parallel()
	pool, in, key := dbtest.Pool(t), newInbox(t), newKey(t)
	const n = 30
	file(t, pool, n)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() { forwarder(pool, in.recipient(key)).Round(t.Context()) })
	}
	group.Wait()
	got := in.got()
	if len(got) != n || slices.Max(slices.Collect(maps.Values(got))) != 1 {
		t.Errorf("sent: %v", got)
	}
}

// TestForwardedIsRecorded fails the recording after the answer came, while the instance
// stops. The report is recorded and not sent twice.
func TestForwardedIsRecorded(t *testing.T) {
	t.Parallel()
	pool, in := dbtest.Pool(t), newInbox(t)
	file(t, pool, 1)
	ctx, stop := context.WithCancel(t.Context())
	failures := 2
	f := reports.NewForwarder(reports.ForwarderConfig{
		Pool: pool, To: in.recipient(newKey(t)), Log: slog.New(slog.DiscardHandler), StopTimeout: time.Hour,
		Record: func(context.Context, *db.Queries, string, string) error {
			stop()
			if failures--; failures >= 0 {
				return errors.New("the disk is full")
			}
			return nil
		},
	})
	f.Round(ctx)
	dbtest.Exec(t, pool, `UPDATE reports SET forward_after = now() WHERE forward_after IS NOT NULL`)
	forwarder(pool, in.recipient(newKey(t))).Round(t.Context())
	if got := in.got(); len(got) != 1 || got["Report 1 at "+service] != 1 {
		t.Errorf("sent: %v", got)
	}
}

// TestForwarderStops lets every recording fail while the instance stops: Run ends in its
// time, long before the lease of the report.
func TestForwarderStops(t *testing.T) {
	t.Parallel()
	pool, in := dbtest.Pool(t), newInbox(t)
	file(t, pool, 1)
	ctx, stop := context.WithCancel(t.Context())
	f := reports.NewForwarder(reports.ForwarderConfig{
		Pool: pool, To: in.recipient(newKey(t)), Log: slog.New(slog.DiscardHandler), StopTimeout: 10 * time.Millisecond,
		Record: func(context.Context, *db.Queries, string, string) error {
			stop()
			return errors.New("the disk is full")
		},
	})
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx) }()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Minute):
		t.Error("Run has not ended 5 minutes after the stop")
	}
	if got := in.got(); len(got) != 1 {
		t.Errorf("sent: %v", got)
	}
}

// TestForwardLease lets an instance end in the midst of an attempt: no other one takes
// the report before the lease has ended.
func TestForwardLease(t *testing.T) {
	t.Parallel()
	pool, in := dbtest.Pool(t), newInbox(t)
	file(t, pool, 1)
	if _, err := db.New(pool).TakeReportToForward(t.Context(), 600, "did:erased:"); err != nil {
		t.Fatal(err)
	}
	f := forwarder(pool, in.recipient(newKey(t)))
	f.Round(t.Context())
	if got := in.got(); len(got) != 0 {
		t.Errorf("sent within the lease: %v", got)
	}
	dbtest.Exec(t, pool, `UPDATE reports SET forward_after = now()`)
	f.Round(t.Context())
	if got := in.got(); len(got) != 1 {
		t.Errorf("sent after the lease: %v", got)
	}
}
