package xrpc

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// serve listens on a loopback address, which the tests of deadlines and
// connections need.
func serve(t *testing.T, rt Route, p *Plumbing) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(host(rt, p))
	t.Cleanup(srv.Close)
	return srv
}

// zeros returns a body of n bytes without a stated length.
type zeros struct{ n int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.n == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), z.n))
	clear(p[:n])
	z.n -= int64(n)
	return n, nil
}

func TestLargeBodiesAreReadThenRefused(t *testing.T) {
	w := &watcher{}
	srv := serve(t, Route{echoMethod, ProcedureJSON(echoSample)}, w.plumbing())
	for name, body := range map[string]io.Reader{
		"with a length": strings.NewReader(strings.Repeat("x", 20<<20)),
		"chunked":       &zeros{20 << 20},
		"just too long": strings.NewReader(strings.Repeat(" ", 1<<20+1)),
	} {
		res, err := http.Post(srv.URL, "application/json", body)
		if err != nil {
			t.Errorf("%s: the connection broke: %v", name, err)
			continue
		}
		raw, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(string(raw), `{"error":"PayloadTooLarge","message":"body: more than 1048576 bytes"}`) {
			t.Errorf("%s: %d %s %v", name, res.StatusCode, raw, err)
		}
		if res.Close {
			t.Errorf("%s: the connection was closed though the body was read", name)
		}
	}
	fits := `{"text":"x","num":1}` + strings.Repeat(" ", 1<<20-20)
	res, err := http.Post(srv.URL, "application/json", strings.NewReader(fits))
	if err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("a body of the bound: %v %v", res, err)
	}
	res.Body.Close()
}

func TestRefusedBodiesAreDrained(t *testing.T) {
	w := &watcher{refuse: Errorf(401, "BadJwt", "no")}
	srv := serve(t, Route{echoMethod, ProcedureJSON(echoSample)}, w.plumbing())
	for range 3 {
		res, err := http.Post(srv.URL, "application/json", &zeros{8 << 20})
		if err != nil {
			t.Fatalf("the connection broke: %v", err)
		}
		if res.StatusCode != http.StatusUnauthorized || res.Close {
			t.Errorf("%d, close %v", res.StatusCode, res.Close)
		}
		res.Body.Close()
	}
}

func TestEndlessBodyIsCut(t *testing.T) {
	w := &watcher{}
	srv := serve(t, Route{echoMethod, ProcedureJSON(echoSample)}, w.plumbing())
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(2 * time.Minute))
	fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
	sent := make(chan int64)
	go func() {
		chunk := "10000\r\n" + strings.Repeat("x", 0x10000) + "\r\n"
		var n int64
		for {
			if _, err := io.WriteString(conn, chunk); err != nil {
				sent <- n
				return
			}
			n += 0x10000
		}
	}()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || res.StatusCode != http.StatusRequestEntityTooLarge || !res.Close {
		t.Fatalf("%v %v", res, err)
	}
	conn.Close()
	if n := <-sent; n > maxDrainBytes+64<<20 {
		t.Errorf("the server read %d bytes", n)
	}
}

func TestSlowBodyIsCut(t *testing.T) {
	old, oldDrain := bodyGrace, maxDrainTime
	bodyGrace, maxDrainTime = 200*time.Millisecond, 200*time.Millisecond
	defer func() { bodyGrace, maxDrainTime = old, oldDrain }()
	w := &watcher{}
	srv := serve(t, Route{echoMethod, ProcedureJSON(echoSample)}, w.plumbing())
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(2 * time.Minute))
	fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				_, _ = io.WriteString(conn, " ")
			}
		}
	}()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || res.StatusCode != http.StatusRequestTimeout || !res.Close {
		t.Fatalf("%v %v", res, err)
	}
	srv.Close()
	if w.failed[0].Name != InvalidRequest {
		t.Error(w.failed[0])
	}
}

func TestInterruptedBody(t *testing.T) {
	w := &watcher{}
	srv := serve(t, Route{echoMethod, ProcedureJSON(echoSample)}, w.plumbing())
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
	_ = conn.(*net.TCPConn).CloseWrite()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || res.StatusCode != http.StatusBadRequest {
		t.Fatalf("%v %v", res, err)
	}
}

