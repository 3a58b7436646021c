package chatpage

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func get(path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	Handler("localhost:3000").ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// Every file of the page is there with its type, and all that the page names.
func TestFiles(t *testing.T) {
	for _, path := range Paths() {
		w := get(path)
		h := w.Header()
		if w.Code != http.StatusOK || w.Body.Len() == 0 || h.Get("Content-Type") != types[path] || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d, %v", path, w.Code, h)
		}
	}
	page := get("/").Body.String()
	for _, path := range Paths() {
		if path != "/" && !strings.Contains(page, `"`+path+`"`) {
			t.Errorf("the page does not name %s", path)
		}
	}
	for _, path := range []string{"/chat/index.html", "/chat/../chatpage.go", "/chat/", "/chat/page.mjs"} {
		if w := get(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// The policy forbids everything that is not from this service, and text as scripts.
func TestPolicy(t *testing.T) {
	policy := get("/").Header().Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "connect-src 'self' ws://localhost:3000;", "require-trusted-types-for 'script'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy lacks %q: %s", part, policy)
		}
	}
	for _, part := range []string{"unsafe", "*", "data:", "https:"} {
		if strings.Contains(policy, part) {
			t.Errorf("the policy has %q: %s", part, policy)
		}
	}
}
