package xrpc

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"
)

// pair returns a connection of a CoalescingListener and the client's end of it.
func pair(t *testing.T) (*coalescingConn, net.Conn) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	c, err := CoalescingListener(l).Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c.(*coalescingConn), client
}

// got reads once and returns what arrived within d.
func got(t *testing.T, c net.Conn, d time.Duration) string {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(d)); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1<<20)
	n, err := c.Read(b)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	return string(b[:n])
}

func TestAnswerIsCoalesced(t *testing.T) {
	c, client := pair(t)
	put := func(s string) {
		t.Helper()
		if n, err := io.WriteString(c, s); n != len(s) || err != nil {
			t.Fatalf("wrote %d of %d: %v", n, len(s), err)
		}
	}
	head, rest := string(bytes.Repeat([]byte("h"), maxHeld)), string(bytes.Repeat([]byte("r"), 20_000))
	for range 3 { // on one connection
		err := writeCoalesced(CoalescingContext(t.Context(), c), func() error {
			put(head)
			if s := got(t, client, 20*time.Millisecond); s != "" {
				t.Errorf("%d bytes came before the rest", len(s))
			}
			put(rest)
			return nil
		})
		if s := got(t, client, time.Second); err != nil || s != head+rest {
			t.Fatalf("%d bytes came in one piece, want %d; %v", len(s), len(head+rest), err)
		}
	}
	// Nothing may stay held back once the answer is written, whatever happened.
	if err := writeCoalesced(CoalescingContext(t.Context(), c), func() error { put("short"); return errors.New("failed") }); err == nil || err.Error() != "failed" {
		t.Error(err)
	}
	if s := got(t, client, time.Second); s != "short" {
		t.Errorf("%q came", s)
	}
	func() {
		defer func() { _ = recover() }()
		_ = writeCoalesced(CoalescingContext(t.Context(), c), func() error { put("before"); panic("here") })
	}()
	put("after")
	if s := got(t, client, time.Second); s != "before" && s != "beforeafter" {
		t.Errorf("%q came", s)
	}
	// A client that has gone is reported as an error, as on any connection.
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	err := writeCoalesced(CoalescingContext(t.Context(), c), func() error { _, err := io.WriteString(c, "nobody reads"); return err })
	if !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

// Answers with lengths around the sizes of the pieces arrive complete, on one
// connection and on connections of another type.
func TestAnswersOfAnyLength(t *testing.T) {
	for name, wrap := range map[string]func(net.Listener) net.Listener{
		"whole": CoalescingListener,
		"other": func(l net.Listener) net.Listener { return l },
	} {
		t.Run(name, func(t *testing.T) {
			l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			srv := &http.Server{ConnContext: CoalescingContext, ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				n, _ := strconv.Atoi(r.URL.Query().Get("n"))
				err := writeCoalesced(r.Context(), func() error { return writeJSON(w, http.StatusOK, pattern(n)) })
				if err != nil {
					t.Error(err)
				}
			})}
			go func() { _ = srv.Serve(wrap(l)) }()
			defer srv.Close()
			client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
			defer client.CloseIdleConnections()
			lengths := []int{0, 1, 100_000, 5 << 20}
			for n := 3700; n <= 4200; n += 3 {
				lengths = append(lengths, n)
			}
			for _, n := range lengths {
				req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+l.Addr().String()+"/?n="+strconv.Itoa(n), nil)
				if err != nil {
					t.Fatal(err)
				}
				res, err := client.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(res.Body)
				_ = res.Body.Close()
				if err != nil || !bytes.Equal(body, pattern(n)) {
					t.Fatalf("%d bytes: %d came, %v", n, len(body), err)
				}
			}
		})
	}
}

// pattern returns n bytes in which no two pieces are equal.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 31 >> 3)
	}
	return b
}
