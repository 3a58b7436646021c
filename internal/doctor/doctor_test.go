package doctor

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/backup"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/blob"
)

// service is a fake of the service and its proxy, as the world sees them.
type service struct {
	*httptest.Server
	key *auth.Key
	// silent makes streams keep back their events, as a buffering proxy does;
	// document replaces the DID document; status is that of calls.
	silent, noUpgrade bool
	document          []byte
	status            int
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{status: http.StatusOK}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	var err error
	if s.key, err = auth.GenerateKey(auth.K256, "did:web:mls.example.com"); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *service) world() World {
	return World{ServiceDID: s.key.DID, PublicURL: "https://mls.example.com", Key: s.key, Client: s.client(),
		LookupHost: func(context.Context, string) ([]string, error) { return []string{"192.0.2.1"}, nil }}
}

// client reaches the fake under every name.
func (s *service) client() *http.Client {
	transport := s.Client().Transport.(*http.Transport).Clone()
	address := s.Listener.Addr().String()
	transport.DialTLSContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} // the fake's certificate is for another name
		return d.DialContext(ctx, network, address)
	}
	return &http.Client{Transport: transport}
}

func (s *service) serve(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/health/live":
	case "/.well-known/did.json":
		doc := s.document
		if doc == nil {
			public, _ := s.key.Public()
			doc, _ = json.Marshal(auth.Document(s.key.DID, "https://mls.example.com", public))
		}
		_, _ = w.Write(doc)
	case "/xrpc/" + gen.NSIDSubscribeConvoEvents:
		if s.noUpgrade {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		if !s.silent {
			_ = ws.Write(r.Context(), websocket.MessageBinary, []byte{1})
		}
		_, _, _ = ws.Read(r.Context())
	case "/xrpc/" + gen.NSIDStreamConvoEvents:
		w.WriteHeader(s.status)
		if !s.silent {
			_, _ = w.Write([]byte("event: info\ndata: {}\n\n"))
		}
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	default:
		if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ey") {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(s.status)
		_, _ = w.Write([]byte(`{"error":"UntrustedIss","message":"no"}`))
	}
}

// states runs checks with a short deadline and returns their states by name.
func states(t *testing.T, checks []Check) map[string]Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	out := map[string]Result{}
	for _, c := range checks {
		out[c.Name] = c.Run(ctx)
		if (out[c.Name].State > OK) != (out[c.Name].Do != "") {
			t.Errorf("%s: %v says to do %q", c.Name, out[c.Name].State, out[c.Name].Do)
		}
	}
	return out
}

// Each fault of what the world sees fails the checks that are about it.
func TestWorld(t *testing.T) {
	t.Parallel()
	other, err := auth.GenerateKey(auth.P256, "did:web:mls.example.com")
	if err != nil {
		t.Fatal(err)
	}
	document := func(key *auth.Key, url string) []byte {
		public, _ := key.Public()
		b, _ := json.Marshal(auth.Document(key.DID, url, public))
		return b
	}
	for name, c := range map[string]struct {
		change func(*service, *World)
		failed string
	}{
		"nothing": {func(*service, *World) {}, ""},
		"no name": {func(_ *service, w *World) {
			w.LookupHost = func(context.Context, string) ([]string, error) { return nil, errors.New("no such host") }
		}, "dns"},
		"another key":   {func(s *service, _ *World) { s.document = document(other, "https://mls.example.com") }, "did.json"},
		"another url":   {func(s *service, _ *World) { s.document = document(s.key, "https://old.example.com") }, "did.json"},
		"a page":        {func(s *service, _ *World) { s.document = []byte("<html>") }, "did.json"},
		"token refused": {func(s *service, _ *World) { s.status = http.StatusUnauthorized }, "token sse"},
		"buffered":      {func(s *service, _ *World) { s.silent = true }, "sse websocket"},
		"no upgrade":    {func(s *service, _ *World) { s.noUpgrade = true }, "websocket"},
		"certificate": {func(_ *service, w *World) {
			w.Now = func() time.Time { return time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC) }
		}, "certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			w := s.world()
			c.change(s, &w)
			var failed []string
			got := states(t, w.Checks())
			for _, check := range w.Checks() {
				if got[check.Name].State == Failed {
					failed = append(failed, check.Name)
				}
			}
			if strings.Join(failed, " ") != c.failed {
				t.Errorf("these failed: %v, want %q: %v", failed, c.failed, got)
			}
		})
	}
}

// TestReceiverIsNoStandby connects as what receives the log for backups does.
func TestReceiverIsNoStandby(t *testing.T) {
	t.Parallel()
	url := dbtest.StartCluster(t, map[string]string{"max_wal_senders": "2", "wal_level": "replica"}).URL()
	receiver, err := pgconn.Connect(t.Context(), url+"&replication=true&application_name="+backup.Receiver)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = receiver.Close(context.Background()) })
	r := states(t, Database{Pool: dbtest.Open(t, url), URL: url}.Checks())["standby"]
	if !strings.HasPrefix(r.Found, "there is no standby") {
		t.Errorf("with the receiver of the backups: %+v", r)
	}
}

