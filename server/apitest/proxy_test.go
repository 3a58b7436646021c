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
	"catbird.blue/mls/server"
	"catbird.blue/mls/server/stream"
)

// The shipped proxy configuration lets through what the service takes, and
// refuses what is more in the same words. nginx is told the most that any method
// takes; mlsd refuses what a single one does not.
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
	if got := nginxSize(t, one(blobs, "client_max_body_size")); got != server.MaxBlob {
		t.Errorf("blobs of %d bytes, want %d", got, int64(server.MaxBlob))
	}
	if got := nginxSize(t, one(rest, "client_max_body_size")); got != server.MaxRequestBody {
		t.Errorf("bodies of %d bytes, want %d", got, int64(server.MaxRequestBody))
	}
	_, header, _ := strings.Cut(one(rest, "large_client_header_buffers"), " ")
	if got := nginxSize(t, header); got != server.MaxHeader {
		t.Errorf("headers of %d bytes, want %d", got, server.MaxHeader)
	}
	for _, want := range []string{
		fmt.Sprintf(`{"error":"PayloadTooLarge","message":"body: more than %d bytes"}`, int64(server.MaxRequestBody)),
		fmt.Sprintf(`{"error":%q,"message":"body: more than %d bytes"}`, gen.ErrBlobTooLarge, int64(server.MaxBlob)),
	} {
		if !strings.Contains(conf, "return 413 '"+want+"';") {
			t.Errorf("no answer %s", want)
		}
	}
	// A heartbeat may be late once.
	if got := must(time.ParseDuration(one(rest, "proxy_read_timeout")))(t); got < 2*stream.Heartbeat {
		t.Errorf("silence of %v, with a heartbeat every %v", got, stream.Heartbeat)
	}
	for _, m := range regexp.MustCompile(`location = /xrpc/(\S+)`).FindAllStringSubmatch(conf, -1) {
		if m[1] != gen.NSIDUploadBlob && m[1] != gen.NSIDSubscribeConvoEvents {
			t.Errorf("%s: not a method that needs a place of its own", m[1])
		}
	}
}

// cutLocation takes a location out of an nginx configuration.
func cutLocation(t testing.TB, conf, name string) (location, rest string) {
	t.Helper()
	before, after, found := strings.Cut(conf, "location "+name+" {")
	location, after, closed := strings.Cut(after, "}")
	if !found || !closed {
		t.Fatalf("no location %s", name)
	}
	return location, before + after
}

// nginxSize reads a size as nginx writes it.
func nginxSize(t testing.TB, s string) int64 {
	t.Helper()
	units := map[byte]int64{'k': 1 << 10, 'm': 1 << 20}
	unit := units[s[len(s)-1]]
	if unit == 0 {
		t.Fatalf("malformed size %q", s)
	}
	return must(strconv.ParseInt(s[:len(s)-1], 10, 64))(t) * unit
}
