package authtest_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	indigoauth "github.com/bluesky-social/indigo/atproto/auth"
	"github.com/bluesky-social/indigo/atproto/identity"
	"github.com/bluesky-social/indigo/atproto/syntax"

	"catbird.blue/mls/server/auth/authtest"
)

const (
	aud = "did:web:mls.test"
	lxm = "blue.catbird.mls.sendMessage"
)

// Indigo's resolver and validator check the directory and the tokens, because
// other atproto services use them.
func TestTokensSatisfyIndigo(t *testing.T) {
	plc := authtest.NewPLC()
	defer plc.Close()
	dir := &identity.BaseDirectory{PLCURL: plc.URL, SkipHandleVerification: true}
	v := indigoauth.ServiceAuthValidator{Audience: aud, Dir: dir}
	method := syntax.NSID(lxm)

	for name, a := range map[string]*authtest.Account{"K-256": plc.NewAccount(), "P-256": plc.NewAccountP256()} {
		did, err := v.Validate(context.Background(), a.Token(aud, lxm), &method)
		if err != nil || did.String() != a.DID {
			t.Errorf("%s: %v, %v", name, did, err)
		}
	}
}

func TestDirectoryFaults(t *testing.T) {
	plc := authtest.NewPLC()
	defer plc.Close()
	a := plc.NewAccount()
	client := &http.Client{Timeout: time.Minute}
	defer client.CloseIdleConnections()
	status := func(did string) int {
		res, err := client.Get(plc.URL + "/" + did)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	if got := status(a.DID); got != http.StatusOK {
		t.Errorf("registered: %d", got)
	}
	if got := status(authtest.NewDID()); got != http.StatusNotFound {
		t.Errorf("unregistered: %d", got)
	}
	plc.Tombstone(a.DID, http.StatusGone)
	if got := status(a.DID); got != http.StatusGone {
		t.Errorf("tombstoned: %d", got)
	}
	plc.Intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusBadGateway)
		return true
	})
	if got := status(a.DID); got != http.StatusBadGateway {
		t.Errorf("intercepted: %d", got)
	}
	if got := plc.Requests(); got != 4 {
		t.Errorf("counted %d requests", got)
	}
}
