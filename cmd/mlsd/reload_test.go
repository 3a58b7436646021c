package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/auth"
)

// withSettings writes a file of settings.
func withSettings(t *testing.T, path string, lines ...string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A reload applies the key, the log level and the limits. A mistake changes
// nothing and ends nothing.
func TestReload(t *testing.T) {
	dir := t.TempDir()
	settings, keys := filepath.Join(dir, "mlsd.env"), filepath.Join(dir, "service.key")
	const did = "did:web:mls.example.org"
	newKey := func() string {
		t.Helper()
		key, err := auth.GenerateKey(auth.K256, did)
		if err != nil {
			t.Fatal(err)
		}
		os.Remove(keys)
		if err := key.WriteFile(keys); err != nil {
			t.Fatal(err)
		}
		pub, err := key.Public()
		if err != nil {
			t.Fatal(err)
		}
		return pub.Multibase()
	}
	first := newKey()
	withSettings(t, settings, "MLS_LOG_LEVEL=warn")
	r := start(t, "SERVICE_DID="+did, "MLS_KEY_FILE="+keys, "MLS_SECRET="+aSecret, "MLS_ENV_FILE="+settings, "MLS_LOG_LEVEL=error")
	document := func() string {
		t.Helper()
		code, body, err := fetch("http://" + r.addr + "/.well-known/did.json")
		if err != nil || code != http.StatusOK {
			t.Fatalf("%d, %v", code, err)
		}
		return body
	}
	if !strings.Contains(document(), first) {
		t.Fatal("the document has another key")
	}

	second := newKey()
	withSettings(t, settings, "MLS_LOG_LEVEL=info", "MLS_RATE_LIMITS=2", "MLS_ORIGIN_SIZES=bsky.network=7", "MLS_MESSAGE_TTL=2h")
	r.hangups <- syscall.SIGHUP
	eventually(t, "the reload", func() bool { return strings.Contains(r.log.String(), `"msg":"reloaded"`) })
	if !strings.Contains(document(), second) {
		t.Error("the document has the old key")
	}
	for _, want := range []string{`"settings":["MLS_LOG_LEVEL","MLS_RATE_LIMITS","MLS_ORIGIN_SIZES"],"new_key":true`,
		`after a restart only","instance":"`, `"settings":["MLS_MESSAGE_TTL"]`, `"nsid":"/.well-known/did.json"`} {
		eventually(t, want, func() bool { return strings.Contains(r.log.String(), want) })
	}

	for _, broken := range []func(){
		func() { withSettings(t, settings, "MLS_LOG_LEVEL=loud") },
		func() { withSettings(t, settings, "nonsense") },
		func() { withSettings(t, settings, "MLS_LOG_LEVEL=info"); os.Remove(keys) },
	} {
		before := strings.Count(r.log.String(), "not reloaded")
		broken()
		r.hangups <- syscall.SIGHUP
		eventually(t, "the refusal", func() bool { return strings.Count(r.log.String(), "not reloaded") == before+1 })
		if !strings.Contains(document(), second) {
			t.Error("a refused reload changed the key")
		}
	}
	r.stop()
	if code := r.wait(t); code != 0 {
		t.Errorf("ends with %d", code)
	}
}

// Two instances with files of their own say so; with a common folder they do
// not.
func TestStoresApart(t *testing.T) {
	database := "DATABASE_URL=" + dbtest.URL(t)
	const told = "keeps attachments elsewhere"
	common := "MLS_BLOB_URL=file://" + t.TempDir()
	start(t, database, common)
	same := start(t, database, common)
	if strings.Contains(same.log.String(), told) {
		t.Errorf("a common store is called another one:\n%s", same.log)
	}
	other := start(t, database)
	eventually(t, "the warning", func() bool { return strings.Contains(other.log.String(), told) })
}
