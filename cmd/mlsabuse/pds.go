package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/auth/authtest"
)

// pds is a host of accounts. It says which it has, and its accounts call from
// its address.
type pds struct {
	s *scene
	// url is what documents name, and from the address of its calls.
	url, from string
	accounts  sync.Map
	server    *http.Server
}

// newPDS makes one at an address of loopback of its own, which in development is
// an origin of its own.
func (s *scene) newPDS(ctx context.Context, from string) (*pds, error) {
	address := net.JoinHostPort(fmt.Sprintf("127.0.4.%d", len(s.hosts)+1), "0")
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen as a PDS: %w", err)
	}
	h := &pds{s: s, url: "http://" + l.Addr().String(), from: from}
	h.server = &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	s.hosts = append(s.hosts, h)
	go func() { _ = h.server.Serve(l) }()
	return h, nil
}

// ServeHTTP answers com.atproto.sync.getRepoStatus.
func (h *pds) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	did := r.URL.Query().Get("did")
	w.Header().Set("Content-Type", "application/json")
	if _, has := h.accounts.Load(did); !has {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"RepoNotFound","message":"no such repo"}`))
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"did": did, "active": true})
}

// newPerson makes an account that the PDS has.
func (h *pds) newPerson() *person {
	p := h.s.claiming(h.url, h.from)
	h.accounts.Store(p.DID, true)
	return p
}

// claiming makes an account whose document names a PDS, which does not know of
// it.
func (s *scene) claiming(pds, from string) *person {
	a := s.PLC.NewAccount()
	doc := authtest.Document(a.DID, a.Key)
	doc["service"] = []map[string]any{{"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": pds}}
	s.PLC.Publish(a.DID, doc)
	return &person{Account: a, s: s, device: mlstest.NewClient(a.DID), from: from}
}

// stranger makes an account whose document names a host that does not answer,
// another one for each i.
func (s *scene) stranger(i int, from string) *person {
	return s.claiming(fmt.Sprintf("http://127.7.%d.%d:9", i/250, i%250+1), from)
}