// Checks of a real PostgreSQL: one that is right, and clocks and settings that are not.
func TestDatabase(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	pool := dbtest.Open(t, url)
	got := states(t, Database{Pool: pool, URL: url}.Checks())
	for _, name := range []string{"database", "rights", "migrations", "clock"} {
		if got[name].State != OK {
			t.Errorf("%s: %+v", name, got[name])
		}
	}
	if got["standby"].State != Warning {
		t.Errorf("without a standby: %+v", got["standby"])
	}
	ahead := Database{Pool: pool, URL: url, Now: func() time.Time { return time.Now().Add(time.Minute) }}
	if r := states(t, ahead.Checks())["clock"]; r.State != Failed {
		t.Errorf("a clock a minute ahead: %+v", r)
	}
	weak := dbtest.Open(t, url+"&synchronous_commit=off")
	if r := states(t, Database{Pool: weak, URL: url}.Checks())["settings"]; r.State != Failed {
		t.Errorf("synchronous_commit off: %+v", r)
	}
	if r := states(t, Database{Pool: pool, URL: dbtest.Empty(t)}.Checks())["migrations"]; r.State != Warning {
		t.Errorf("an empty database: %+v", r)
	}
}

// Redis with a policy that evicts fails; without Redis there is nothing to check.
func TestRedis(t *testing.T) {
	t.Parallel()
	n := dbtest.StartRedis(t)
	if r := Redis(n.URL()).Run(t.Context()); r.State != OK {
		t.Errorf("a new Redis: %+v", r)
	}
	client := redis.NewClient(&redis.Options{Addr: n.Addr()})
	defer client.Close()
	if err := client.ConfigSet(t.Context(), "maxmemory-policy", "allkeys-lru").Err(); err != nil {
		t.Fatal(err)
	}
	if r := Redis(n.URL()).Run(t.Context()); r.State != Failed || !strings.Contains(r.Do, "noeviction") {
		t.Errorf("a Redis that evicts: %+v", r)
	}
	n.Kill()
	if r := Redis(n.URL()).Run(t.Context()); r.State != Failed {
		t.Errorf("a Redis that is gone: %+v", r)
	}
	if r := Redis("").Run(t.Context()); r.State != Skipped {
		t.Errorf("no Redis: %+v", r)
	}
}

// Blobs, disk and backups.
func TestStores(t *testing.T) {
	t.Parallel()
	dir, now := t.TempDir(), time.Now
	open := func(context.Context) (*blob.Store, error) { return blob.OpenDir(dir) }
	if r := Blobs(open).Run(t.Context()); r.State != OK {
		t.Errorf("blobs: %+v", r)
	}
	if _, left, err := newestFile(dir); err != nil || left != "" {
		t.Errorf("the probe left %s, %v", left, err)
	}
	if r := Blobs(func(context.Context) (*blob.Store, error) { return nil, errors.New("denied") }).Run(t.Context()); r.State != Failed {
		t.Errorf("blobs that cannot be opened: %+v", r)
	}
	if r := Disk("disk", filepath.Join(dir, "missing")).Run(t.Context()); r.State != Failed {
		t.Errorf("no directory: %+v", r)
	}
	if r := Disk("disk", dir).Run(t.Context()); r.State < OK || !strings.Contains(r.Found, "% of") {
		t.Errorf("a directory: %+v", r)
	}
	if r := Dumps(dir, time.Hour, now).Run(t.Context()); r.State != Failed {
		t.Errorf("no dump: %+v", r)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.dump"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if r := Dumps(dir, time.Hour, now).Run(t.Context()); r.State != OK {
		t.Errorf("a new dump: %+v", r)
	}
	later := func() time.Time { return now().Add(2 * time.Hour) }
	if r := Dumps(dir, time.Hour, later).Run(t.Context()); r.State != Failed {
		t.Errorf("an old dump: %+v", r)
	}
}

// The newest base backup, in whatever order they are listed, and the last trial.
func TestRepository(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) backup.ListedBase {
		return backup.ListedBase{Base: backup.Base{ID: "b", Ended: now.Add(-d)}, Until: now}
	}
	for name, tc := range map[string]struct {
		bases []backup.ListedBase
		tried time.Duration
		err   error
		want  State
	}{
		"as it should be":        {bases: []backup.ListedBase{ago(time.Hour), ago(25 * time.Hour)}, tried: time.Hour, want: OK},
		"the oldest first":       {bases: []backup.ListedBase{ago(50 * time.Hour), ago(time.Hour)}, tried: maxUnverified, want: OK},
		"too old":                {bases: []backup.ListedBase{ago(26*time.Hour + time.Second)}, tried: time.Hour, want: Failed},
		"never tried":            {bases: []backup.ListedBase{ago(time.Hour)}, want: Warning},
		"tried too long ago":     {bases: []backup.ListedBase{ago(time.Hour)}, tried: maxUnverified + time.Second, want: Warning},
		"none":                   {want: Failed},
		"a place without access": {bases: []backup.ListedBase{ago(time.Hour)}, err: errors.New("denied"), want: Failed},
	} {
		list := func(context.Context) (backup.Listing, error) {
			out := backup.Listing{Bases: tc.bases}
			if tc.tried > 0 {
				out.Verified.At = now.Add(-tc.tried)
			}
			return out, tc.err
		}
		if r := Repository(list, 26*time.Hour, func() time.Time { return now }).Run(t.Context()); r.State != tc.want {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// Each check is one line, and the worst state decides.
func TestRun(t *testing.T) {
	t.Parallel()
	result := func(r Result) func(context.Context) Result { return func(context.Context) Result { return r } }
	var out bytes.Buffer
	worst := Run(t.Context(), &out, []Check{
		{"a", result(ok("fine"))}, {"b", result(warn("do that", "two\nlines"))}, {"c", result(skipped("nothing"))},
	})
	if want := "ok    a             fine\nwarn  b             two lines; do that\nskip  c             nothing\n"; worst != Warning || out.String() != want {
		t.Errorf("%v:\n%s", worst, &out)
	}
	if Run(t.Context(), &out, []Check{{"a", result(fail("x", "y"))}, {"b", result(ok("z"))}}) != Failed {
		t.Error("a failure does not decide")
	}
}
