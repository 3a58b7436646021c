package apitest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server"
	"catbird.blue/mls/xrpc"
)

// wire is a connection without a client library, for what none would send.
type wire struct {
	net.Conn
	t testing.TB
	r *bufio.Reader
}

func (s *stack) dial(t testing.TB) *wire {
	t.Helper()
	c := must(net.Dial("tcp", s.addr))(t)
	t.Cleanup(func() { c.Close() })
	// Nothing here takes as long, so nothing hangs.
	if err := c.SetDeadline(time.Now().Add(50 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &wire{c, t, bufio.NewReader(c)}
}

// head writes the header of a request.
func (w *wire) head(m *xrpc.Method, as *actor, more string) {
	w.t.Helper()
	text := fmt.Sprintf("POST /xrpc/%s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%s\r\n", m.NSID, more)
	if as != nil {
		text += "Authorization: Bearer " + as.Token(serviceDID, m.NSID) + "\r\n"
	}
	if _, err := io.WriteString(w, text+"\r\n"); err != nil {
		w.t.Fatal(err)
	}
}

// trickle writes a byte now and then until the connection ends.
func (w *wire) trickle(text string, pause time.Duration) {
	for i := 0; ; i++ {
		if _, err := w.Write([]byte{text[i%len(text)]}); err != nil {
			return
		}
		time.Sleep(pause)
	}
}

// answer reads what the server says, and requires that it then closes.
func (w *wire) answer(m *xrpc.Method) answer {
	w.t.Helper()
	res, err := http.ReadResponse(w.r, nil)
	if err != nil {
		w.t.Fatalf("no answer: %v", err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	a := answer{res.StatusCode, res.Header, body}
	seen.check(w.t, m, a)
	return a
}

// closed requires that the server closes the connection.
func (w *wire) closed() {
	w.t.Helper()
	if _, err := io.Copy(io.Discard, w.r); errors.Is(err, os.ErrDeadlineExceeded) {
		w.t.Error("the connection is still open")
	}
}

// Clients that send slowly are cut off, with a token or without.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	s, who := newStack(t), newActor()
	g := s.conversation(t, who)
	before := s.state(t)
	t.Run("all", func(t *testing.T) { slowClients(t, s, who) })
	s.unchanged(t, before)
	ok[object](t, s.call(t, who.Account, "sendMessage", messageCall(g, 10)))
}

func slowClients(t *testing.T, s *stack, who actor) {
	m := gen.MethodSendMessage
	t.Run("header", func(t *testing.T) {
		t.Parallel()
		w, began := s.dial(t), time.Now()
		fmt.Fprintf(w, "POST /xrpc/%s HTTP/1.1\r\nHost: x\r\n", m.NSID)
		go w.trickle("X-A: b\r\n", 200*time.Millisecond)
		w.closed()
		if took := time.Since(began); took > server.HeaderTimeout+5*time.Second {
			t.Errorf("cut off after %v", took)
		}
	})
	t.Run("nothing at all", func(t *testing.T) {
		t.Parallel()
		w, began := s.dial(t), time.Now()
		w.closed()
		if took := time.Since(began); took > server.HeaderTimeout+5*time.Second {
			t.Errorf("cut off after %v", took)
		}
	})
	for name, more := range map[string]string{"body": "Content-Length: 5000", "chunked body": "Transfer-Encoding: chunked"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, began := s.dial(t), time.Now()
			w.head(m, &who, more)
			go w.trickle("1\r\n{\r\n", 500*time.Millisecond)
			if a := w.answer(m); a.status != http.StatusRequestTimeout {
				// A trickle is no valid chunking for long.
				refused(t, a, xrpc.InvalidRequest)
			}
			w.closed()
			if took := time.Since(began); took > 40*time.Second {
				t.Errorf("cut off after %v", took)
			}
		})
	}
	t.Run("body without a token", func(t *testing.T) {
		t.Parallel()
		w, began := s.dial(t), time.Now()
		w.head(m, nil, "Content-Length: 5000")
		go w.trickle("{", 500*time.Millisecond)
		refused(t, w.answer(m), xrpc.AuthenticationRequired)
		w.closed()
		if took := time.Since(began); took > 25*time.Second {
			t.Errorf("cut off after %v", took)
		}
	})
	t.Run("body that stops", func(t *testing.T) {
		t.Parallel()
		w := s.dial(t)
		w.head(m, &who, "Content-Length: 5000")
		fmt.Fprint(w, `{"convoId":`)
		if err := w.Conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if message := refused(t, w.answer(m), xrpc.InvalidRequest); !strings.HasPrefix(message, "body: ") {
			t.Errorf("message is %q", message)
		}
	})
}

// Bodies without an end are read up to a bound and refused, by whatever method.
func TestEndlessBodies(t *testing.T) {
	t.Parallel()
	s, who := newStack(t), newActor()
	before := s.state(t)
	for name, c := range map[string]struct {
		m    *xrpc.Method
		as   *actor
		want string
	}{
		"JSON":            {gen.MethodSendMessage, &who, xrpc.PayloadTooLarge},
		"blob":            {gen.MethodUploadBlob, &who, gen.ErrBlobTooLarge},
		"without a token": {gen.MethodUploadBlob, nil, xrpc.AuthenticationRequired},
	} {
		t.Run(name, func(t *testing.T) {
			w := s.dial(t)
			w.head(c.m, c.as, "Transfer-Encoding: chunked")
			go func() {
				chunk := []byte("10000\r\n" + strings.Repeat(" ", 0x10000) + "\r\n")
				for {
					if _, err := w.Write(chunk); err != nil {
						return
					}
				}
			}()
			refused(t, w.answer(c.m), c.want)
			w.closed()
		})
	}
	s.unchanged(t, before)
}

// A body larger than announced bounds, sent in one piece by a client that only
// then listens, gets its answer.
func TestLargeBodies(t *testing.T) {
	t.Parallel()
	s, who := newStack(t), newActor()
	before := s.state(t)
	body := []byte(`{"convoId":"` + strings.Repeat("a", 20<<20) + `"}`)
	for _, m := range jsonMethods() {
		refused(t, s.post(t, who, m, body, nil), xrpc.PayloadTooLarge)
	}
	s.unchanged(t, before)
}

// Requests that are no HTTP, or hardly any.
func TestBrokenHTTP(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	for _, text := range []string{
		"\x00\x01\x02\r\n\r\n", "GET\r\n\r\n", "GET /xrpc/ HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
		"POST /xrpc/blue.catbird.mls.sendMessage HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
		"POST /xrpc/blue.catbird.mls.sendMessage HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
		"POST /xrpc/blue.catbird.mls.sendMessage HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
		"POST /xrpc/blue.catbird.mls.sendMessage HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"POST /xrpc/blue.catbird.mls.sendMessage HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
		"GET /" + strings.Repeat("a", 2*server.MaxHeader) + " HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("A: b\r\n", server.MaxHeader) + "\r\n",
	} {
		w := s.dial(t)
		go func() { _, _ = io.WriteString(w, text) }()
		res, err := http.ReadResponse(w.r, nil)
		if err == nil && (res.StatusCode < 400 || res.StatusCode == http.StatusInternalServerError) {
			t.Errorf("%.60q: status %d", text, res.StatusCode)
		}
		w.Close()
	}
	ok[object](t, s.call(t, nil, "describeService", nil))
}
