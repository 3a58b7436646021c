package apitest

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// bystanders must not be affected by the flood of another account: a known
// account whose key is cached, a new account, and a new device of the first.
type bystanders struct {
	s     *stack
	known actor
	group *mlstest.Group
}

func (s *stack) bystanders(t testing.TB) *bystanders {
	t.Helper()
	b := &bystanders{s: s, known: newActor()}
	b.group = s.conversation(t, b.known)
	return b
}

// served fails the test unless all bystanders are served.
func (b *bystanders) served(t testing.TB) {
	t.Helper()
	ok[object](t, b.s.call(t, b.known.Account, "sendMessage", messageCall(b.group, 1000)))
	b.s.conversation(t, newActor())
	b.s.publish(t, actor{b.known.Account, mlstest.NewClient(b.known.DID)})
}

// slow starts a message of an account of size bytes, and sends only sent of
// them.
func (s *stack) slow(t testing.TB, as *actor, m *xrpc.Method, size, sent int) *wire {
	t.Helper()
	w := s.dial(t)
	w.head(m, as, fmt.Sprintf("Content-Length: %d", size))
	if _, err := io.WriteString(w, strings.Repeat(" ", sent)); err != nil {
		t.Fatal(err)
	}
	return w
}

// answered returns the statuses of all responses as they arrive.
func answered(wires []*wire) <-chan int {
	out := make(chan int, len(wires))
	for _, w := range wires {
		go func() {
			if res, err := http.ReadResponse(w.r, nil); err == nil {
				out <- res.StatusCode
			}
		}()
	}
	return out
}

// used waits until the memory for bodies satisfies wanted.
func (s *stack) used(t testing.TB, what string, wanted func(int64) bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !wanted(s.bodies.Used()); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: bodies take %d bytes", what, s.bodies.Used())
		}
	}
}

// A hundred slow bodies of one account stay within its memory limit: the
// slowest are refused, and no other account is affected.
func TestSlowBodiesOfOneAccount(t *testing.T) {
	t.Parallel()
	const account = 4 << 20
	s := newStack(t, func(o *options) { o.bodies.Instance, o.bodies.Account = 8<<20, account })
	others, who := s.bystanders(t), newActor()
	var slow []*wire
	for range 100 {
		slow = append(slow, s.slow(t, &who, gen.MethodSendMessage, 2<<20, 200<<10))
		if used := s.bodies.Used(); used > account+1<<20 {
			t.Fatalf("bodies take %d bytes", used)
		}
	}
	s.used(t, "the flood did nothing", func(n int64) bool { return n > account*3/4 })
	others.served(t)
	// Of a hundred bodies that arrive together only so many fit; the others
	// have been refused.
	refusals := map[int]int{}
	for answers := answered(slow); refusals[429]+refusals[408] < 100-account/(128<<10); {
		select {
		case status := <-answers:
			refusals[status]++
		case <-time.After(patience):
			t.Fatalf("answers by status: %v", refusals)
		}
	}
	for _, w := range slow {
		w.Close()
	}
	s.used(t, "after the flood", func(n int64) bool { return n == 0 })
}

// When the instance is full, the account with the most bytes loses its slowest
// body, and new bodies are accepted.
func TestBodiesOfManyAccounts(t *testing.T) {
	t.Parallel()
	var wait atomic.Int64
	s := newStack(t, func(o *options) {
		o.bodies.Instance, o.bodies.Account = 4<<20, 3<<20
		o.bodies.Now = func() time.Time { return time.Unix(1_800_000_000, wait.Load()) }
	})
	others := s.bystanders(t)
	greedy, modest := newActor(), newActor()
	var wires []*wire
	for i := range 14 {
		who := greedy
		if i >= 10 {
			who = modest
		}
		wires = append(wires, s.slow(t, &who, gen.MethodSendMessage, 1<<20, 150<<10))
		s.used(t, "a body is not charged", func(n int64) bool { return n >= int64(i+1)*256<<10 })
	}
	wait.Store(int64(10 * time.Second)) // now they are old enough to count as slow
	others.served(t)
	ok[object](t, s.call(t, others.known.Account, "sendMessage", messageCall(others.group, 600<<10)))
	if status := <-answered(wires[:10]); status != http.StatusRequestTimeout {
		t.Errorf("a slow body of the greedy one is answered %d", status)
	}
	select {
	case status := <-answered(wires[10:]):
		t.Errorf("a body of an account within its share is answered %d", status)
	default:
	}
}

// Bodies of unauthenticated callers are discarded with little memory, which is
// charged to the budget.
func TestSlowBodiesWithoutToken(t *testing.T) {
	t.Parallel()
	s := newStack(t, func(o *options) { o.bodies.Instance, o.bodies.Account = 4<<20, 3<<20 })
	others := s.bystanders(t)
	for range 100 {
		s.slow(t, nil, gen.MethodSendMessage, 10<<20, 300<<10)
	}
	s.used(t, "the flood did nothing", func(n int64) bool { return n >= 50*8<<10 })
	if used := s.bodies.Used(); used > 100*8<<10 {
		t.Errorf("bodies take %d bytes", used)
	}
	others.served(t)
}

