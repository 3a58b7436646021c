package xrpc

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestClient(t *testing.T) {
	w := &watcher{}
	var asked []string
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.Path+" "+r.Header.Get("Authorization"))
		rt := Route{echoMethod, ProcedureJSON(echoSample)}
		if strings.HasSuffix(r.URL.Path, "up") {
			rt = Route{blobMethod, UploadJSON(readAll)}
		}
		host(rt, w.plumbing()).ServeHTTP(rw, r)
	}))
	defer srv.Close()
	c := &Client{Service: srv.URL + "/", Authorize: func(r *http.Request, nsid string) error {
		r.Header.Set("Authorization", "token for "+nsid)
		return nil
	}}
	var out sample
	if err := c.PostJSON(t.Context(), "test.echo", &sample{Text: "x", Num: 2}, &out); err != nil || out.Num != 2 {
		t.Errorf("%+v %v", out, err)
	}
	if asked[0] != "POST /xrpc/test.echo token for test.echo" {
		t.Error(asked)
	}
	var e *Error
	if err := c.PostJSON(t.Context(), "test.echo", &sample{Text: "x", Num: 7}, &out); !errors.As(err, &e) ||
		e.Status != 400 || e.Name != InvalidRequest || e.Message != "num: must be at most 5" {
		t.Errorf("%v", err)
	}
	up := &Upload{Body: &zeros{9}, ContentType: "image/png", ContentLength: 9}
	if err := c.UploadJSON(t.Context(), "test.up", up, &out); err != nil || out.Text != "image/png" || out.Num != 9 {
		t.Errorf("%+v %v", out, err)
	}
	c.Authorize = func(*http.Request, string) error { return errors.New("no token") }
	if err := c.GetJSON(t.Context(), "test.echo", nil, &out); err == nil || errors.As(err, new(*Error)) {
		t.Errorf("%v", err)
	}
}

func TestClientFailures(t *testing.T) {
	answer := func(status int, body string) *Client {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}))
		t.Cleanup(srv.Close)
		return &Client{Service: srv.URL}
	}
	var e *Error
	err := answer(429, `{"error":"RateLimitExceeded","message":"later"}`).GetJSON(t.Context(), "a.b.c", nil, new(sample))
	if !errors.As(err, &e) || e.Name != RateLimitExceeded || e.Message != "later" || e.RetryAfter != 3*time.Second {
		t.Errorf("%#v", err)
	}
	for _, body := range []string{"", "<html>", `{"message":"x"}`, `{"error":7}`} {
		err := answer(502, body).GetJSON(t.Context(), "a.b.c", nil, new(sample))
		if !errors.As(err, &e) || e.Name != UpstreamFailure || e.Status != 502 {
			t.Errorf("%q: %v", body, err)
		}
	}
	// An answer that breaks the lexicon must not look like an error that the
	// service returned.
	err = answer(200, `{"text":"x"}`).GetJSON(t.Context(), "a.b.c", nil, new(sample))
	if err == nil || errors.As(err, &e) && e.Status == 400 {
		t.Errorf("%v", err)
	}
	if err := (&Client{Service: "http://127.0.0.1:1"}).GetJSON(t.Context(), "a.b.c", nil, new(sample)); err == nil || errors.As(err, new(*Error)) {
		t.Errorf("%v", err)
	}
}
