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

// pds is a host of accounts. It answers which accounts it has, and their calls
// come from its address.
type pds struct {
	s *scene
	// url is the address in DID documents. from is the address from which its
	// calls come.
	url, from string
	accounts  sync.Map
	server    *http.Server
}

// newPDS creates a host with its own loopback address. In development mode such
// an address counts as a separate origin.
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

// newPerson creates an account on the host.
func (h *pds) newPerson() *person {
	p := h.s.claiming(h.url, h.from)
	h.accounts.Store(p.DID, true)
	return p
}

// claiming creates an account whose DID document names a host that does not
// have the account.
func (s *scene) claiming(pds, from string) *person {
	a := s.PLC.NewAccount()
	doc := authtest.Document(a.DID, a.Key)
	doc["service"] = []map[string]any{{"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": pds}}
	s.PLC.Publish(a.DID, doc)
	return &person{Account: a, s: s, device: mlstest.NewClient(a.DID), from: from}
}

// unknownHost creates an account whose DID document names a host that does not
// answer, a different host for each i.
func (s *scene) unknownHost(i int, from string) *person {
	return s.claiming(fmt.Sprintf("http://127.7.%d.%d:9", i/250, i%250+1), from)
}
