package apitest

import (
	"net/http"
	"regexp"
	"sync/atomic"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/xrpc"
)

// A rate applies to an account, whichever methods it calls. The message repeats
// the Retry-After, since a PDS does not pass on headers of errors.
func TestRateLimits(t *testing.T) {
	t.Parallel()
	s := newStack(t, func(o *options) { o.limits.Off, o.limits.Scale = false, 0.01 })
	alice, bob := newActor(), newActor()
	var a answer
	for range 100 {
		if a = s.call(t, alice.Account, "getConvos", nil); a.status != http.StatusOK {
			break
		}
	}
	message := refused(t, a, xrpc.RateLimitExceeded)
	if !regexp.MustCompile(`try again in \d+ s`).MatchString(message) || a.header.Get("Retry-After") == "" {
		t.Errorf("message is %q, Retry-After %q", message, a.header.Get("Retry-After"))
	}
	ok[object](t, s.call(t, bob.Account, "getConvos", nil))
}

// A call that the rate refuses does not spend its token: the same token is
// accepted once the rate allows it, and only once.
func TestRefusedCallsSpendNoToken(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	s := newStack(t, func(o *options) {
		o.limits.Off, o.limits.Scale = false, 0.01
		o.limits.Clock = func() time.Duration { return time.Duration(now.Load()) }
	})
	alice := newActor()
	m := gen.MethodSync
	var token string
	try := func() answer {
		r := s.request(t, m, object{"positions": []any{}})
		r.Header.Set("Authorization", "Bearer "+token)
		return s.do(t, m, r)
	}
	for n := 0; ; n++ {
		token = alice.Token(serviceDID, m.NSID)
		if a := try(); a.status != http.StatusOK {
			refused(t, a, xrpc.RateLimitExceeded)
			break
		}
		if n == 1000 {
			t.Fatal("no call was refused")
		}
	}
	for range 3 {
		refused(t, try(), xrpc.RateLimitExceeded)
	}
	now.Add(int64(time.Hour))
	ok[object](t, try())
	refused(t, try(), auth.JwtReplayed)
}
