package auth

import (
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/goleak"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/xrpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	service    = "did:web:mls.test"
	nsidPrefix = "blue.catbird.mls."
)

var (
	sendMessage = gen.MethodSendMessage
	getMessages = gen.MethodGetMessages
	sseEvents   = gen.MethodStreamConvoEvents
	wsEvents    = gen.MethodSubscribeConvoEvents
)

// clock is the real clock, which can be set forward.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// world is a PLC directory and one instance of the service.
type world struct {
	*clock
	plc     *authtest.PLC
	dir     *Directory
	replay  *MemoryReplay
	auth    *Authenticator
	metrics *Metrics
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{clock: &clock{}, plc: authtest.NewPLC(), metrics: NewMetrics(nil)}
	t.Cleanup(w.plc.Close)
	w.dir = newTestDirectory(t, DirectoryConfig{PLCURL: w.plc.URL, Dev: true, Metrics: w.metrics, now: w.now})
	w.replay = newMemoryReplay(MemoryReplayConfig{Metrics: w.metrics, now: w.now})
	w.auth = w.instance(t, w.replay)
	return w
}

func newTestDirectory(t testing.TB, cfg DirectoryConfig) *Directory {
	t.Helper()
	d, err := NewDirectory(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// instance makes one more instance of the service with the given store.
func (w *world) instance(t testing.TB, store ReplayStore) *Authenticator {
	t.Helper()
	a, err := New(Config{Audiences: Audiences(service), Directory: w.dir, Replay: store, Metrics: w.metrics, now: w.now})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// forge signs the account's claims and header after change has modified them.
func forge(a *authtest.Account, lxm string, change func(header, claims map[string]any)) string {
	header, claims := a.Header(), a.Claims(service, lxm)
	change(header, claims)
	return authtest.Sign(a.Key, header, claims)
}

func request(token string) *http.Request {
	r, err := http.NewRequest(http.MethodPost, "http://mls.test/", nil)
	if err != nil {
		panic(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

// call authenticates with a token and returns the caller's DID or the name of
// the error.
func call(t testing.TB, a *Authenticator, token string, m *xrpc.Method) string {
	t.Helper()
	caller, err := admit(t, a, request(token), m)
	if err == nil {
		return caller.DID
	}
	return wantRefusal(t, caller, err)
}

// admit authenticates a request and spends its token, as for a call that no
// limit refuses.
func admit(t testing.TB, a *Authenticator, r *http.Request, m *xrpc.Method) (xrpc.Caller, error) {
	proof, err := a.Authenticate(t.Context(), r, m)
	if err == nil && proof.Spend != nil {
		if err := proof.Spend(t.Context()); err != nil {
			return xrpc.Caller{}, err
		}
	}
	return proof.Caller, err
}

// wantRefusal checks what all refusals have in common and returns the name.
func wantRefusal(t testing.TB, caller xrpc.Caller, err error) string {
	t.Helper()
	var e *xrpc.Error
	if !errors.As(err, &e) {
		t.Fatalf("not an *xrpc.Error: %v", err)
	}
	if caller.DID != "" {
		t.Errorf("a refusal came with the caller %s", caller.DID)
	}
	want := http.StatusUnauthorized
	switch e.Name {
	case xrpc.UpstreamFailure:
		want = http.StatusBadGateway
	case xrpc.RateLimitExceeded:
		want = http.StatusTooManyRequests
	}
	if e.Status != want || e.Message == "" {
		t.Errorf("%s has status %d and message %q", e.Name, e.Status, e.Message)
	}
	return e.Name
}

// value returns the value of a counter or gauge.
func value(t testing.TB, m prometheus.Metric) float64 {
	t.Helper()
	var out dto.Metric
	if err := m.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.GetCounter().GetValue() + out.GetGauge().GetValue()
}
