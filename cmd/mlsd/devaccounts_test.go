package main

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bluesky-social/indigo/atproto/atcrypto"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/auth/authtest"
)

// TestDevAccounts makes an account as the page at / does, and calls a method as it.
func TestDevAccounts(t *testing.T) {
	r := start(t)
	key, err := atcrypto.GeneratePrivateKeyP256()
	if err != nil {
		t.Fatal(err)
	}
	public, err := key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	status, body := makeDevAccount(t, r.addr, public.Multibase())
	var out struct{ DID string }
	if err := json.Unmarshal([]byte(body), &out); status != http.StatusOK || err != nil || out.DID == "" {
		t.Fatalf("%d %s", status, body)
	}
	_, port, _ := net.SplitHostPort(r.addr)
	account := authtest.Account{DID: out.DID, Key: key}
	call := func(account authtest.Account) int {
		req, err := http.NewRequest(http.MethodGet, "http://"+r.addr+"/xrpc/"+gen.NSIDGetConvos, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+account.Token("did:web:localhost%3A"+port, gen.NSIDGetConvos))
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	if status := call(account); status != http.StatusOK {
		t.Errorf("a call of the account is answered %d", status)
	}
	other, err := atcrypto.GeneratePrivateKeyP256()
	if err != nil {
		t.Fatal(err)
	}
	if status := call(authtest.Account{DID: out.DID, Key: other}); status != http.StatusUnauthorized {
		t.Errorf("a call with another key is answered %d", status)
	}
}

// TestNoDevAccounts: they exist for a development identity on a loopback listener only.
func TestNoDevAccounts(t *testing.T) {
	key := filepath.Join(t.TempDir(), "service.key")
	if code, _, complaint := try(t, nil, "keygen", "-service-did", "did:web:mls.example.org", "-key-file", key); code != 0 {
		t.Fatal(complaint)
	}
	for name, env := range map[string][]string{
		"production":      {"SERVICE_DID=did:web:mls.example.org", "MLS_KEY_FILE=" + key},
		"all interfaces":  {"MLS_LISTEN=0.0.0.0"},
		"dev, own domain": {"SERVICE_DID=did:web:mls.example.org", "MLS_KEY_FILE=" + key, "MLS_DEV=true"},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, env...)
			if status, body := makeDevAccount(t, r.addr, "zDnaeWgbpcUat3VPa1GqrFbcr7jTBNMhd3BM7bHzmQu7m6eQK"); status != http.StatusNotFound && status != http.StatusMethodNotAllowed {
				t.Errorf("%d %s", status, body)
			}
		})
	}
}

func makeDevAccount(t *testing.T, addr, multikey string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, "http://"+addr+"/dev/accounts", strings.NewReader(`{"publicKey":"`+multikey+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(addr)
	req.Host = "localhost:" + port
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}
