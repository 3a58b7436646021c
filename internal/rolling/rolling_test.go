package rolling

import (
	"context"
	"flag"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"catbird.blue/mls/internal/testbed"
)

// caddy names the program to test with, which tools/tool.sh builds.
var caddy = flag.String("rolling.caddy", "", "path of caddy; without it, the tests run with nginx only")

// drainTime is MLS_DRAIN_TIME as docs/deployments.md recommends it for several
// instances.
const drainTime = "2s"

// between is the pause between the restarts of two instances.
const between = 2 * time.Second

// leastCalls is the number of calls after which the share of refused ones means
// something.
const leastCalls = 4000

// setup is everything that runs: two instances on one database.
type setup struct {
	world     *testbed.World
	instances []*testbed.Instance
}

const serviceDID = "did:web:localhost%3A3999"

func newSetup(t *testing.T) *setup {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "mlsd")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "catbird.blue/mls/cmd/mlsd").CombinedOutput(); err != nil {
		t.Fatalf("build mlsd: %v\n%s", err, out)
	}
	// The test's own context ends before its clean-up, which stops the processes
	// in order.
	ctx := context.WithoutCancel(t.Context())
	world, err := testbed.New(ctx, "rolling", binary)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := world.Close(); err != nil {
			t.Error(err)
		}
	})
	redis, err := testbed.StartRedis(ctx, world.Dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(redis.Kill)
	s := &setup{world: world}
	blobs := t.TempDir()
	for range 2 {
		in, _, err := world.StartInstance(ctx, "SERVICE_DID="+serviceDID, "REDIS_URL="+redis.URL, "MLS_DRAIN_TIME="+drainTime,
			"MLS_DATA_DIR="+t.TempDir(), "MLS_BLOB_URL=file://"+blobs, "MLS_RATE_LIMITS=off", "MLS_LOG_LEVEL=warn")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := in.Stop(); err != nil {
				t.Error(err)
			}
		})
		s.instances = append(s.instances, in)
	}
	return s
}

// roll restarts each instance, as an update of the program does.
func (s *setup) roll(t *testing.T) {
	t.Helper()
	for _, in := range s.instances {
		time.Sleep(between)
		if err := in.Restart(context.WithoutCancel(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRollingRestart restarts both instances while messages are sent and
// streams are read through a proxy.
func TestRollingRestart(t *testing.T) {
	s := newSetup(t)
	proxies := map[string]func(*testing.T, *setup, string, *certificate) *proxy{"nginx": startNginx}
	if *caddy != "" {
		proxies["caddy"] = startCaddy
	}
	for name, start := range proxies {
		t.Run(name, func(t *testing.T) {
			cert := newCertificate(t)
			p := start(t, s, t.TempDir(), cert)
			checkEntrance(t, p)
			c := newCrowd(t, s, p, cert)
			c.traffic(func() { s.roll(t) })
			c.check(t)
		})
	}
}

// checkEntrance checks what everybody sees of the proxy: that it redirects http
// to https, announces HTTPS to browsers, speaks HTTP/2, and passes the DID
// document on.
func checkEntrance(t *testing.T, p *proxy) {
	t.Helper()
	get := func(url string) *http.Response {
		t.Helper()
		client := &http.Client{Transport: p.transport(), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		return res
	}
	res := get(p.url + "/.well-known/did.json")
	if res.StatusCode != http.StatusOK || res.Header.Get("Strict-Transport-Security") == "" || res.ProtoMajor != 2 {
		t.Errorf("the DID document: %s, %s, HSTS %q", res.Status, res.Proto, res.Header.Get("Strict-Transport-Security"))
	}
	res = get(p.plainURL + "/xrpc/x?a=b")
	where, err := res.Location()
	if err != nil || !slices.Contains([]int{http.StatusMovedPermanently, http.StatusPermanentRedirect}, res.StatusCode) ||
		where.Scheme != "https" || where.RequestURI() != "/xrpc/x?a=b" {
		t.Errorf("plain http: %s to %v, %v", res.Status, where, err)
	}
}
