package apitest

import (
	"net/http"
	"regexp"
	"testing"

	"catbird.blue/mls/xrpc"
)

// Rates are of an account, whatever its calls; the message says when to come
// back, since a PDS passes on no header of an error.
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
