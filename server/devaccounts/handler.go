package devaccounts

import (
	"encoding/json"
	"net/http"

	"catbird.blue/mls/xrpc"
)

// maxBody bounds the input, a key of about 50 characters.
const maxBody = 1 << 10

// Handler answers POST /dev/accounts: {"publicKey": a Multikey} becomes {"did"}. Only
// a page of this very origin may call it: host is that of the page, such as
// localhost:3000, and a browser has to say that the call comes from there. A name that
// an attacker points to this machine has another host, and another page another site.
func (a *Accounts) Handler(host string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		did, err := a.answer(w, r, host)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		body := map[string]string{"did": did}
		if err != nil {
			body = map[string]string{"error": err.Name, "message": err.Message}
			w.WriteHeader(err.Status)
		}
		_ = json.NewEncoder(w).Encode(body) // an error means that the browser is gone
	})
}

func (a *Accounts) answer(w http.ResponseWriter, r *http.Request, host string) (did string, _ *xrpc.Error) {
	if r.Host != host || r.Header.Get("Sec-Fetch-Site") != "same-origin" {
		return "", xrpc.Errorf(http.StatusForbidden, "Forbidden", "development accounts are for the page at http://%s/ alone", host)
	}
	var in struct {
		PublicKey string `json:"publicKey"`
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	if err := decoder.Decode(&in); err != nil {
		return "", xrpc.Errorf(http.StatusBadRequest, xrpc.InvalidRequest, `the body is not {"publicKey": …}: %v`, err)
	}
	did, err := a.Add(in.PublicKey)
	if err != nil {
		return "", xrpc.Errorf(http.StatusBadRequest, xrpc.InvalidRequest, "publicKey: not a Multikey of P-256 or K-256: %v", err)
	}
	return did, nil
}