// A client that waits for "100 Continue" does not get it if its body would be
// discarded.
func TestExpectContinueIsNotAnswered(t *testing.T) {
	w := &watcher{refuse: Errorf(401, "BadJwt", "no")}
	srv := serve(t, Route{echoMethod, ProcedureJSON(echoSample)}, w.plumbing())
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(2 * time.Minute))
	fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n")
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || res.StatusCode != http.StatusUnauthorized {
		t.Fatalf("%v %v", res, err)
	}
}

func TestBodyInMemory(t *testing.T) {
	for _, size := range []int{0, 1, 511, 512, 513, 1 << 20, 1<<20 + 1, 3<<20 + 7} {
		for _, length := range []int64{int64(size), -1} {
			r := httptest.NewRequest(http.MethodPost, "/", &zeros{int64(size)})
			r.ContentLength = length
			b := newBody(httptest.NewRecorder(), r, 4<<20, "")
			got, err := b.readAll()
			if err != nil || len(got) != size {
				t.Errorf("%d (length %d): %d, %v", size, length, len(got), err)
			}
			if length > 0 && cap(got) > 2*size+512 {
				t.Errorf("%d: %d bytes of memory", size, cap(got))
			}
		}
	}
	// A large Content-Length alone must cost little memory.
	r := httptest.NewRequest(http.MethodPost, "/", &zeros{10})
	r.ContentLength = 4 << 20
	if got, err := newBody(httptest.NewRecorder(), r, 4<<20, "").readAll(); err != nil || cap(got) > 1<<20 {
		t.Errorf("%d bytes of memory, %v", cap(got), err)
	}
}

// failing is a reader that fails after some bytes.
type failing struct{ left int }

func (f *failing) Read(p []byte) (int, error) {
	if f.left == 0 {
		return 0, errors.New("disk on fire")
	}
	n := min(len(p), f.left)
	f.left -= n
	return n, nil
}

func (*failing) Close() error { return nil }

func TestDownload(t *testing.T) {
	w := &watcher{}
	srv := serve(t, Route{queryMethod, QueryDownload(func(_ context.Context, _ Caller, p *sampleParams) (*Download, error) {
		switch p.Name {
		case "none":
			return nil, nil
		case "gone":
			return nil, Errorf(404, "Gone", "no")
		case "broken":
			return &Download{Body: &failing{1 << 20}}, nil
		case "part":
			return &Download{Body: io.NopCloser(strings.NewReader("part")), Status: 206,
				Header: http.Header{"Content-Range": {"bytes 0-3/9"}, "Cache-Control": {"public"}, "Content-Type": {"a/b"}}}, nil
		}
		return &Download{Body: io.NopCloser(strings.NewReader("whole"))}, nil
	})}, w.plumbing())
	c := &Client{Service: srv.URL}
	get := func(name string) (*Download, error) {
		return c.GetDownload(t.Context(), "test.query", map[string][]string{"name": {name}})
	}
	d, err := get("whole")
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := io.ReadAll(d.Body)
	d.Body.Close()
	for name, want := range map[string]string{"Content-Type": "application/octet-stream", "Content-Disposition": "attachment",
		"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; sandbox"} {
		if got := d.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if string(raw) != "whole" || d.Status != 200 {
		t.Errorf("%d %s", d.Status, raw)
	}
	if d, err = get("part"); err != nil || d.Status != 206 || d.Header.Get("Content-Range") != "bytes 0-3/9" ||
		d.Header.Get("Content-Type") != "a/b" || d.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%+v %v", d, err)
	}
	var e *Error
	if _, err := get("gone"); !errors.As(err, &e) || e.Name != "Gone" || e.Status != 404 {
		t.Errorf("%v", err)
	}
	if _, err := get("none"); !errors.As(err, &e) || e.Name != InternalServerError || e.Status != 500 {
		t.Errorf("%v", err)
	}
	// A download that fails half-way must not look complete.
	if d, err = get("broken"); err == nil {
		if _, err = io.ReadAll(d.Body); err == nil {
			t.Error("the broken download looked whole")
		}
	}
	srv.Close()
	if got := w.seen[len(w.seen)-1]; got != "test.query 200 InternalServerError" {
		t.Errorf("observed %s", got)
	}
}
