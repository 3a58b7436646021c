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

// Route is a method together with its handler.
type Route struct {
	Method  *Method
	Handler Handler
}

// Handler answers one request. It reads the input, calls the service and writes
// the output, or returns an error and writes nothing.
type Handler func(ctx context.Context, caller Caller, x *Exchange) error

// Exchange is one request while it is handled.
type Exchange struct {
	Method *Method
	W      http.ResponseWriter
	R      *http.Request

	body   *body
	audit  Auditor
	status int
	// wrote is set once the answer has begun.
	wrote bool
}

// Serve answers one request: it authenticates the caller, checks the limits,
// reads the input, calls the handler and writes the output. It returns a
// failure as an *Error and writes nothing for it; the caller of Serve writes
// the error. By then the request body has been read, up to a limit.
func (rt Route) Serve(w http.ResponseWriter, r *http.Request, p *Plumbing) error {
	w.Header().Set("Cache-Control", "no-store")
	allowOrigins(w.Header())
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

// body returns the body of a request whose caller is not authenticated yet.
func (p *Plumbing) body(w http.ResponseWriter, r *http.Request, max int64, tooLarge string) *body {
	b := newBody(w, r, max, tooLarge)
	b.bodies = p.Bodies
	if p.Source != nil {
		b.caller.Source = p.Source(r)
	}
	return b
}

// admit authenticates the caller, then asks every limit, and uses up the token
// or ticket last. In another order, refused calls would fill the memory of used
// tokens.
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

// identify authenticates the caller, by ticket or by token.
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
		// The two could name different accounts or different rights.
		return Proof{}, Invalid("ticket", "not together with a token")
	}
	return p.Tickets.Find(r.Context(), tickets[0], m)
}

// finish runs an exchange and reports the result to the observers.
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
		// Breaking the connection shows the client that the answer is
		// incomplete.
		panic(http.ErrAbortHandler)
	}
	return err
}

// guard converts a panic into an error, so that the request is counted and
// logged.
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

// Unrouted handles a request below /xrpc/ that matches no route. It answers
// OPTIONS, and returns an *Error for an unknown method, a wrong HTTP method, or a
// malformed path.
func Unrouted(w http.ResponseWriter, r *http.Request, methods []*Method, p *Plumbing) error {
	w.Header().Set("Cache-Control", "no-store")
	allowOrigins(w.Header())
	name := strings.TrimPrefix(r.URL.Path, "/xrpc/")
	x := &Exchange{Method: Unknown, W: w, R: r, body: p.body(w, r, maxDrainBytes, "")}
	for _, m := range methods {
		if m.NSID == name {
			x.Method = m
			w.Header().Set("Allow", m.Kind.Verb())
		}
	}
	if r.Method == http.MethodOptions {
		return x.finish(p, func() error {
			x.status, x.wrote = http.StatusNoContent, true
			preflight(w)
			return nil
		})
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

// errNoAnswer reports a mistake in a handler.
var errNoAnswer = errors.New("handler gave neither an answer nor an error")
