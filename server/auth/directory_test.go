package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mr-tron/base58"

	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/xrpc"
)

// Faults of the directory yield neither an authentication error nor status 500.
func TestDirectoryFaults(t *testing.T) {
	type handler = func(http.ResponseWriter, *http.Request) bool
	big := strings.Repeat(" ", 10<<20)
	status := func(code int) handler {
		return func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(code); return true }
	}
	body := func(s string) handler {
		return func(w http.ResponseWriter, _ *http.Request) bool { _, _ = w.Write([]byte(s)); return true }
	}
	for _, c := range []struct {
		name, want string
		hook       handler
	}{
		{"error", xrpc.UpstreamFailure, status(http.StatusInternalServerError)},
		{"rate limited", xrpc.UpstreamFailure, status(http.StatusTooManyRequests)},
		{"no content", xrpc.UpstreamFailure, status(http.StatusNoContent)},
		{"not JSON", xrpc.UpstreamFailure, body("<html>")},
		{"document 10 MB", xrpc.UpstreamFailure, body(big)},
		{"document 10 MB in chunks", xrpc.UpstreamFailure, func(w http.ResponseWriter, _ *http.Request) bool {
			for range 10 {
				_, _ = w.Write([]byte(big[:1<<20]))
				w.(http.Flusher).Flush()
			}
			return true
		}},
		{"cut off", xrpc.UpstreamFailure, func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("{"))
			return true
		}},
		{"hangs up", xrpc.UpstreamFailure, func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }},
		{"redirect to a private address", xrpc.UpstreamFailure, func(w http.ResponseWriter, r *http.Request) bool {
			if strings.HasPrefix(r.URL.Path, "/latest") {
				t.Error("the redirect was followed")
			}
			http.Redirect(w, r, "/latest/meta-data", http.StatusFound)
			return true
		}},
		{"unknown", UntrustedIss, status(http.StatusNotFound)},
		{"tombstone", UntrustedIss, status(http.StatusGone)},
		{"another's document", UntrustedIss, body(`{"id":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"}`)},
		{"no document", UntrustedIss, body(`null`)},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a := w.plc.NewAccount()
			w.plc.Intercept(c.hook)
			if got := call(t, w.auth, a.Token(service, sendMessage.NSID), sendMessage); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			asked := w.plc.Requests()
			call(t, w.auth, a.Token(service, sendMessage.NSID), sendMessage)
			if n := w.plc.Requests(); n != asked {
				t.Errorf("asked again at once")
			}
			w.plc.Intercept(nil)
			w.advance(unknownTTL)
			if got := call(t, w.auth, a.TokenFor(service, sendMessage.NSID, 5*time.Minute), sendMessage); got != a.DID {
				t.Errorf("when it is well again: %s", got)
			}
		})
	}
}

func TestDirectoryDown(t *testing.T) {
	w := newWorld(t)
	known, unknown := w.plc.NewAccount(), w.plc.NewAccount()
	token := func(a *authtest.Account) string { return a.TokenFor(service, getMessages.NSID, time.Hour) }
	if got := call(t, w.auth, token(known), getMessages); got != known.DID {
		t.Fatal(got)
	}
	w.plc.Close()
	w.advance(keyTTL)
	if got := call(t, w.auth, token(unknown), getMessages); got != xrpc.UpstreamFailure {
		t.Errorf("an account not seen before: %s", got)
	}
	if got := call(t, w.auth, token(known), getMessages); got != known.DID {
		t.Errorf("an account seen before: %s", got)
	}
	if got := call(t, w.auth, resign(token(known), flipBit), getMessages); got != BadJwtSignature {
		t.Errorf("a bad signature: %s", got)
	}
	long := token(known)
	w.advance(staleTTL - keyTTL)
	if got := call(t, w.auth, long, getMessages); got != xrpc.UpstreamFailure {
		t.Errorf("after %s: %s", staleTTL, got)
	}
}

func TestDirectorySlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.plc.NewAccount()
	release := make(chan struct{})
	defer close(release)
	var asked atomic.Int32
	w.plc.Intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		asked.Add(1)
		select {
		case <-release:
		case <-r.Context().Done():
		}
		return true
	})
	start := time.Now()
	if got := call(t, w.auth, a.Token(service, sendMessage.NSID), sendMessage); got != xrpc.UpstreamFailure {
		t.Errorf("%s", got)
	}
	if took := time.Since(start); took < LookupTimeout/2 {
		t.Errorf("it took %s", took)
	}
	before := asked.Load()
	call(t, w.auth, a.Token(service, sendMessage.NSID), sendMessage)
	if n := asked.Load(); n != before {
		t.Errorf("the next request asked the directory too: %d requests, %d before", n, before)
	}
}

