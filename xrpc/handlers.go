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
	"time"
)

// CallTime bounds the work of one call, after its input was read. Methods that
// stream, and those that carry raw bytes, are as slow as their clients; what they
// wait for has deadlines of its own.
const CallTime = 25 * time.Second

// input is the constraint for generated input types.
type input[T any] interface {
	*T
	Parse(body []byte) error
}

// params is the constraint for generated parameter types.
type params[T any] interface {
	*T
	Parse(q url.Values) error
}

// output is the constraint for generated output types.
type output[T any] interface {
	*T
	Encodable
}

// Parse decodes v from a request body and checks it. The error is an *Error.
func Parse(body []byte, v interface {
	Decodable
	Checkable
}, rules ...Named) error {
	if err := DecodeJSON(body, v, rules...); err != nil {
		return err
	}
	return Check(v, rules...)
}

// ProcedureJSON handles a procedure with JSON input and JSON output.
func ProcedureJSON[I, O any, PI input[I], PO output[O]](call func(context.Context, Caller, *I) (*O, error)) Handler {
	return func(ctx context.Context, caller Caller, x *Exchange) error {
		if err := x.mediaType(x.Method.InputEncoding); err != nil {
			return err
		}
		raw, err := x.body.readAll()
		if err != nil {
			return err
		}
		in := new(I)
		if err := PI(in).Parse(raw); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, CallTime)
		defer cancel()
		out, err := call(ctx, caller, in)
		return answer[O, PO](x, out, err)
	}
}

// QueryJSON handles a query with parameters and JSON output.
func QueryJSON[I, O any, PI params[I], PO output[O]](call func(context.Context, Caller, *I) (*O, error)) Handler {
	return func(ctx context.Context, caller Caller, x *Exchange) error {
		in := new(I)
		if err := parseQuery(x.R, PI(in).Parse); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, CallTime)
		defer cancel()
		out, err := call(ctx, caller, in)
		return answer[O, PO](x, out, err)
	}
}

// BareJSON handles a method without input that has JSON output.
func BareJSON[O any, PO output[O]](call func(context.Context, Caller) (*O, error)) Handler {
	return func(ctx context.Context, caller Caller, x *Exchange) error {
		ctx, cancel := context.WithTimeout(ctx, CallTime)
		defer cancel()
		out, err := call(ctx, caller)
		return answer[O, PO](x, out, err)
	}
}

// UploadJSON handles a procedure with raw bytes as input and JSON output.
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

// QueryDownload handles a query with parameters and raw bytes as output.
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

// mediaType refuses a body whose MIME type is not the one that the lexicon
// wants.
func (x *Exchange) mediaType(want string) error {
	got := x.R.Header.Get("Content-Type")
	if got == want {
		return x.identityEncoding()
	}
	t, args, err := mime.ParseMediaType(got)
	if err != nil || t != want {
		return Invalid("Content-Type", "must be %s, is %q", want, printable(got))
	}
	if cs := args["charset"]; cs != "" && !strings.EqualFold(cs, "utf-8") {
		return Invalid("Content-Type", "charset must be utf-8, is %q", printable(cs))
	}
	return x.identityEncoding()
}

// identityEncoding refuses a compressed body, because its real size is unknown.
func (x *Exchange) identityEncoding() error {
	if e := x.R.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return Errorf(http.StatusUnsupportedMediaType, InvalidRequest, "Content-Encoding: %q is not supported", printable(e))
	}
	return nil
}

// answer writes the result of a call.
func answer[O any, PO output[O]](x *Exchange, out *O, err error) error {
	if err != nil {
		return err
	}
	if out == nil {
		return errNoAnswer
	}
	encode("", PO(out), func(body []byte) {
		// The rest of the body is read first, because a client that is still
		// sending does not read the answer.
		x.body.drain()
		x.wrote = true
		if x.audit != nil {
			x.audit.Answered(x.Method, body)
		}
		// If the answer cannot be written, the client has gone and there is
		// nobody to tell.
		_ = writeCoalesced(x.R.Context(), func() error { return writeJSON(x.W, x.status, body) })
	})
	return nil
}

// download writes a Download. Its bytes come from another user, so the headers
// tell browsers neither to guess a type nor to display them.
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

// sink records errors of writing, which mean that the client has gone. They
// must be distinguished from errors of reading the Download.
type sink struct {
	w   io.Writer
	err error
}

func (s *sink) Write(p []byte) (n int, err error) {
	n, s.err = s.w.Write(p)
	return n, s.err
}
