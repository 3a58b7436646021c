package apitest

import (
	"net/http"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
)

// A page of any origin may ask before it calls a method, and reads what it is
// answered, whatever that is.
func TestPagesOfOtherOrigins(t *testing.T) {
	t.Parallel()
	s, who := newStack(t), newActor()
	before := s.state(t)
	ask := func(verb, path string, header http.Header) *http.Response {
		t.Helper()
		r := must(http.NewRequestWithContext(t.Context(), verb, s.url+path, nil))(t)
		r.Header = header
		r.Header.Set("Origin", "https://page.example")
		res := must(s.client.Do(r))(t)
		_ = res.Body.Close()
		if got := res.Header.Get("Access-Control-Allow-Origin"); got != "*" {
			t.Errorf("%s %s: Access-Control-Allow-Origin is %q", verb, path, got)
		}
		return res
	}
	paths := []string{"/xrpc/blue.catbird.mls.sendGift", "/xrpc/nonsense", "/xrpc/_health"}
	for _, m := range gen.Methods {
		paths = append(paths, "/xrpc/"+m.NSID)
	}
	for _, path := range paths {
		res := ask(http.MethodOptions, path, http.Header{
			"Access-Control-Request-Method": {"POST"}, "Access-Control-Request-Headers": {"authorization,content-type"},
		})
		if res.StatusCode != http.StatusNoContent || res.ContentLength > 0 {
			t.Errorf("OPTIONS %s: %s with %d bytes", path, res.Status, res.ContentLength)
		}
		if got := res.Header.Get("Access-Control-Allow-Methods"); got != "GET, POST" {
			t.Errorf("OPTIONS %s: Access-Control-Allow-Methods is %q", path, got)
		}
		if got := res.Header.Get("Access-Control-Allow-Headers"); !strings.Contains(got, "Authorization, Content-Type") {
			t.Errorf("OPTIONS %s: Access-Control-Allow-Headers is %q", path, got)
		}
	}
	for path, want := range map[string]int{
		"/xrpc/_health": 200, "/xrpc/" + gen.NSIDDescribeService: 200, "/xrpc/" + gen.NSIDGetConvos: 401, "/xrpc/" + gen.NSIDSendMessage: 405,
		"/xrpc/" + gen.NSIDSubscribeConvoEvents: 401, "/xrpc/nonsense": 400, "/xrpc/blue.catbird.mls.sendGift": 501,
	} {
		if res := ask(http.MethodGet, path, http.Header{}); res.StatusCode != want {
			t.Errorf("GET %s: %s, want %d", path, res.Status, want)
		}
	}
	res := ask(http.MethodGet, "/xrpc/"+gen.NSIDGetConvos, http.Header{"Authorization": {"Bearer " + who.Token(serviceDID, gen.NSIDGetConvos)}})
	if got := res.Header.Get("Access-Control-Expose-Headers"); res.StatusCode != http.StatusOK || !strings.Contains(got, "Retry-After") {
		t.Errorf("getConvos: %s, Access-Control-Expose-Headers is %q", res.Status, got)
	}
	if got := res.Header.Get("Access-Control-Allow-Credentials"); got != "" {
		t.Errorf("Access-Control-Allow-Credentials is %q: cookies play no part", got)
	}
	s.unchanged(t, before)
}