func TestDocumentKeys(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name   string
		change func(vm map[string]any)
		ok     bool
	}{
		{"as it is", func(map[string]any) {}, true},
		{"relative id", func(vm map[string]any) { vm["id"] = "#atproto" }, true},
		{"another id", func(vm map[string]any) { vm["id"] = "#atproto_label" }, false},
		{"another controller", func(vm map[string]any) { vm["controller"] = authtest.NewDID() }, false},
		{"another type", func(vm map[string]any) { vm["type"] = "Ed25519VerificationKey2020" }, false},
		{"Ed25519", func(vm map[string]any) { vm["publicKeyMultibase"] = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK" }, false},
		{"not base58", func(vm map[string]any) { vm["publicKeyMultibase"] = "z0OIl" }, false},
		{"no key", func(vm map[string]any) { delete(vm, "publicKeyMultibase") }, false},
		{"60 KB of key", func(vm map[string]any) { vm["publicKeyMultibase"] = "z" + strings.Repeat("5", 60<<10) }, false},
	} {
		a := w.plc.NewAccount()
		doc := authtest.Document(a.DID, a.Key)
		c.change(doc["verificationMethod"].([]map[string]any)[0])
		w.plc.Publish(a.DID, doc)
		want := UntrustedIss
		if c.ok {
			want = a.DID
		}
		if got := call(t, w.auth, a.Token(service, sendMessage.NSID), sendMessage); got != want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
	// The npm release of the directory uses the key types of 2019, whose keys
	// are uncompressed and have no multicodec prefix.
	for typ, a := range map[string]*authtest.Account{
		"EcdsaSecp256k1VerificationKey2019": w.plc.NewAccount(),
		"EcdsaSecp256r1VerificationKey2019": w.plc.NewAccountP256(),
	} {
		doc := authtest.Document(a.DID, a.Key)
		pub, err := a.Key.PublicKey()
		if err != nil {
			t.Fatal(err)
		}
		vm := doc["verificationMethod"].([]map[string]any)[0]
		vm["type"], vm["publicKeyMultibase"] = typ, "z"+base58.Encode(pub.UncompressedBytes())
		w.plc.Publish(a.DID, doc)
		if got := call(t, w.auth, a.Token(service, sendMessage.NSID), sendMessage); got != a.DID {
			t.Errorf("%s: %s", typ, got)
		}
	}
}

func webDocument(key *authtest.Account) http.HandlerFunc {
	doc, err := json.Marshal(authtest.Document(webDID, key.Key))
	if err != nil {
		panic(err)
	}
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(doc) }
}

func TestDIDWeb(t *testing.T) {
	t.Parallel()
	plc := authtest.NewPLC()
	defer plc.Close()
	holder := plc.NewAccount()
	document := webDocument(holder)
	slowly := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		want    error
	}{
		{"document", document, nil},
		{"redirect to the document", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/.well-known/did.json" {
				http.Redirect(w, r, "/elsewhere", http.StatusMovedPermanently)
				return
			}
			document(w, r)
		}, ErrUpstream},
		{"endless", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = w.Write(make([]byte, 4096))
			}
		}, ErrUpstream},
		{"404", http.NotFound, ErrUnknownIdentity},
		{"a page", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, ErrUnknownIdentity},
		{"slow", slowly, ErrUpstream},
	} {
		t.Run(c.name, func(t *testing.T) {
			host := newWebHost(t, c.handler, "127.0.0.1")
			d := newTestDirectory(t, DirectoryConfig{PLCURL: plc.URL, Dev: true, web: host.options()})
			if _, err := d.SigningKey(t.Context(), webDID); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if host.connections.Load() != 1 {
				t.Errorf("%d connections", host.connections.Load())
			}
		})
	}
}

// In production no name leads to a private address, even if its name server
// changes the address between two queries, and no connection is made.
func TestNoPrivateAddress(t *testing.T) {
	plc := authtest.NewPLC()
	defer plc.Close()
	document := webDocument(plc.NewAccount())
	for _, addresses := range [][]string{
		{"127.0.0.1"}, {"10.0.0.1", "127.0.0.1"}, {"169.254.169.254", "127.0.0.1"}, {"0.0.0.0", "127.0.0.2"},
	} {
		host := newWebHost(t, document, addresses...)
		for range len(addresses) {
			d := newTestDirectory(t, DirectoryConfig{PLCURL: "https://plc.invalid", web: host.options()})
			_, err := d.SigningKey(t.Context(), webDID)
			if !errors.Is(err, ErrUnknownIdentity) || !errors.Is(err, errRefusedAddress) {
				t.Errorf("%v: %v", addresses, err)
			}
		}
		if host.lookups.Load() == 0 {
			t.Errorf("%v: the name was not looked up", addresses)
		}
		if n := host.connections.Load(); n != 0 {
			t.Errorf("%v: %d connections were made", addresses, n)
		}
	}
}

