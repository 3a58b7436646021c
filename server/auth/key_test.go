package auth

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bluesky-social/indigo/atproto/identity"
)

func TestKeyFile(t *testing.T) {
	for _, alg := range []Algorithm{K256, P256} {
		path := filepath.Join(t.TempDir(), "key")
		made, err := GenerateKey(alg, service)
		if err != nil {
			t.Fatal(err)
		}
		if err := made.WriteFile(path); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
		read, err := LoadKey(path)
		if err != nil {
			t.Fatal(err)
		}
		if read.DID != service || read.Algorithm() != alg || !read.Private.Equal(made.Private) {
			t.Errorf("%s: another key came back", alg)
		}
		if err := made.WriteFile(path); !errors.Is(err, fs.ErrExist) {
			t.Errorf("a key was overwritten: %v", err)
		}
	}
}

func TestKeyFileOthersCanRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	k, err := LoadOrCreateKey(path, K256, service)
	if err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[os.FileMode]error{
		0o600: nil, 0o400: nil,
		0o640: ErrKeyPermissions, 0o604: ErrKeyPermissions, 0o644: ErrKeyPermissions, 0o620: ErrKeyPermissions, 0o601: ErrKeyPermissions,
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadKey(path); !errors.Is(err, want) {
			t.Errorf("mode %#o: %v", mode, err)
		}
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := LoadOrCreateKey(path, P256, service)
	if err != nil || !again.Private.Equal(k.Private) {
		t.Errorf("the key was not kept: %v", err)
	}
}

func TestDamagedKeyFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	if _, err := LoadOrCreateKey(path, K256, service); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	good := string(raw)
	other, err := GenerateKey(K256, service)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"empty":                  "",
		"no DID":                 strings.Replace(good, "did: ", "# did: ", 1),
		"another service's form": strings.Replace(good, service, "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", 1),
		"no secret":              good[:strings.Index(good, "secret: ")],
		"cut off":                good[:len(good)-4],
		"secret of another":      good[:strings.Index(good, "secret: ")] + "secret: " + other.Private.Multibase(),
		"secret twice":           good + "secret: " + other.Private.Multibase(),
		"PEM":                    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
	} {
		p := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadKey(p)
		if !errors.Is(err, ErrKeyFormat) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), other.Private.Multibase()) {
			t.Errorf("%s: the error tells the secret", name)
		}
	}
	if _, err := LoadKey(dir); !errors.Is(err, ErrKeyFormat) {
		t.Errorf("a folder: %v", err)
	}
	if _, err := LoadKey(filepath.Join(dir, "absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestKeyMismatch(t *testing.T) {
	k, err := GenerateKey(P256, service)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		did  string
		alg  Algorithm
		want error
	}{
		{service, "", nil}, {service, P256, nil},
		{service, K256, ErrKeyMismatch}, {"did:web:other.test", P256, ErrKeyMismatch},
	} {
		if err := k.Check(c.did, c.alg); !errors.Is(err, c.want) {
			t.Errorf("%s %s: %v", c.did, c.alg, err)
		}
	}
	if _, err := GenerateKey("Ed25519", service); err == nil {
		t.Error("an Ed25519 key was made")
	}
	if _, err := GenerateKey(K256, "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"); err == nil {
		t.Error("a key for a did:plc was made")
	}
}

// indigo finds the key and the service endpoint in our document.
func TestServiceDocument(t *testing.T) {
	k, err := GenerateKey(K256, service)
	if err != nil {
		t.Fatal(err)
	}
	pub, err := k.Public()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(Document(service, "https://mls.test", pub))
	if err != nil {
		t.Fatal(err)
	}
	var doc identity.DIDDocument
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	ident := identity.ParseIdentity(&doc)
	if got, err := ident.PublicKey(); err != nil || !got.Equal(pub) {
		t.Errorf("key: %v, %v", got, err)
	}
	if s := ident.Services["atproto_mls"]; s.Type != "AtprotoMlsService" || s.URL != "https://mls.test" || ident.DID != service {
		t.Errorf("%+v", ident)
	}
	if !strings.Contains(string(raw), `"@context":["https://www.w3.org/ns/did/v1"`) || doc.VerificationMethod[0].Type != "Multikey" {
		t.Errorf("%s", raw)
	}
}

func TestServiceDIDs(t *testing.T) {
	for did, c := range map[string]struct{ prod, dev bool }{
		"did:web:mls.example.org":                      {true, true},
		"did:web:xn--bcher-kva.example":                {true, true},
		"did:web:localhost%3A3000":                     {false, true},
		"did:web:localhost":                            {false, true},
		"did:web:localhost%3a3000":                     {},
		"did:web:localhost:3000":                       {},
		"did:web:localhost%3A":                         {},
		"did:web:localhost%3A0":                        {},
		"did:web:Localhost%3A3000":                     {},
		"did:web:127.0.0.1%3A3000":                     {},
		"did:web:127.0.0.1":                            {},
		"did:web:mls.example.org%3A8443":               {},
		"did:web:mls.example.org:path":                 {},
		"did:web:MLS.example.org":                      {},
		"did:web:mls":                                  {},
		"did:web:-mls.example.org":                     {},
		"did:web:mls..org":                             {},
		"did:web:mls.example.org.":                     {},
		"did:web:mls.example.org#fragment":             {},
		"did:web:":                                     {},
		"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa":             {},
		"mls.example.org":                              {},
		"did:web:" + strings.Repeat("a.", 150) + "org": {},
	} {
		if got := ValidateServiceDID(did, false) == nil; got != c.prod {
			t.Errorf("%s in production: %v", did, got)
		}
		if got := ValidateServiceDID(did, true) == nil; got != c.dev {
			t.Errorf("%s in development: %v", did, got)
		}
	}
}

func TestPublicURLs(t *testing.T) {
	for u, c := range map[string]struct{ prod, dev bool }{
		"https://mls.example.org":      {true, true},
		"https://mls.example.org:8443": {true, true},
		"http://localhost:3000":        {false, true},
		"https://mls.example.org/":     {},
		"https://mls.example.org/xrpc": {},
		"https://mls.example.org?":     {},
		"https://mls.example.org#":     {},
		"https://a:b@mls.example.org":  {},
		"mls.example.org":              {},
		"ws://mls.example.org":         {},
		"https://":                     {},
		"http://[::1":                  {},
		"":                             {},
	} {
		if got := ValidatePublicURL(u, false) == nil; got != c.prod {
			t.Errorf("%s in production: %v", u, got)
		}
		if got := ValidatePublicURL(u, true) == nil; got != c.dev {
			t.Errorf("%s in development: %v", u, got)
		}
	}
}
