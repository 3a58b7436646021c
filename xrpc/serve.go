package xrpc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"
)

// Route is a method and what answers it.
type Route struct {
	Method  *Method
	Handler Handler
}

// Handler answers one request: it reads the input, calls the service and
// writes the output, or gives an error and writes nothing.
type Handler func(ctx context.Context, caller Caller, x *Exchange) error

// Exchange is a request under way.
type Exchange struct {
	Method *Method
	W      http.ResponseWriter
	R      *http.Request

	body   *body
	audit  Auditor
	status int
	// wrote is set when the answer has begun.
	wrote bool
}

// Serve answers one request: time, authentication, limits, input, the handler,
// output. A failure is returned as an *Error and nothing is written for it:
// that is for whoever called. The body has been read by then, as far as that
// is reasonable.
func (rt Route) Serve(w http.ResponseWriter, r *http.Request, p *Plumbing) error {
	w.Header().Set("Cache-Control", "no-store")
	if rt.Method.Ticket {
		// A page of any origin may use a ticket: it proves by itself, and
		// no cookie does.
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}
	x := &Exchange{Method: rt.Method, W: w, R: r, audit: p.Audit, status: http.StatusOK}
	x.body = p.body(w, r, rt.Method.MaxBody, rt.Method.TooLarge)
	return x.finish(p, func() error {
		caller, err := p.admit(r, rt.Method, x.body.caller.Source)
		if err != nil {
			return err
		}
		x.body.caller = caller
		return rt.Handler(r.Context(), caller, x)
	})
}

// body is the body of a request whose caller has not proven anything yet.
func (p *Plumbing) body(w http.ResponseWriter, r *http.Request, max int64, tooLarge string) *body {
	b := newBody(w, r, max, tooLarge)
	b.bodies = p.Bodies
	if p.Source != nil {
		b.caller.Source = p.Source(r)
	}
	return b
}

// admit lets a call in: who calls is proven, every bound lets the call through,
// and only then the proof is spent. In another order, calls that are refused
// would fill the memory of spent tokens.
func (p *Plumbing) admit(r *http.Request, m *Method, source netip.Prefix) (Caller, error) {
	ctx := r.Context()
	proof, err := p.identify(r, m)
	if err != nil {
		return Caller{}, err
	}
	call := Call{Method: m, Caller: proof.Caller, Request: r}
	call.Caller.Source = source
	for _, step := range p.Admit {
		if err := step(ctx, &call); err != nil {
			return Caller{}, err
		}
	}
	if proof.Spend != nil {
		if err := proof.Spend(ctx); err != nil {
			return Caller{}, err
		}
	}
	return call.Caller, nil
}

// identify tells who calls, by ticket or token.
func (p *Plumbing) identify(r *http.Request, m *Method) (Proof, error) {
	switch {
	case m.Public:
		return Proof{}, nil
	case !m.Ticket || p.Tickets == nil:
		return p.Auth.Authenticate(r.Context(), r, m)
	}
	tickets := r.URL.Query()["ticket"]
	switch {
	case len(tickets) == 0:
		return p.Auth.Authenticate(r.Context(), r, m)
	case len(tickets) > 1:
		return Proof{}, Invalid("ticket", "given more than once")
	case r.Header.Get("Authorization") != "":
		// Whose rights would count? A ticket may have fewer.
		return Proof{}, Invalid("ticket", "not together with a token")
	}
	return p.Tickets.Find(r.Context(), tickets[0], m)
}

// finish runs an exchange and tells those who watch how it ended.
func (x *Exchange) finish(p *Plumbing, run func() error) error {
	start := time.Now()
	defer x.body.close()
	err := AsError(guard(run))
	x.body.drain()
	name := ""
	if err != nil {
		name = err.Name
		if !x.wrote {
			x.status = err.Status
		}
		if p.Audit != nil {
			p.Audit.Failed(x.Method, err)
		}
	}
	if p.Observe != nil {
		p.Observe.Observe(x.Method, x.status, name, time.Since(start))
	}
	if err == nil {
		return nil
	}
	if x.wrote {
		// Half an answer must not look like a whole one.
		panic(http.ErrAbortHandler)
	}
	return err
}

// guard turns a panic into an error, so that one request does not look like
// none to those who count.
func guard(run func() error) (err error) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if asError, ok := v.(error); ok && errors.Is(asError, http.ErrAbortHandler) {
			panic(v)
		}
		err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
	}()
	return run()
}

// Unrouted answers a request below /xrpc/ that no route took: an unknown
// method, a wrong verb, a malformed path. It always gives an *Error.
func Unrouted(w http.ResponseWriter, r *http.Request, methods []*Method, p *Plumbing) error {
	w.Header().Set("Cache-Control", "no-store")
	name := strings.TrimPrefix(r.URL.Path, "/xrpc/")
	x := &Exchange{Method: Unknown, W: w, R: r, body: p.body(w, r, drainMost, "")}
	for _, m := range methods {
		if m.NSID == name {
			x.Method = m
			w.Header().Set("Allow", m.Kind.Verb())
		}
	}
	return x.finish(p, func() error { return unrouted(x.Method, name, r.Method) })
}

func unrouted(m *Method, name, verb string) error {
	if m != Unknown {
		return Errorf(http.StatusMethodNotAllowed, InvalidRequest, "%s is called with %s, not %s", m.NSID, m.Kind.Verb(), printable(verb))
	}
	if strings.HasSuffix(name, "/") {
		return Errorf(http.StatusBadRequest, InvalidRequest, "path: ends in a slash; methods are at /xrpc/NSID")
	}
	if _, err := syntax.ParseNSID(name); err != nil {
		return Errorf(http.StatusBadRequest, InvalidRequest, "path: not the NSID of a method; methods are at /xrpc/NSID")
	}
	return Errorf(http.StatusNotImplemented, MethodNotImplemented, "this service has no method %s", printable(name))
}

// errNoAnswer is a handler's mistake.
var errNoAnswer = errors.New("handler gave neither an answer nor an error")
