package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/xrpc"
)

// endpointBaseline is the endpoint of sendMessage without its work: it verifies
// the token, uses it up, parses the input and the message, and answers.
const endpointBaseline = "endpoint"

// endpointConfig is what an endpoint is started with.
type endpointConfig struct{ PLC, DID string }

// startEndpoint starts an endpoint that accepts the tokens of a service.
func startEndpoint(ctx context.Context, plc, did string) (*baseline, error) {
	config, err := json.Marshal(endpointConfig{plc, did})
	if err != nil {
		return nil, err
	}
	b, err := startBaseline(ctx, endpointBaseline, config, 0)
	if err == nil {
		// It refuses tokens that were issued in the second in which it started.
		time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
	}
	return b, err
}

// stubs is a service of which only SendMessage works.
type stubs struct{ gen.Service }

func (stubs) SendMessage(_ context.Context, _ xrpc.Caller, in *gen.SendMessageInput) (*gen.SendMessageOutput, error) {
	m, err := mls.ParseMessage(in.Ciphertext)
	if err != nil {
		return nil, xrpc.Invalid("ciphertext", "%v", err)
	}
	if f, ok := m.Framing(); !ok || f.ContentType != mls.ContentTypeApplication {
		return nil, xrpc.Invalid("ciphertext", "not an application message")
	}
	return &gen.SendMessageOutput{MessageID: "00000000-0000-4000-8000-000000000000", ReceivedAt: xrpc.FormatTime(time.Now())}, nil
}

// newAuthenticator makes what verifies tokens in the service.
func newAuthenticator(plc, did string) (*auth.Authenticator, error) {
	dir, err := auth.NewDirectory(auth.DirectoryConfig{PLCURL: plc, Dev: true})
	if err != nil {
		return nil, err
	}
	replay, err := auth.NewMemoryReplay(auth.MemoryReplayConfig{})
	if err != nil {
		return nil, err
	}
	return auth.New(auth.Config{Audiences: auth.Audiences(did), Directory: dir, Replay: replay})
}

// serveEndpoint returns the server of the process. Every request goes to
// sendMessage.
func serveEndpoint(config []byte) (*http.Server, error) {
	var c endpointConfig
	if err := json.Unmarshal(config, &c); err != nil {
		return nil, err
	}
	a, err := newAuthenticator(c.PLC, c.DID)
	if err != nil {
		return nil, err
	}
	routes := gen.Routes(stubs{})
	send := routes[slices.IndexFunc(routes, func(r xrpc.Route) bool { return r.Method == gen.MethodSendMessage })]
	plumbing := &xrpc.Plumbing{Auth: a}
	return &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := send.Serve(w, r, plumbing); err != nil {
			_ = xrpc.WriteError(w, xrpc.AsError(err)) // the client sees the status
		}
	})}, nil
}

// checks measures the signature check of tokens of an account that was seen
// before, as the service does it.
type checks struct {
	auth    *auth.Authenticator
	account *authtest.Account
	did     string
}

func newChecks(ctx context.Context, plc, did string, account *authtest.Account) (*checks, error) {
	a, err := newAuthenticator(plc, did)
	if err != nil {
		return nil, err
	}
	c := &checks{a, account, did}
	_, err = c.measure(ctx, 20) // its key is looked up
	return c, err
}

// measure returns the time of a signature check: the median time for a token that
// is valid, without that for one that is refused before its signature is checked.
func (c *checks) measure(ctx context.Context, n int) (time.Duration, error) {
	valid, refused := &figure{Unit: micros}, &figure{Unit: micros}
	for range n {
		good, bad := c.request(ctx, c.did), c.request(ctx, "did:web:other.example")
		took, err := timed(func() error { return c.authenticate(good) })
		if err != nil {
			return 0, err
		}
		valid.addTime(took)
		if took, err = timed(func() error { return c.authenticate(bad) }); err == nil {
			return 0, errors.New("a token for another service was accepted")
		}
		refused.addTime(took)
	}
	return time.Duration((valid.median() - refused.median()) * float64(time.Microsecond)), nil
}

func (c *checks) authenticate(r *http.Request) error {
	_, err := c.auth.Authenticate(r.Context(), r, gen.MethodSendMessage)
	return err
}

// request returns a request with a new token for an audience.
func (c *checks) request(ctx context.Context, audience string) *http.Request {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/xrpc/"+gen.NSIDSendMessage, nil)
	if err != nil {
		panic(err) // the address is a constant
	}
	r.RemoteAddr = "127.0.0.1:1"
	r.Header.Set("Authorization", "Bearer "+c.account.TokenFor(audience, gen.NSIDSendMessage, 5*time.Minute))
	return r
}
