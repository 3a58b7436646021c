// Package followstest has a stand-in for an AppView, for tests. It answers
// app.bsky.graph.getRelationships only, and checks questions and answers by the
// lexicons in its folder, which are Bluesky's. It imports nothing of this project.
package followstest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bluesky-social/indigo/atproto/syntax"
)

const nsid = "app.bsky.graph.getRelationships"

// Question is a call that the AppView got.
type Question struct {
	Actor  string
	Others []string
}

// Fault answers a call in place of the AppView, or returns false.
type Fault func(w http.ResponseWriter, r *http.Request) bool

// AppView is the stand-in.
type AppView struct {
	// URL is its address, without a trailing slash.
	URL string

	t        testing.TB
	lexicons lexicons

	mu sync.Mutex
	// records has what one account says about another: its key is kind, from and to.
	records   map[[3]string]bool
	unknown   map[string]bool
	fault     Fault
	questions []Question
}

// New starts an AppView that knows every account and no relationship.
func New(t testing.TB) *AppView {
	a := &AppView{t: t, lexicons: load(t), records: map[[3]string]bool{}, unknown: map[string]bool{}}
	s := httptest.NewServer(a)
	t.Cleanup(s.Close)
	a.URL = s.URL
	return a
}

// Kinds of records.
const (
	follow    = "follow"
	block     = "block"
	listblock = "listblock"
)

// Follow lets an account follow another one, or not any more.
func (a *AppView) Follow(from, to string, on bool) { a.set(follow, from, to, on) }

// Block lets an account block another one, or not any more.
func (a *AppView) Block(from, to string, on bool) { a.set(block, from, to, on) }

// BlockByList lets an account block another one by a list, or not any more.
func (a *AppView) BlockByList(from, to string, on bool) { a.set(listblock, from, to, on) }

func (a *AppView) set(kind, from, to string, on bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.records[[3]string{kind, from, to}] = on
}

// Unknown lets an account not exist.
func (a *AppView) Unknown(did string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.unknown[did] = true
}

// Fail installs a fault; nil ends it.
func (a *AppView) Fail(f Fault) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fault = f
}

// Questions returns the calls so far.
func (a *AppView) Questions() []Question {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.questions)
}

// ServeHTTP implements http.Handler.
func (a *AppView) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q, err := question(r)
	if err != nil {
		a.t.Errorf("the AppView was asked %s: %v", r.URL, err)
		reply(w, http.StatusBadRequest, map[string]any{"error": "InvalidRequest", "message": err.Error()})
		return
	}
	a.mu.Lock()
	a.questions = append(a.questions, q)
	fault, unknown := a.fault, a.unknown[q.Actor]
	a.mu.Unlock()
	if fault != nil && fault(w, r) {
		return
	}
	if unknown {
		reply(w, http.StatusBadRequest, map[string]any{"error": "ActorNotFound", "message": "Actor not found"})
		return
	}
	out := a.Answer(q)
	if err := a.lexicons.check(out); err != nil {
		a.t.Errorf("the stand-in's answer is not of the lexicon: %v", err)
	}
	reply(w, http.StatusOK, out)
}

// question checks a call by the lexicon.
func question(r *http.Request) (Question, error) {
	q := Question{Actor: r.URL.Query().Get("actor"), Others: r.URL.Query()["others"]}
	if r.Method != http.MethodGet || r.URL.Path != "/xrpc/"+nsid {
		return q, fmt.Errorf("want GET /xrpc/%s", nsid)
	}
	if len(q.Others) > 30 {
		return q, fmt.Errorf("has %d others, more than 30", len(q.Others))
	}
	for _, did := range append([]string{q.Actor}, q.Others...) {
		if _, err := syntax.ParseDID(did); err != nil {
			return q, fmt.Errorf("names an account that is no DID: %w", err)
		}
	}
	return q, nil
}

// Answer returns the output for a question.
func (a *AppView) Answer(q Question) map[string]any {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := []any{}
	for _, other := range q.Others {
		if a.unknown[other] {
			list = append(list, map[string]any{"$type": "app.bsky.graph.defs#notFoundActor", "actor": other, "notFound": true})
			continue
		}
		r := map[string]any{"$type": "app.bsky.graph.defs#relationship", "did": other}
		for name, record := range map[string][3]string{
			"following": {follow, q.Actor, other}, "followedBy": {follow, other, q.Actor},
			"blocking": {block, q.Actor, other}, "blockedBy": {block, other, q.Actor},
			"blockingByList": {listblock, q.Actor, other}, "blockedByList": {listblock, other, q.Actor},
		} {
			if a.records[record] {
				r[name] = "at://" + record[1] + "/app.bsky.graph." + record[0] + "/3l3qo2vuowo2b"
			}
		}
		list = append(list, r)
	}
	return map[string]any{"actor": q.Actor, "relationships": list}
}

func reply(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// Status is a fault: every call gets this status, with headers in pairs.
func Status(status int, header ...string) Fault {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		reply(w, status, map[string]any{"error": "InternalServerError", "message": "no"})
		return true
	}
}

// Body is a fault: every call gets this body with status 200.
func Body(body string) Fault {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		_, _ = strings.NewReader(body).WriteTo(w)
		return true
	}
}

// Until is a fault: every call waits until the channel is closed.
func Until(c <-chan struct{}) Fault {
	return func(_ http.ResponseWriter, r *http.Request) bool {
		select {
		case <-c:
		case <-r.Context().Done():
		}
		return false
	}
}
