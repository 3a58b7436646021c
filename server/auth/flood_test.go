package auth

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// gateway processes calls as the service does: token verified, rate of the
// account checked, token spent. Accepted calls are answered with status 418.
type gateway struct {
	xrpc.Route
	plumbing xrpc.Plumbing
}

func newGateway(t *testing.T, a *Authenticator) *gateway {
	t.Helper()
	// The clock stands still, so that no budget is refilled during the test.
	limits, err := limit.New(limit.Config{Clock: func() time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	return &gateway{
		xrpc.Route{Method: sendMessage, Handler: func(context.Context, xrpc.Caller, *xrpc.Exchange) error {
			return xrpc.Errorf(http.StatusTeapot, "LetIn", "let in")
		}},
		xrpc.Plumbing{Auth: a, Admit: []xrpc.Step{limits.Account}},
	}
}

// call returns the status of a call with a token.
func (g *gateway) call(token string) int {
	return xrpc.AsError(g.Serve(httptest.NewRecorder(), request(token), &g.plumbing)).Status
}

// flood makes each account call so many times, with a new token every time, and
// returns how many calls were accepted. All others must get status 429.
func (g *gateway) flood(t *testing.T, accounts []*authtest.Account, each int) (in int) {
	t.Helper()
	for range each {
		for _, a := range accounts {
			switch status := g.call(issued(a, 1)); status {
			case http.StatusTeapot:
				in++
			case http.StatusTooManyRequests:
			default:
				t.Fatalf("a call of the flood got %d", status)
			}
		}
	}
	return in
}

// bystanders makes calls of three accounts that are not part of the flood.
func (g *gateway) bystanders(t *testing.T, w *world, known *authtest.Account) {
	t.Helper()
	for who, a := range map[string]*authtest.Account{
		"a known account": known, "a new account": w.plc.NewAccount(), "a new device of a known account": known,
	} {
		for n := range 5 {
			if status := g.call(issued(a, 1)); status != http.StatusTeapot {
				t.Errorf("%s, call %d: status %d", who, n, status)
			}
		}
	}
}

// TestFloods: calls beyond the rate are not recorded, those within it are
// bounded by the shares, and calls of bystanders are accepted at once.
func TestFloods(t *testing.T) {
	for name, f := range map[string]struct{ accounts, each int }{"one account": {1, 500}, "many accounts": {10, 100}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.replay.limit = 1500
			redis := startRedis(t)
			shared := redis.instance(w)
			redis.small(t, 1<<19)
			shared.store.probe(t.Context())
			for where, g := range map[string]*gateway{"process": newGateway(t, w.auth), "redis": newGateway(t, shared.Authenticator)} {
				known := w.plc.NewAccount()
				g.bystanders(t, w, known)
				var flooders []*authtest.Account
				for range f.accounts {
					flooders = append(flooders, w.plc.NewAccount())
				}
				in := g.flood(t, flooders, f.each)
				if calls := f.accounts * f.each; in < 10 || in > calls*3/4 {
					t.Errorf("%s: %d of %d calls of the flood were let in", where, in, calls)
				}
				g.bystanders(t, w, known)
			}
			if n := value(t, shared.metrics.RedisLost); n != 0 {
				t.Errorf("Redis was lost %v times", n)
			}
		})
	}
}

// TestRefusedCallsLeaveNoMark: tokens of calls that the rate refuses are not
// recorded.
func TestRefusedCallsLeaveNoMark(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w.auth)
	a := w.plc.NewAccount()
	rate := int(limit.AccountRow(xrpc.RateSend).Amount)
	if in := g.flood(t, []*authtest.Account{a}, 2*rate); in != rate {
		t.Errorf("%d calls were let in, want %d", in, rate)
	}
	if n := len(w.replay.seen); n != rate {
		t.Errorf("%d tokens are remembered, %d were let in", n, rate)
	}
}

// BenchmarkAdmission measures what precedes the reading of the body of a write,
// with the DID document cached: without Redis, and with it.
func BenchmarkAdmission(b *testing.B) {
	w := newWorld(b)
	a := w.plc.NewAccount()
	if _, err := w.dir.SigningKey(b.Context(), a.DID); err != nil {
		b.Fatal(err)
	}
	redis := startRedis(b)
	limits := map[string]limit.Config{"process": {Scale: 1000}, "redis": {Scale: 1000, Redis: redis.client()}}
	for where, auth := range map[string]*Authenticator{"process": w.auth, "redis": redis.instance(w).Authenticator} {
		l, err := limit.New(limits[where])
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(l.Close)
		g := &gateway{
			xrpc.Route{Method: sendMessage, Handler: func(context.Context, xrpc.Caller, *xrpc.Exchange) error {
				return xrpc.Errorf(http.StatusTeapot, "LetIn", "let in")
			}},
			xrpc.Plumbing{Auth: auth, Admit: []xrpc.Step{l.Account}},
		}
		for _, callers := range []int{1, 8} {
			b.Run(fmt.Sprint(where, "/", callers), func(b *testing.B) { benchmarkAdmission(b, g, a, callers) })
		}
	}
}

func benchmarkAdmission(b *testing.B, g *gateway, a *authtest.Account, callers int) {
	tokens := make(chan string, b.N)
	for range b.N {
		tokens <- issued(a, 1)
	}
	close(tokens)
	b.SetParallelism(callers)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if status := g.call(<-tokens); status != http.StatusTeapot {
				b.Fatal(status)
			}
		}
	})
}
