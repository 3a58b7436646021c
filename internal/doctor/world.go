package doctor

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/auth"
)

// World checks the service as the world sees it.
type World struct {
	ServiceDID string
	// PublicURL is the endpoint that the document has to name.
	PublicURL string
	Key       *auth.Key
	// Client makes the requests; http.DefaultClient where nil.
	Client *http.Client
	// LookupHost is that of net.DefaultResolver where nil.
	LookupHost func(ctx context.Context, host string) ([]string, error)
	// Now is time.Now where nil.
	Now func() time.Time
}

// Checks returns the checks in the order in which they depend on each other.
func (w World) Checks() []Check {
	if w.Client == nil {
		w.Client = http.DefaultClient
	}
	if w.LookupHost == nil {
		w.LookupHost = net.DefaultResolver.LookupHost
	}
	if w.Now == nil {
		w.Now = time.Now
	}
	return []Check{
		{"dns", w.dns}, {"certificate", w.certificate}, {"did.json", w.document}, {"token", w.token},
		{"sse", w.sse}, {"websocket", w.websocket},
	}
}

const seeProxy = "see \"Reverse proxy\" in docs/operations.md"

func (w World) dns(ctx context.Context) Result {
	u, err := url.Parse(w.PublicURL)
	if err != nil {
		return fail("correct MLS_PUBLIC_URL", "%v", err)
	}
	found, err := w.LookupHost(ctx, u.Hostname())
	if err != nil {
		return fail("add an A or AAAA record for the host of MLS_PUBLIC_URL", "%v", err)
	}
	return ok("%s is %s", u.Hostname(), strings.Join(found, ", "))
}

// Certificates are renewed about a month before they end.
const (
	certificateWarning = 21 * 24 * time.Hour
	certificateFailure = 3 * 24 * time.Hour
)

func (w World) certificate(ctx context.Context) Result {
	if !strings.HasPrefix(w.PublicURL, "https:") {
		return skipped("%s has no TLS", w.PublicURL)
	}
	res, err := w.get(ctx, w.PublicURL+"/health/live", "")
	if err != nil {
		return fail("check the proxy's certificate, and that its port is open", "%v", err)
	}
	_ = res.Body.Close()
	if res.TLS == nil || len(res.TLS.PeerCertificates) == 0 {
		return fail("check the proxy's certificate", "there is no certificate")
	}
	end := res.TLS.PeerCertificates[0].NotAfter
	left := end.Sub(w.Now())
	text := fmt.Sprintf("the certificate ends in %d days, %s", int(left.Hours()/24), end.UTC().Format(time.DateOnly))
	switch {
	case left < certificateFailure:
		return fail("renew it (certbot renew) and reload the proxy", "%s", text)
	case left < certificateWarning:
		return warn("renew it (certbot renew) and reload the proxy", "%s", text)
	}
	return ok("%s", text)
}

// documentURL is where the world looks for the document of a did:web.
func documentURL(did string) (string, error) {
	host, err := url.PathUnescape(strings.TrimPrefix(did, "did:web:"))
	if err != nil {
		return "", fmt.Errorf("SERVICE_DID: %w", err)
	}
	scheme := "https://"
	if host == "localhost" || strings.HasPrefix(host, "localhost:") {
		scheme = "http://"
	}
	return scheme + host + "/.well-known/did.json", nil
}

const maxDocument = 64 << 10

