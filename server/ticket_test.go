package server

import (
	"bufio"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/health"
	"catbird.blue/mls/server/httpd"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/live"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// refuse refuses every token.
type refuse struct{}

func (refuse) Authenticate(context.Context, *http.Request, *xrpc.Method) (xrpc.Proof, error) {
	return xrpc.Proof{}, xrpc.Errorf(http.StatusUnauthorized, xrpc.AuthenticationRequired, "a token is needed")
}

// ticketSite serves s over HTTP to callers with tickets.
func ticketSite(t testing.TB, s *Server) *httptest.Server {
	t.Helper()
	site := httptest.NewServer(httpd.NewHandler(httpd.HandlerConfig{
		Service: s, Plumbing: xrpc.Plumbing{Auth: refuse{}, Tickets: live.NewTickets(s.Pool, nil)},
		Health: httpd.NewHealth(health.New(health.Config{Checks: []health.Check{health.NewDatabase(s.Pool, nil).Check()}}), "test"), Metrics: httpd.NewMetrics("test"), Log: slog.New(slog.DiscardHandler),
	}))
	t.Cleanup(site.Close)
	return site
}

func ticketFor(t testing.TB, s *Server, who string, convo *xrpc.ConvoID) *gen.GetSubscriptionTicketOutput {
	t.Helper()
	out, err := s.GetSubscriptionTicket(t.Context(), servertest.As(who), &gen.GetSubscriptionTicketInput{ConvoID: convo})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// open opens a stream of server-sent events with a ticket.
func open(t testing.TB, site *httptest.Server, ticket string, more ...string) (*http.Response, error) {
	t.Helper()
	q := url.Values{"ticket": {ticket}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, site.URL+"/xrpc/"+gen.NSIDStreamConvoEvents+"?"+q.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return http.DefaultClient.Do(req)
}

// line reads up to a line that contains the text.
func line(t testing.TB, r *bufio.Scanner, text string) string {
	t.Helper()
	for r.Scan() {
		if strings.Contains(r.Text(), text) {
			return r.Text()
		}
	}
	t.Fatalf("the stream ended before %q: %v", text, r.Err())
	return ""
}

func TestTicketOpensAStream(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice, bob := servertest.DID("alice"), servertest.DID("bob")
	one, two := servertest.AddConvo(t, s.Pool, 1, alice, bob), servertest.AddConvo(t, s.Pool, 1, alice, bob)
	site := ticketSite(t, s)
	out := ticketFor(t, s, bob, &one)
	if out.Endpoint != "wss://mls.example/xrpc/blue.catbird.mls.subscribeConvoEvents" {
		t.Errorf("endpoint is %s", out.Endpoint)
	}
	if expires, err := time.Parse(time.RFC3339, out.ExpiresAt); err != nil || time.Until(expires) > time.Minute {
		t.Errorf("it expires at %s, %v", out.ExpiresAt, err)
	}
	res, err := open(t, site, out.Ticket)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if ct := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || !strings.HasPrefix(ct, "text/event-stream") {
		t.Fatalf("status %d, %s", res.StatusCode, ct)
	}
	lines := bufio.NewScanner(res.Body)
	line(t, lines, "connected")
	servertest.SendMessages(t, s, two, alice, 1)
	servertest.SendMessages(t, s, one, alice, 1)
	if got := line(t, lines, "#messageEvent"); !strings.Contains(got, string(one)) {
		t.Errorf("a ticket for one conversation shows %s", got)
	}
	for name, again := range map[string]string{"used": out.Ticket, "unknown": "nonsense"} {
		res, err := open(t, site, again)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusUnauthorized {
			t.Errorf("a ticket that is %s: status %d", name, res.StatusCode)
		}
	}
	res, err = open(t, site, ticketFor(t, s, bob, &one).Ticket, "convoId", string(two))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusNotFound {
		t.Errorf("a ticket for another conversation: status %d", res.StatusCode)
	}
}

// TestTicketOnce: of many concurrent uses of one ticket, on two instances, one
// succeeds.
func TestTicketOnce(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	two := secondInstance(t, s)
	ticket := ticketFor(t, s, servertest.DID("alice"), nil).Ticket
	for range 2 {
		// A call that a limit refused has not spent its ticket.
		if _, err := live.NewTickets(s.Pool, nil).Find(t.Context(), ticket, gen.MethodStreamConvoEvents); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	var in atomic.Int32
	for i := range 20 {
		pool := s.Pool
		if i%2 == 1 {
			pool = two.Pool
		}
		wg.Go(func() {
			proof, err := live.NewTickets(pool, nil).Find(context.Background(), ticket, gen.MethodStreamConvoEvents)
			if err == nil && proof.Spend(context.Background()) == nil && proof.Caller.DID == servertest.DID("alice") {
				in.Add(1)
			}
		})
	}
	wg.Wait()
	if in.Load() != 1 {
		t.Errorf("%d got in with one ticket", in.Load())
	}
	if dbtest.Value[bool](t, s.Pool, `SELECT EXISTS (SELECT FROM tickets WHERE ticket_hash = $1)`, []byte(ticket)) {
		t.Error("a ticket is kept as it is")
	}
	late := live.NewTickets(s.Pool, func() time.Time { return time.Now().Add(limit.TicketTime) })
	_, err := late.Find(t.Context(), ticketFor(t, s, servertest.DID("alice"), nil).Ticket, gen.MethodStreamConvoEvents)
	servertest.WantError(t, err, gen.ErrInvalidTicket)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	_, err = s.GetSubscriptionTicket(t.Context(), servertest.As(servertest.DID("bob")), &gen.GetSubscriptionTicketInput{ConvoID: &convo})
	servertest.WantError(t, err, gen.ErrConvoNotFound)
	servertest.EndMember(t, s.Pool, convo, servertest.DID("alice"))
	_, err = s.GetSubscriptionTicket(t.Context(), servertest.As(servertest.DID("alice")), &gen.GetSubscriptionTicketInput{ConvoID: &convo})
	servertest.WantError(t, err, gen.ErrNotMember)
}

func TestSendEphemeral(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice, bob := servertest.DID("alice"), servertest.DID("bob")
	convo := servertest.AddConvo(t, s.Pool, 1, alice, bob)
	b, c := servertest.Listen(t, s.Pool, s.config.Hub, bob), servertest.Listen(t, s.Pool, s.config.Hub, servertest.DID("carol"))
	servertest.Eventually(t, func() bool { return b.Info("live") == 1 && c.Info("live") == 1 })
	send := func(who string, epoch int64) error {
		_, err := s.SendEphemeral(t.Context(), servertest.As(who), &gen.SendEphemeralInput{ConvoID: convo, Ciphertext: []byte("x"), Epoch: epoch})
		return err
	}
	if err := send(alice, 1); err != nil {
		t.Fatal(err)
	}
	servertest.Eventually(t, func() bool { return b.Ephemerals() == 1 })
	if c.Ephemerals() != 0 {
		t.Error("a non-member got a signal")
	}
	servertest.WantError(t, send(alice, 2), gen.ErrEpochMismatch)
	servertest.WantError(t, send(servertest.DID("carol"), 1), gen.ErrConvoNotFound)
	servertest.EndMember(t, s.Pool, convo, bob)
	servertest.WantError(t, send(bob, 1), gen.ErrNotMember)
	if err := send(alice, 1); err != nil {
		t.Fatal(err)
	}
	if b.Ephemerals() != 1 {
		t.Error("a former member heard a signal")
	}
	if n := dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM messages`); n != 0 {
		t.Errorf("%d rows were stored", n)
	}
}
