package apitest

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/httpd"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/stream"
)

// The shipped nginx configuration accepts what the service accepts, and refuses
// larger requests with the same error. nginx has the largest limit of any
// method; mlsd applies that of each method.
func TestLimitsInProxyConfiguration(t *testing.T) {
	conf := string(must(os.ReadFile("../../deploy/nginx/mlsd.conf"))(t))
	one := func(text, name string) string {
		t.Helper()
		all := regexp.MustCompile(`(?m)^\s*`+name+` ([^;]+);`).FindAllStringSubmatch(text, -1)
		if len(all) != 1 {
			t.Fatalf("%s is there %d times, want once", name, len(all))
		}
		return all[0][1]
	}
	blobs, rest := cutLocation(t, conf, "= /xrpc/"+gen.NSIDUploadBlob)
	if got := nginxSize(t, one(blobs, "client_max_body_size")); got != limit.MaxBlob {
		t.Errorf("blobs of %d bytes, want %d", got, int64(limit.MaxBlob))
	}
	if got := nginxSize(t, one(rest, "client_max_body_size")); got != gen.MaxJSON {
		t.Errorf("bodies of %d bytes, want %d", got, int64(gen.MaxJSON))
	}
	operations := string(must(os.ReadFile("../../docs/operations.md"))(t))
	if want := fmt.Sprintf("pass bodies of %d MiB for uploadBlob, %d MiB for the rest", limit.MaxBlob>>20, gen.MaxJSON>>20); !strings.Contains(operations, want) {
		t.Errorf("docs/operations.md does not say: %s", want)
	}
	_, header, _ := strings.Cut(one(rest, "large_client_header_buffers"), " ")
	if got := nginxSize(t, header); got != httpd.MaxHeader {
		t.Errorf("headers of %d bytes, want %d", got, httpd.MaxHeader)
	}
	for _, want := range []string{
		fmt.Sprintf(`{"error":"PayloadTooLarge","message":"body: more than %d bytes"}`, int64(gen.MaxJSON)),
		fmt.Sprintf(`{"error":%q,"message":"body: more than %d bytes"}`, gen.ErrBlobTooLarge, int64(limit.MaxBlob)),
	} {
		if !strings.Contains(conf, "return 413 '"+want+"';") {
			t.Errorf("no answer %s", want)
		}
	}
	// One heartbeat may be late.
	if got := must(time.ParseDuration(one(rest, "proxy_read_timeout")))(t); got < 2*stream.Heartbeat {
		t.Errorf("silence of %v, with a heartbeat every %v", got, stream.Heartbeat)
	}
	for _, m := range regexp.MustCompile(`location = /xrpc/(\S+)`).FindAllStringSubmatch(conf, -1) {
		if m[1] != gen.NSIDUploadBlob && m[1] != gen.NSIDSubscribeConvoEvents {
			t.Errorf("%s: not a method that needs a place of its own", m[1])
		}
	}
}

// The shipped nginx has enough connections for the streams of an instance, and
// passes on the address of the client.
func TestConnectionsInProxyConfiguration(t *testing.T) {
	main := string(must(os.ReadFile("../../deploy/nginx/nginx.conf"))(t))
	conf := string(must(os.ReadFile("../../deploy/nginx/mlsd.conf"))(t))
	number := func(text, name string) int64 {
		t.Helper()
		m := regexp.MustCompile(`(?m)^\s*` + name + ` (\d+);`).FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("no %s", name)
		}
		return must(strconv.ParseInt(m[1], 10, 64))(t)
	}
	// One worker may get all connections, each with one to the instance, and as
	// many again may wait.
	if got, want := number(main, "worker_connections"), 3*limit.OpenConnections.Amount; got < want {
		t.Errorf("a worker has %d connections, want %d", got, want)
	}
	if files, conns := number(main, "worker_rlimit_nofile"), number(main, "worker_connections"); files < conns {
		t.Errorf("%d open files for %d connections", files, conns)
	}
	if got := number(conf, "limit_conn mlsd_source"); got > limit.OpenConnections.Amount/2 || got < limit.OpenConnections.Amount/4 {
		t.Errorf("one network may have %d of %d connections", got, limit.OpenConnections.Amount)
	}
	// In nginx, a location with headers of its own inherits none from the
	// server.
	for block := range strings.SplitSeq(conf, "location ") {
		if strings.Contains(block, "proxy_set_header") && !strings.Contains(block, "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;") {
			t.Errorf("a place does not tell where requests come from:\n%s", block)
		}
	}
}

// cutLocation cuts a location out of an nginx configuration.
func cutLocation(t testing.TB, conf, name string) (location, rest string) {
	t.Helper()
	before, after, found := strings.Cut(conf, "location "+name+" {")
	location, after, closed := strings.Cut(after, "}")
	if !found || !closed {
		t.Fatalf("no location %s", name)
	}
	return location, before + after
}

// nginxSize parses a size of nginx.
func nginxSize(t testing.TB, s string) int64 {
	t.Helper()
	units := map[byte]int64{'k': 1 << 10, 'm': 1 << 20}
	unit := units[s[len(s)-1]]
	if unit == 0 {
		t.Fatalf("malformed size %q", s)
	}
	return must(strconv.ParseInt(s[:len(s)-1], 10, 64))(t) * unit
}