func (w World) document(ctx context.Context) Result {
	address, err := documentURL(w.ServiceDID)
	if err != nil {
		return fail("correct SERVICE_DID", "%v", err)
	}
	res, err := w.get(ctx, address, "")
	if err != nil {
		return fail("make the proxy pass /.well-known/did.json on to the service; "+seeProxy, "%v", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fail("make the proxy pass /.well-known/did.json on to the service; "+seeProxy, "%s answers %d", address, res.StatusCode)
	}
	var doc auth.DIDDocument
	if err := json.NewDecoder(io.LimitReader(res.Body, maxDocument)).Decode(&doc); err != nil {
		return fail("make the proxy pass /.well-known/did.json on to the service", "%s is no DID document: %v", address, err)
	}
	return w.compare(doc)
}

// compare compares the document that the world gets with the one of the
// configuration.
func (w World) compare(doc auth.DIDDocument) Result {
	public, err := w.Key.Public()
	if err != nil {
		return fail("write another key with: mlsd keygen", "%v", err)
	}
	want := auth.Document(w.ServiceDID, w.PublicURL, public)
	switch {
	case doc.ID != want.ID:
		return fail("serve it from this service, or correct SERVICE_DID", "did.json is that of %s, not of %s", doc.ID, want.ID)
	case len(doc.VerificationMethod) == 0 || doc.VerificationMethod[0].PublicKeyMultibase != want.VerificationMethod[0].PublicKeyMultibase:
		return fail("give all instances the same MLS_KEY_FILE, and remove a did.json that the proxy serves by itself", "did.json has another key than MLS_KEY_FILE")
	case len(doc.Service) == 0 || doc.Service[0] != want.Service[0]:
		return fail("set MLS_PUBLIC_URL to the same on all instances", "did.json does not name %s as the endpoint of %s", w.PublicURL, auth.ServiceFragment)
	}
	return ok("did.json has this key and %s", w.PublicURL)
}

func (w World) get(ctx context.Context, address, token string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Accept", "text/event-stream, application/json")
	}
	return w.Client.Do(req)
}

func (w World) method(nsid string) (address, token string, err error) {
	// A server refuses tokens that were issued in the second in which it started,
	// and accepts clocks that are ahead.
	token, err = w.Key.SelfToken(w.ServiceDID, nsid, w.Now().Add(time.Second))
	return w.PublicURL + "/xrpc/" + nsid, token, err
}

// refusal reads the error of an answer.
func refusal(res *http.Response) string {
	var e struct {
		Error, Message string
	}
	if json.NewDecoder(io.LimitReader(res.Body, maxDocument)).Decode(&e) != nil || e.Error == "" {
		return fmt.Sprintf("%d, not from this service", res.StatusCode)
	}
	return fmt.Sprintf("%d %s: %s", res.StatusCode, e.Error, e.Message)
}

func (w World) token(ctx context.Context) Result {
	address, token, err := w.method(gen.NSIDGetConvos)
	if err != nil {
		return fail("write another key with: mlsd keygen", "%v", err)
	}
	res, err := w.get(ctx, address, token)
	if err != nil {
		return fail("see that an instance runs and that the proxy reaches it", "%v", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fail("if it is about the token, correct what did.json says; else see the log of the instance", "getConvos answers %s", refusal(res))
	}
	return ok("a token that the service issued for itself is accepted")
}

const firstEvent = 10 * time.Second

func (w World) sse(ctx context.Context) Result {
	address, token, err := w.method(gen.NSIDStreamConvoEvents)
	if err != nil {
		return fail("write another key with: mlsd keygen", "%v", err)
	}
	ctx, cancel := context.WithTimeout(ctx, firstEvent)
	defer cancel()
	res, err := w.get(ctx, address, token)
	if err != nil {
		return fail("let the proxy pass events on unbuffered; "+seeProxy, "no answer within %v: %v", firstEvent, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fail("see the line about the token", "streamConvoEvents answers %s", refusal(res))
	}
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "data:") {
			return ok("the first event arrives at once")
		}
	}
	return fail("let the proxy pass events on unbuffered and uncompressed; "+seeProxy, "no event within %v", firstEvent)
}

func (w World) websocket(ctx context.Context) Result {
	address, token, err := w.method(gen.NSIDSubscribeConvoEvents)
	if err != nil {
		return fail("write another key with: mlsd keygen", "%v", err)
	}
	ctx, cancel := context.WithTimeout(ctx, firstEvent)
	defer cancel()
	const do = "let the proxy pass the upgrade of subscribeConvoEvents on; " + seeProxy
	ws, res, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(address, "http"), &websocket.DialOptions{ //nolint:bodyclose // the library replaces the body, which then needs no closing
		HTTPClient: w.Client, HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err != nil {
		if res != nil {
			err = errors.New(refusal(res))
		}
		return fail(do, "subscribeConvoEvents: %v", err)
	}
	defer func() { _ = ws.CloseNow() }()
	if _, _, err := ws.Read(ctx); err != nil {
		return fail(do, "no event within %v: %v", firstEvent, err)
	}
	return ok("the first event arrives at once")
}