func TestLocalhostOnlyInDevelopment(t *testing.T) {
	key := &authtest.Account{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		doc := authtest.Document("did:web:localhost%3A"+strings.TrimPrefix(r.Host, "localhost:"), key.Key)
		_ = json.NewEncoder(w).Encode(doc)
	}))
	defer srv.Close()
	plc := authtest.NewPLC()
	defer plc.Close()
	key.Key = plc.NewAccount().Key
	did := fmt.Sprintf("did:web:localhost%%3A%s", srv.URL[strings.LastIndex(srv.URL, ":")+1:])

	dev := newTestDirectory(t, DirectoryConfig{PLCURL: plc.URL, Dev: true})
	if _, err := dev.SigningKey(t.Context(), did); err != nil {
		t.Errorf("in development: %v", err)
	}
	if _, err := dev.SigningKey(t.Context(), strings.Replace(did, "%3A", "%3a", 1)); !errors.Is(err, ErrUnknownIdentity) {
		t.Errorf("in another spelling: %v", err)
	}
	prod := newTestDirectory(t, DirectoryConfig{PLCURL: "https://plc.invalid"})
	if _, err := prod.SigningKey(t.Context(), did); !errors.Is(err, ErrUnknownIdentity) {
		t.Errorf("in production: %v", err)
	}
}

func TestDirectoryConfig(t *testing.T) {
	for _, c := range []struct {
		url string
		dev bool
		ok  bool
	}{
		{"https://plc.directory", false, true},
		{"https://plc.directory", true, true},
		{"http://127.0.0.1:2582", true, true},
		{"http://plc.directory", false, false},
		{"https://plc.directory/", false, false},
		{"https://plc.directory?x", false, false},
		{"plc.directory", true, false},
		{"ftp://plc.directory", true, false},
		{"", true, false},
	} {
		d, err := NewDirectory(DirectoryConfig{PLCURL: c.url, Dev: c.dev})
		if (err == nil) != c.ok {
			t.Errorf("%q dev=%v: %v", c.url, c.dev, err)
		}
		if d != nil {
			d.Close()
			if _, err := d.SigningKey(t.Context(), authtest.NewDID()); !errors.Is(err, ErrUpstream) {
				t.Errorf("after Close: %v", err)
			}
		}
	}
}

// A proxy from the environment could connect to private addresses for the issuer
// of a did:web, and would see who is looked up.
func TestNoProxyFromEnvironment(t *testing.T) {
	for _, o := range []clientOptions{{}, {anyAddress: true, keepAlive: true}} {
		if newClient(o).Transport.(documentTransport).base.Proxy != nil {
			t.Error("the transport may use a proxy")
		}
	}
	if NewGuardedClient(false).Transport.(documentTransport).base.Proxy != nil {
		t.Error("the client for hosts of strangers may use a proxy")
	}
}

// TestPLCDirectoryOfTheOperator: the configured directory may have a private
// address, and is reached by the proxy of the environment. The environment is read
// once in a process, hence the second one.
func TestPLCDirectoryOfTheOperator(t *testing.T) {
	if os.Getenv("MLS_TEST_PROXY") == "" {
		asked := make(chan string, 10)
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked <- r.URL.String()
			w.WriteHeader(http.StatusNotFound)
		}))
		defer proxy.Close()
		run := exec.Command(os.Args[0], "-test.run=^TestPLCDirectoryOfTheOperator$")
		run.Env = append(os.Environ(), "MLS_TEST_PROXY="+proxy.URL, "HTTP_PROXY="+proxy.URL, "NO_PROXY=", "no_proxy=")
		if out, err := run.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if got := <-asked; got != "/private" {
			t.Errorf("the directory with a private address was asked for %q", got)
		}
		if got := <-asked; got != "http://plc.example/by-proxy" {
			t.Errorf("the proxy was asked for %q", got)
		}
		return
	}
	// A proxy is not used for loopback addresses.
	for _, u := range []string{os.Getenv("MLS_TEST_PROXY") + "/private", "http://plc.example/by-proxy"} {
		client := newPLCClient()
		res, err := client.Get(u)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		client.CloseIdleConnections()
	}
}
