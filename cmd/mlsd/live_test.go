package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/auth/authtest"
)

// stream opens a stream of server-sent events.
func (r *running) stream(t *testing.T, token, query string) *http.Response {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.addr+"/xrpc/"+gen.NSIDStreamConvoEvents+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return res
}

// TestStopEndsStreams checks that a server that stops ends its streams cleanly.
func TestStopEndsStreams(t *testing.T) {
	plc := authtest.NewPLC()
	defer plc.Close()
	alice := plc.NewAccount()
	for _, redis := range []string{"", dbtest.Redis(t)} {
		r := start(t, "MLS_PLC_URL="+plc.URL, "REDIS_URL="+redis)
		res := r.stream(t, alice.Token(r.did(), gen.NSIDStreamConvoEvents), "")
		lines := bufio.NewScanner(res.Body)
		cursor := ""
		for lines.Scan() && !strings.Contains(lines.Text(), "connected") {
			if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
				cursor = id
			}
		}
		if res.StatusCode != http.StatusOK || cursor == "" {
			t.Fatalf("status %d, cursor %q", res.StatusCode, cursor)
		}
		r.stop()
		rest := ""
		for lines.Scan() {
			rest += lines.Text() + "\n"
		}
		if err := lines.Err(); err != nil || !strings.Contains(rest, "closing") {
			t.Errorf("the stream ended with %v and\n%s", err, rest)
		}
		if code := r.wait(t); code != 0 {
			t.Errorf("exit status %d:\n%s", code, r.log)
		}
	}
}

// TestTicketOverHTTP checks that a ticket opens a stream and does not appear in
// the log.
func TestTicketOverHTTP(t *testing.T) {
	plc := authtest.NewPLC()
	defer plc.Close()
	alice := plc.NewAccount()
	r := start(t, "MLS_PLC_URL="+plc.URL, "MLS_LOG_LEVEL=debug")
	code, body := r.call(t, "POST", gen.NSIDGetSubscriptionTicket, alice.Token(r.did(), gen.NSIDGetSubscriptionTicket), "{}")
	_, ticket, _ := strings.Cut(body, `"ticket":"`)
	ticket, _, _ = strings.Cut(ticket, `"`)
	if code != http.StatusOK || ticket == "" {
		t.Fatalf("%d %s", code, body)
	}
	res := r.stream(t, "", "?ticket="+ticket)
	if res.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(res.Body) // only makes the failure message more helpful
		t.Fatalf("status %d %s", res.StatusCode, b)
	}
	if again := r.stream(t, "", "?ticket="+ticket); again.StatusCode != http.StatusUnauthorized {
		t.Errorf("used again: status %d", again.StatusCode)
	}
	r.stop()
	r.wait(t) // the whole log is written by then
	if strings.Contains(r.log.String(), ticket) {
		t.Error("the ticket is in the log")
	}
}

func TestNewGeneration(t *testing.T) {
	database := dbtest.URL(t)
	p := program{out: io.Discard, errOut: io.Discard, environ: []string{"DATABASE_URL=" + database, "MLS_DATA_DIR=" + t.TempDir()}}
	if code := p.main(t.Context(), []string{"admin", "new-generation"}); code != 0 {
		t.Fatalf("exit status %d", code)
	}
	var gen int64
	if err := dbtest.Open(t, database).QueryRow(t.Context(), "SELECT gen FROM log_generation").Scan(&gen); err != nil || gen != 2 {
		t.Errorf("generation %d, %v", gen, err)
	}
	if code := p.main(t.Context(), []string{"admin"}); code != 2 {
		t.Errorf("without a chore: exit status %d", code)
	}
}
