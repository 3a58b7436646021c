package xrpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxAnswer limits the JSON answer that a Client reads into memory, in bytes.
const maxAnswer = 64 << 20

// Client calls XRPC methods. An error that the service returned is an *Error;
// other errors come from net/http.
type Client struct {
	// Service is the base URL without a path, such as https://mls.example.
	Service string
	// HTTP sends the requests. nil means http.DefaultClient.
	HTTP *http.Client
	// Authorize adds the caller's authentication to a request: a service token
	// for the NSID, or, when a PDS is called, a session token and the
	// atproto-proxy header. nil adds nothing.
	Authorize func(r *http.Request, nsid string) error
}

// GetJSON calls a query.
func (c *Client) GetJSON(ctx context.Context, nsid string, q url.Values, out Decodable) error {
	return c.json(ctx, http.MethodGet, nsid, q, nil, nil, out)
}

// GetDownload calls a query whose output is raw bytes. The caller must close
// Body.
func (c *Client) GetDownload(ctx context.Context, nsid string, q url.Values) (*Download, error) {
	res, err := c.do(ctx, http.MethodGet, nsid, q, nil, nil) //nolint:bodyclose // the caller closes it
	if err != nil {
		return nil, err
	}
	return &Download{Body: res.Body, Status: res.StatusCode, Header: res.Header}, nil
}

// PostJSON calls a procedure. in is nil if the procedure has no input.
func (c *Client) PostJSON(ctx context.Context, nsid string, in Encodable, out Decodable) error {
	var body io.Reader
	header := http.Header{}
	if in != nil {
		body = bytes.NewReader(Marshal(in))
		header.Set("Content-Type", "application/json")
	}
	return c.json(ctx, http.MethodPost, nsid, nil, header, body, out)
}

// UploadJSON calls a procedure whose input is raw bytes.
func (c *Client) UploadJSON(ctx context.Context, nsid string, up *Upload, out Decodable) error {
	header := http.Header{"Content-Type": {"application/octet-stream"}}
	if up.ContentType != "" {
		header.Set("Content-Type", up.ContentType)
	}
	if up.ContentLength > 0 {
		header.Set("Content-Length", strconv.FormatInt(up.ContentLength, 10))
	}
	return c.json(ctx, http.MethodPost, nsid, nil, header, up.Body, out)
}

// Request returns the request that calls a method, with authentication.
func (c *Client) Request(ctx context.Context, verb, nsid string, q url.Values, header http.Header) (*http.Request, error) {
	return c.request(ctx, verb, nsid, q, header, nil)
}

func (c *Client) request(ctx context.Context, verb, nsid string, q url.Values, header http.Header, body io.Reader) (*http.Request, error) {
	at := strings.TrimSuffix(c.Service, "/") + "/xrpc/" + nsid
	if len(q) > 0 {
		at += "?" + q.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, verb, at, body)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", nsid, err)
	}
	if n, err := strconv.ParseInt(header.Get("Content-Length"), 10, 64); err == nil {
		r.ContentLength = n
		header.Del("Content-Length")
	}
	for k, v := range header {
		r.Header[k] = v
	}
	if c.Authorize != nil {
		if err := c.Authorize(r, nsid); err != nil {
			return nil, fmt.Errorf("authorize %s: %w", nsid, err)
		}
	}
	return r, nil
}

// do sends a request and returns an error for any status but 2xx.
func (c *Client) do(ctx context.Context, verb, nsid string, q url.Values, header http.Header, body io.Reader) (*http.Response, error) {
	r, err := c.request(ctx, verb, nsid, q, header, body)
	if err != nil {
		return nil, err
	}
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", nsid, err)
	}
	if res.StatusCode/100 == 2 {
		return res, nil
	}
	defer res.Body.Close()
	return nil, Failure(res)
}

// Failure reads the error from an answer. An answer without an envelope, such
// as that of a proxy, becomes an error named UpstreamFailure.
func Failure(res *http.Response) *Error {
	e := &Error{Status: res.StatusCode, Name: UpstreamFailure, Message: "no XRPC error in the answer: " + res.Status}
	const most = 64 << 10
	raw, err := io.ReadAll(io.LimitReader(res.Body, most))
	var env envelope
	if err == nil && DecodeJSON(raw, &env) == nil {
		e.Name, e.Message = env.Error, env.Message
	}
	if s, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && s > 0 {
		e.RetryAfter = time.Duration(s) * time.Second
	}
	return e
}

// json sends a request and decodes a JSON answer.
func (c *Client) json(ctx context.Context, verb, nsid string, q url.Values, header http.Header, body io.Reader, out Decodable) error {
	res, err := c.do(ctx, verb, nsid, q, header, body)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if len(raw) > maxAnswer {
		return errors.New("read answer: too large")
	}
	if err := DecodeJSON(raw, out); err != nil {
		// Only the text is kept. A wrapped *Error would look like one that the
		// service returned.
		return errors.New("read answer: " + err.Error())
	}
	return nil
}
