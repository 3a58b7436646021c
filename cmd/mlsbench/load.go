package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// call is a complete request. It is built before the measurement starts,
// because the load generator runs on the same machine as the service.
type call []byte

func newCall(host, verb, target, token string, body []byte, headers ...string) call {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n", verb, target, host, token)
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	if body != nil {
		fmt.Fprintf(&b, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}

// loadResult is the result of a run of calls.
type loadResult struct {
	calls int
	took  time.Duration
	p50   time.Duration
	p99   time.Duration
}

func (r loadResult) perSecond() float64 { return float64(r.calls) / r.took.Seconds() }

// runCalls sends the calls over one connection per worker. Each worker sends
// one call after the other. It stops at the first answer whose status is not
// 200.
func runCalls(ctx context.Context, addr string, workers int, calls []call) (loadResult, error) {
	var next atomic.Int64
	took := make([]time.Duration, len(calls))
	errs := make(chan error, workers)
	start := time.Now()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			if err := worker(ctx, addr, calls, took, &next); err != nil {
				errs <- err
			}
		})
	}
	wg.Wait()
	total := time.Since(start)
	select {
	case err := <-errs:
		return loadResult{}, err
	default:
	}
	slices.Sort(took)
	return loadResult{calls: len(calls), took: total, p50: took[len(took)/2], p99: took[len(took)*99/100]}, nil
}

func worker(ctx context.Context, addr string, calls []call, took []time.Duration, next *atomic.Int64) error {
	c, err := connect(ctx, addr)
	if err != nil {
		return err
	}
	defer c.Close()
	for {
		i := int(next.Add(1)) - 1
		if i >= len(calls) {
			return nil
		}
		began := time.Now()
		if err := c.do(calls[i]); err != nil {
			return fmt.Errorf("call %d: %w", i, err)
		}
		took[i] = time.Since(began)
	}
}

// connection is a connection that sends calls.
type connection struct {
	net.Conn
	r *bufio.Reader
}

func connect(ctx context.Context, addr string) (*connection, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &connection{conn, bufio.NewReaderSize(conn, 64<<10)}, nil
}

// do sends a call and reads its answer, whose status must be 200.
func (c *connection) do(one call) error {
	_, err := c.answer(one, io.Discard)
	return err
}

// answer does what do does and copies the body of the answer. It parses only
// the parts of the header that it needs, because the client's CPU time must not
// count.
func (c *connection) answer(one call, to io.Writer) (int64, error) {
	if _, err := c.Write(one); err != nil {
		return 0, err
	}
	status, length, err := c.head()
	if err != nil {
		return 0, err
	}
	if status != "200" {
		body, err := io.ReadAll(io.LimitReader(c.r, length))
		return 0, errors.Join(fmt.Errorf("status %s: %s", status, body), err)
	}
	return io.CopyN(to, c.r, length)
}

// head reads the header of an answer. The header must state the length of the
// body.
func (c *connection) head() (status string, length int64, err error) {
	line, err := c.r.ReadSlice('\n')
	if err != nil {
		return "", 0, err
	}
	_, rest, ok := bytes.Cut(line, []byte(" "))
	if !ok || len(rest) < 3 {
		return "", 0, fmt.Errorf("an answer begins with %q", line)
	}
	status, length = string(rest[:3]), -1
	for {
		if line, err = c.r.ReadSlice('\n'); err != nil {
			return "", 0, err
		}
		name, value, more := bytes.Cut(line, []byte(":"))
		switch {
		case more && bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 64); err != nil {
				return "", 0, err
			}
		case more:
		case length < 0:
			return "", 0, fmt.Errorf("an answer of status %s without Content-Length", status)
		default:
			return status, length, nil
		}
	}
}