// describeService is public: a source that calls it all the time uses up only
// its own rate.
func TestPublicCallsBySource(t *testing.T) {
	t.Parallel()
	s := newStack(t, func(o *options) {
		o.limits.Off = false
		o.limits.Clock = func() time.Duration { return 0 }
	})
	ask := func(forwarded string) answer {
		t.Helper()
		r := s.request(t, gen.MethodDescribeService, nil)
		r.Header.Set("X-Forwarded-For", forwarded)
		return s.do(t, gen.MethodDescribeService, r)
	}
	burst := int(limit.AccountRow(xrpc.RatePublic).Amount)
	for i := range burst {
		// Neither an entry that the client itself put before that of the proxy
		// counts, nor the address within its network.
		ok[object](t, ask(fmt.Sprintf("198.51.100.%d, 203.0.113.%d", i%250, i%250)))
	}
	refused(t, ask("203.0.113.9"), xrpc.RateLimitExceeded)
	first := ask("203.0.114.9")
	ok[object](t, first)
	if again := ask("2001:db8::1"); string(again.body) != string(first.body) {
		t.Error("the answer is another one for somebody else")
	}
}

// Idle connections far beyond the limit do not keep other clients out.
func TestIdleConnections(t *testing.T) {
	t.Parallel()
	s := newStack(t, func(o *options) { o.conns.Max, o.conns.Trusted = 64, nil })
	others := s.bystanders(t)
	p := s.opened(t, others.known.Account, "streamConvoEvents", nil)
	p.nextEvent()
	for range 500 {
		c := must(net.Dial("tcp", s.addr))(t)
		t.Cleanup(func() { c.Close() })
	}
	others.served(t)
	p.nextEvent() // the stream is still open and receives events
	for _, path := range []string{"/health", "/health/ready", "/xrpc/_health"} {
		if a := s.send(t, must(http.NewRequest(http.MethodGet, s.url+path, nil))(t)); a.status != http.StatusOK {
			t.Errorf("%s: %s", path, a.short())
		}
	}
}

// While all connections are in unauthenticated requests, health checks are
// answered and streams open; all other requests get a Retry-After.
func TestReserveOfConnections(t *testing.T) {
	t.Parallel()
	const max, kept = 64, 8
	inside, release := make(chan struct{}), make(chan struct{})
	s := newStack(t, func(o *options) {
		o.conns.Max = max
		// No request is old enough for its connection to be replaced.
		o.conns.Now = func() time.Time { return time.Unix(1_800_000_000, 0) }
		o.first = append(o.first, func(_ context.Context, c *xrpc.Call) error {
			if c.Request.Header.Get("X-Hold") != "" {
				inside <- struct{}{}
				<-release
			}
			return nil
		})
	})
	who := newActor()
	s.conversation(t, who)
	s.client.CloseIdleConnections()
	for i := range max - kept {
		w := s.dial(t)
		fmt.Fprintf(w, "GET /xrpc/%s HTTP/1.1\r\nHost: x\r\nX-Hold: 1\r\nX-Forwarded-For: 203.0.%d.1\r\n\r\n", gen.NSIDDescribeService, i)
		<-inside
	}
	defer close(release)
	// Each request uses a new connection, as those of different clients do.
	fresh := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Minute}
	s.client, fresh = fresh, s.client
	defer func() { s.client = fresh }()
	if a := s.send(t, must(http.NewRequest(http.MethodGet, s.url+"/health", nil))(t)); a.status != http.StatusOK {
		t.Errorf("health: %s", a.short())
	}
	for _, method := range both {
		p := s.opened(t, who.Account, method, nil)
		p.nextEvent()
	}
	a := s.call(t, who.Account, "getConvos", nil)
	if message := refused(t, a, xrpc.ServiceUnavailable); a.header.Get("Retry-After") == "" || !strings.Contains(message, "try again in") {
		t.Errorf("message is %q, Retry-After %q", message, a.header.Get("Retry-After"))
	}
}

// An account that has used up its verification time is refused whatever else it
// sends with signatures, and no other account is.
func TestVerificationAtItsLimit(t *testing.T) {
	t.Parallel()
	small := must(limit.New(limit.Config{Scale: 0.01, Clock: func() time.Duration { return 0 }}))(t) // 200 ms
	s := newStack(t, func(o *options) { o.server.Rates = small })
	others, who := s.bystanders(t), actor{newActor().Account, nil}
	who.device = mlstest.NewClient(who.DID, mlstest.Suite(mls.SuiteP521))
	publish := func(n int) answer {
		items := make([]object, n)
		for i := range items {
			items[i] = publication(who.device.KeyPackage())
		}
		return s.call(t, who.Account, "publishKeyPackages", object{"keyPackages": items})
	}
	for range 6 { // a call has half a minute, also on a slow machine
		ok[object](t, publish(11)) // two signatures of 1.5 ms each: 198 ms in all
	}
	before := s.state(t)
	message := refused(t, publish(1), xrpc.RateLimitExceeded)
	if !strings.Contains(message, "verification") || !strings.Contains(message, "try again in") {
		t.Errorf("message is %q", message)
	}
	refused(t, s.call(t, who.Account, "publishKeyPackage", publication(who.device.KeyPackage())), xrpc.RateLimitExceeded)
	s.unchanged(t, before)
	others.served(t)
}
