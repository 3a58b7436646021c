// Package authtest gives tests and benchmarks the peers that authentication
// needs: a PLC directory over real HTTP, accounts with real keys, and service
// tokens signed by them. It holds no policy and imports nothing of ours, so
// that what it makes is independent of what judges it.
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

// PLC is a directory of did:plc documents on a loopback port, answering as
// plc.directory does (https://web.plc.directory/spec/v0.1/did-plc). Give URL
// to the server under test, together with its development mode, since the
// address is loopback and the scheme http.
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

// NewPLC starts an empty directory. It panics where no loopback port is free,
// since nothing can be tested then.
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

// Close stops the directory and cuts its connections.
func (p *PLC) Close() {
	_ = p.server.Close()
	<-p.done
}

// Requests counts the look-ups answered so far, failures included.
func (p *PLC) Requests() int64 { return p.requests.Load() }

// Intercept has f see every request before the directory does. Where f
// returns true it has answered. A nil f ends it. Faults of a directory (slow,
// failing, lying) are made this way.
func (p *PLC) Intercept(f func(http.ResponseWriter, *http.Request) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hook = f
}

// Publish makes the directory answer for did with the document, which is
// encoded as JSON. A json.RawMessage goes out as it is.
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

// Tombstone makes the directory answer for did as for a deleted identity:
// status 410 in plc.directory, 404 in the released npm package.
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
