package main

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/auth/authtest"
)

// did returns the DID of a server that start has started.
func (r *running) did() string {
	_, port, _ := net.SplitHostPort(r.addr)
	return "did:web:localhost%3A" + port
}

// call sends a request with a token and returns status and body.
func (r *running) call(t *testing.T, method, nsid, token, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, "http://"+r.addr+"/xrpc/"+nsid, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
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

func TestTokensAreChecked(t *testing.T) {
	plc := authtest.NewPLC()
	defer plc.Close()
	alice := plc.NewAccount()
	r := start(t, "MLS_PLC_URL="+plc.URL)
	if code, body := r.call(t, "GET", gen.NSIDGetConvos, alice.Token(r.did(), gen.NSIDGetConvos), ""); code != 200 || body != `{"conversations":[]}` {
		t.Errorf("with a token: %d %s", code, body)
	}
	for name, token := range map[string]string{
		"none": "", "nonsense": "x.y.z", "another service's": alice.Token("did:web:other.example", gen.NSIDGetConvos),
		"another method's": alice.Token(r.did(), gen.NSIDSendMessage),
	} {
		if code, body := r.call(t, "GET", gen.NSIDGetConvos, token, ""); code != 401 {
			t.Errorf("token %s: %d %s", name, code, body)
		}
	}
	r.stop()
	r.wait(t) // the whole log is written by then
	if strings.Contains(r.log.String(), alice.DID) || strings.Contains(r.log.String(), "eyJ") {
		t.Errorf("the log names the caller:\n%s", r.log)
	}
}

// TestReplayThroughRedis uses one token at two instances of one service.
func TestReplayThroughRedis(t *testing.T) {
	plc := authtest.NewPLC()
	defer plc.Close()
	alice := plc.NewAccount()
	env := []string{"MLS_PLC_URL=" + plc.URL, "REDIS_URL=" + dbtest.Redis(t), "SERVICE_DID=did:web:mls.example.org", "MLS_DEV=true", "MLS_SECRET_FILE=" + sharedSecretFile(t)}
	a, b := start(t, env...), start(t, env...)
	time.Sleep(2 * time.Second) // tokens issued before the record of used tokens began are refused
	token := alice.Token("did:web:mls.example.org", gen.NSIDPublishKeyPackages)
	const body = `{"keyPackages":[]}`
	if code, answer := a.call(t, "POST", gen.NSIDPublishKeyPackages, token, body); code == 401 {
		t.Fatalf("first use: %d %s", code, answer)
	}
	if code, answer := b.call(t, "POST", gen.NSIDPublishKeyPackages, token, body); code != 401 || !strings.Contains(answer, "JwtReplayed") {
		t.Errorf("used again at another instance: %d %s", code, answer)
	}
}

// sharedSecretFile creates the secret that several instances share.
func sharedSecretFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := auth.NewSecret().WriteFile(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestKeyChangeReachesInstances lets one instance learn of a new signing key.
// The others must refuse the old key at once.
func TestKeyChangeReachesInstances(t *testing.T) {
	plc := authtest.NewPLC()
	defer plc.Close()
	const did = "did:web:mls.example.org"
	env := []string{"MLS_PLC_URL=" + plc.URL, "REDIS_URL=" + dbtest.Redis(t), "SERVICE_DID=" + did, "MLS_DEV=true", "MLS_SECRET_FILE=" + sharedSecretFile(t)}
	a, b := start(t, env...), start(t, env...)
	call := func(r *running, by authtest.Account) int {
		code, _ := r.call(t, "GET", gen.NSIDGetConvos, by.Token(did, gen.NSIDGetConvos), "")
		return code
	}
	// Repeat with other accounts, in case the other instance is not subscribed
	// yet.
	for range 20 {
		account := plc.NewAccount()
		old := *account
		account.Rotate()
		plc.Publish(old.DID, authtest.Document(old.DID, old.Key))
		for _, r := range []*running{a, b} {
			if code := call(r, old); code != 200 {
				t.Fatalf("the first key: status %d", code)
			}
		}
		plc.Publish(old.DID, authtest.Document(old.DID, account.Key))
		if code := call(a, *account); code != 200 {
			t.Fatalf("the new key: status %d", code)
		}
		for range 20 {
			if call(b, old) == 401 {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	t.Error("the old key is still accepted at the other instance")
}

func TestSettingsReachTheService(t *testing.T) {
	plc := authtest.NewPLC()
	defer plc.Close()
	alice := plc.NewAccount()
	blobs := filepath.Join(t.TempDir(), "elsewhere")
	r := start(t, "MLS_PLC_URL="+plc.URL, "MLS_PAST_EPOCHS=3", "MLS_RATE_LIMITS=0.01", "MLS_BLOB_URL=file://"+blobs, "MLS_LOG_FORMAT=text")
	if code, body := r.call(t, "GET", gen.NSIDDescribeService, "", ""); code != 200 || !strings.Contains(body, `"pastEpochs":3`) {
		t.Errorf("describeService answers %d %s", code, body)
	}
	create := `{"groupId":"00112233445566778899aabbccddeeff","cipherSuite":"MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519"}`
	if code, body := r.call(t, "POST", gen.NSIDCreateConvo, alice.Token(r.did(), gen.NSIDCreateConvo), create); code != 400 || !strings.Contains(body, gen.ErrInvalidGroupInfo) {
		t.Errorf("createConvo without GroupInfo answers %d %s", code, body)
	}
	if st, err := os.Stat(blobs); err != nil || !st.IsDir() {
		t.Errorf("blobs are not where they should be: %v", err)
	}
	time.Sleep(2 * logDelay)
	if !strings.Contains(r.log.String(), "level=INFO msg=ready") {
		t.Errorf("the log is not text:\n%s", r.log)
	}
	for range 1000 {
		code, body := r.call(t, "GET", gen.NSIDGetConvos, alice.Token(r.did(), gen.NSIDGetConvos), "")
		if code == 429 {
			if !strings.Contains(body, `"error":"RateLimitExceeded"`) {
				t.Errorf("the refusal is %s", body)
			}
			return
		}
	}
	t.Error("a hundredth of the limits is never reached")
}

func TestRateLimitsOff(t *testing.T) {
	plc := authtest.NewPLC()
	defer plc.Close()
	alice := plc.NewAccount()
	r := start(t, "MLS_PLC_URL="+plc.URL, "MLS_RATE_LIMITS=off")
	token := alice.Token(r.did(), gen.NSIDGetConvos)
	for i := range 1000 {
		if code, body := r.call(t, "GET", gen.NSIDGetConvos, token, ""); code != 200 {
			t.Fatalf("call %d: %d %s", i, code, body)
		}
	}
}
