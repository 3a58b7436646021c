package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/auth/authtest"
)

func TestDatabaseLimit(t *testing.T) {
	for given, want := range map[string]int64{"": 0, "1MiB": 1 << 20, "200GiB": 200 << 30, "3TiB": 3 << 40} {
		if got, err := (&Config{DatabaseLimit: given}).databaseLimit(); err != nil || got != want {
			t.Errorf("%q: %d, %v", given, got, err)
		}
	}
	for _, given := range []string{"200", "GiB", "-1GiB", "1.5GiB", "9999999999TiB", "200 GiB"} {
		if got, err := (&Config{DatabaseLimit: given}).databaseLimit(); err == nil {
			t.Errorf("%q is %d", given, got)
		}
	}
	for given, want := range map[string]string{"": filepath.Join("data", "blobs"), "file:///srv/blobs": "/srv/blobs", "s3://bucket": ""} {
		if got := (&Config{DataDir: "data", BlobURL: given}).localBlobs(); got != want {
			t.Errorf("blobs at %q are in %q, want %q", given, got, want)
		}
	}
}

// A database above its size limit accepts no writes, and the log says so.
func TestDatabaseAtItsLimit(t *testing.T) {
	plc := authtest.NewPLC()
	defer plc.Close()
	alice := plc.NewAccount()
	r := start(t, "MLS_PLC_URL="+plc.URL, "MLS_DATABASE_LIMIT=1MiB")
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) { // until the size is measured
		code, answer := r.call(t, "POST", gen.NSIDUploadBlob, alice.Token(r.did(), gen.NSIDUploadBlob), "{}")
		if code == 503 && strings.Contains(answer, gen.ErrStorageFull) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("a write: %d %s", code, answer)
		}
	}
	if code, answer := r.call(t, "GET", gen.NSIDGetConvos, alice.Token(r.did(), gen.NSIDGetConvos), ""); code != 200 {
		t.Errorf("a read: %d %s", code, answer)
	}
	r.stop()
	r.wait(t) // the whole log is written by then
	if !strings.Contains(r.log.String(), "storage is full") {
		t.Errorf("the log says\n%s", r.log)
	}
}

// Every storage location of the configuration is measured.
func TestStoragePlacesAreMeasured(t *testing.T) {
	c, err := load("serve", nil, []string{"DATABASE_URL=" + dbtest.URL(t), "MLS_DATABASE_LIMIT=1TiB", "MLS_DATA_DIR=" + t.TempDir()}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	a, err := build(t.Context(), c, 3000, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	a.storage.Measure(t.Context())
	answer := httptest.NewRecorder()
	a.metrics.Handler(a.log).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	known := answer.Body.String()
	for _, place := range []string{"database-limit", "blobs"} {
		if !strings.Contains(known, fmt.Sprintf("mls_storage_free_ratio{place=%q}", place)) {
			t.Errorf("%s is not measured", place)
		}
	}
}
