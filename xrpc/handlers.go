package xrpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// input is a generated input type.
type input[T any] interface {
	*T
	Parse(body []byte) error
}

// params is a generated type of parameters.
type params[T any] interface {
	*T
	Parse(q url.Values) error
}

// output is a generated output type.
type output[T any] interface {
	*T
	Encodable
}

// Parse reads v from a request body and validates it. The error is an *Error.
func Parse(body []byte, v interface {
	Decodable
	Checkable
}, rules ...Named) error {
	if err := DecodeJSON(body, v, rules...); err != nil {
		return err
	}
	return Check(v, rules...)
}

// ProcedureJSON handles a procedure with JSON in and out.
func ProcedureJSON[I, O any, PI input[I], PO output[O]](call func(context.Context, Caller, *I) (*O, error)) Handler {
	return func(ctx context.Context, caller Caller, x *Exchange) error {
		if err := x.mediaType(x.Method.InputEncoding); err != nil {
			return err
		}
		raw, err := x.body.all()
		if err != nil {
			return err
		}
		in := new(I)
		if err := PI(in).Parse(raw); err != nil {
			return err
		}
		out, err := call(ctx, caller, in)
		return answer[O, PO](x, out, err)
	}
}

// QueryJSON handles a query with parameters and JSON out.
func QueryJSON[I, O any, PI params[I], PO output[O]](call func(context.Context, Caller, *I) (*O, error)) Handler {
	return func(ctx context.Context, caller Caller, x *Exchange) error {
		in := new(I)
		if err := parseQuery(x.R, PI(in).Parse); err != nil {
			return err
		}
		out, err := call(ctx, caller, in)
		return answer[O, PO](x, out, err)
	}
}

// BareJSON handles a method without input, with JSON out.
func BareJSON[O any, PO output[O]](call func(context.Context, Caller) (*O, error)) Handler {
	return func(ctx context.Context, caller Caller, x *Exchange) error {
		out, err := call(ctx, caller)
		return answer[O, PO](x, out, err)
	}
}

// UploadJSON handles a procedure that takes any bytes, with JSON out.
func UploadJSON[O any, PO output[O]](call func(context.Context, Caller, *Upload) (*O, error)) Handler {
	return func(ctx context.Context, caller Caller, x *Exchange) error {
		if err := x.identityEncoding(); err != nil {
			return err
		}
		if err := x.body.stream(); err != nil {
			return err
		}
		up := &Upload{Body: x.body, ContentType: x.R.Header.Get("Content-Type"), ContentLength: x.R.ContentLength}
		if up.ContentType == "" {
			up.ContentType = "application/octet-stream"
		}
		out, err := call(ctx, caller, up)
		return answer[O, PO](x, out, err)
	}
}

// QueryDownload handles a query with parameters that gives any bytes.
func QueryDownload[I any, PI params[I]](call func(context.Context, Caller, *I) (*Download, error)) Handler {
	return func(ctx context.Context, caller Caller, x *Exchange) error {
		in := new(I)
		if err := parseQuery(x.R, PI(in).Parse); err != nil {
			return err
		}
		d, err := call(WithRange(ctx, x.R.Header.Get("Range")), caller, in)
		if err != nil {
			return err
		}
		if d == nil || d.Body == nil {
			return errNoAnswer
		}
		return x.download(d)
	}
}

func parseQuery(r *http.Request, parse func(url.Values) error) error {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return Invalid("query", "malformed query string")
	}
	return parse(q)
}

// mediaType refuses a body of another type than the lexicon's.
func (x *Exchange) mediaType(want string) error {
	got := x.R.Header.Get("Content-Type")
	t, args, err := mime.ParseMediaType(got)
	if err != nil || t != want {
		return Invalid("Content-Type", "must be %s, is %q", want, printable(got))
	}
	if cs := args["charset"]; cs != "" && !strings.EqualFold(cs, "utf-8") {
		return Invalid("Content-Type", "charset must be utf-8, is %q", printable(cs))
	}
	return x.identityEncoding()
}

// identityEncoding refuses compressed bodies, whose size nobody knows.
func (x *Exchange) identityEncoding() error {
	if e := x.R.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return Errorf(http.StatusUnsupportedMediaType, InvalidRequest, "Content-Encoding: %q is not supported", printable(e))
	}
	return nil
}

// answer writes what a call gave.
func answer[O any, PO output[O]](x *Exchange, out *O, err error) error {
	if err != nil {
		return err
	}
	if out == nil {
		return errNoAnswer
	}
	encode("", PO(out), func(body []byte) {
		// Before the answer: a client that is still sending does not listen.
		x.body.drain()
		x.wrote = true
		if x.audit != nil {
			x.audit.Answered(x.Method, body)
		}
		// An answer that cannot be written has nobody who waits for it.
		_ = inOnePiece(x.R.Context(), func() error { return writeJSON(x.W, x.status, body) })
	})
	return nil
}

// download streams a Download. What is stored is a stranger's bytes, so a
// browser must neither guess a type nor show them.
func (x *Exchange) download(d *Download) (err error) {
	defer func() { err = errors.Join(err, d.Body.Close()) }()
	h := x.W.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", "attachment")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	for name, values := range d.Header {
		h[http.CanonicalHeaderKey(name)] = values
	}
	h.Set("Cache-Control", "no-store")
	if d.Status != 0 {
		x.status = d.Status
	}
	x.wrote = true
	if x.audit != nil {
		x.audit.Answered(x.Method, nil)
	}
	x.W.WriteHeader(x.status)
	out := &sink{w: x.W}
	if _, err := io.Copy(out, d.Body); err != nil && out.err == nil {
		return fmt.Errorf("stream answer: %w", err)
	}
	return nil
}

// sink remembers that writing failed, which is the client's doing, and tells it
// from a failure to read.
type sink struct {
	w   io.Writer
	err error
}

func (s *sink) Write(p []byte) (n int, err error) {
	n, s.err = s.w.Write(p)
	return n, s.err
}
