// Package authtest provides the peers of authentication for tests and
// benchmarks: a PLC directory over HTTP, accounts with keys, and service tokens
// signed with them. It imports nothing of this project, so that its output is
// independent of the code under test.
package authtest

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// PLC is a directory of did:plc documents on a loopback port. It responds as
// plc.directory does (https://web.plc.directory/spec/v0.1/did-plc). A server
// under test needs development mode to use URL, since it is a loopback address
// and http.
type PLC struct {
	// URL is the directory's origin, without a trailing slash.
	URL string

	server   *http.Server
	done     chan struct{}
	requests atomic.Int64

	mu      sync.Mutex
	answers map[string]http.HandlerFunc
	hook    func(http.ResponseWriter, *http.Request) bool
}

// NewPLC starts an empty directory. It panics if it cannot listen on loopback.
func NewPLC() *PLC {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		panic("authtest: " + err.Error())
	}
	p := &PLC{
		URL:     "http://" + l.Addr().String(),
		done:    make(chan struct{}),
		answers: map[string]http.HandlerFunc{},
	}
	p.server = &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(p.done)
		_ = p.server.Serve(l)
	}()
	return p
}

// Close stops the directory and closes its connections.
func (p *PLC) Close() {
	_ = p.server.Close()
	<-p.done
}

// Requests returns the number of requests answered so far, including failures.
func (p *PLC) Requests() int64 { return p.requests.Load() }

// Intercept calls f for every request before the directory answers it. If f
// returns true, it has answered. nil removes f. Tests use it for a directory
// that is slow, fails, or returns wrong documents.
func (p *PLC) Intercept(f func(http.ResponseWriter, *http.Request) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hook = f
}

// Publish sets the document for did, which is encoded as JSON; a
// json.RawMessage is served unchanged.
func (p *PLC) Publish(did string, document any) {
	body, err := json.Marshal(document)
	if err != nil {
		panic("authtest: " + err.Error())
	}
	p.answer(did, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/did+ld+json")
		_, _ = w.Write(body)
	})
}

// Tombstone makes did a deleted identity: plc.directory answers with status
// 410, the released npm package with 404.
func (p *PLC) Tombstone(did string, status int) {
	p.answer(did, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"message":"DID not available"}`))
	})
}

func (p *PLC) answer(did string, f http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers[did] = f
}

// ServeHTTP answers GET /{did}.
func (p *PLC) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.requests.Add(1)
	p.mu.Lock()
	hook, f := p.hook, p.answers[strings.TrimPrefix(r.URL.Path, "/")]
	p.mu.Unlock()
	if hook != nil && hook(w, r) {
		return
	}
	if f == nil {
		http.Error(w, `{"message":"DID not registered"}`, http.StatusNotFound)
		return
	}
	f(w, r)
}
