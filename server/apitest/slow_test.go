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
	"sync"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/httpd"
	"catbird.blue/mls/xrpc"
)

// wire is a raw connection, for requests that no client library sends.
type wire struct {
	net.Conn
	t testing.TB
	r *bufio.Reader
}

func (s *stack) dial(t testing.TB) *wire {
	t.Helper()
	c := must(net.Dial("tcp", s.addr))(t)
	t.Cleanup(func() { c.Close() })
	// Any connection that the server does not close runs into this deadline.
	if err := c.SetDeadline(time.Now().Add(5 * time.Minute)); err != nil {
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

// trickle writes a byte at intervals until the connection ends.
func (w *wire) trickle(text string, pause time.Duration) {
	for i := 0; ; i++ {
		if _, err := w.Write([]byte{text[i%len(text)]}); err != nil {
			return
		}
		time.Sleep(pause)
	}
}

// answer reads the response, and requires that the server then closes.
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

// slowMethod is the method that slow clients call.
var slowMethod = gen.MethodSendMessage

// Connections of clients that send slowly are closed, with or without a token.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	s, who := newStack(t), newActor()
	g := s.conversation(t, who)
	before := s.state(t)
	parts := map[string]func(*testing.T, *stack, actor){
		"header": slowHeader, "nothing at all": nothingAtAll, "body without a token": slowWithoutToken, "body that stops": stoppedBody,
		"body": func(t *testing.T, s *stack, who actor) { slowBody(t, s, who, "Content-Length: 5000", "x") },
		"chunked body": func(t *testing.T, s *stack, who actor) {
			slowBody(t, s, who, "Transfer-Encoding: chunked", "1\r\nx\r\n")
		},
	}
	// They run concurrently but not as parallel subtests: they only wait, and
	// would block others.
	var all sync.WaitGroup
	for name, part := range parts {
		all.Go(func() { t.Run(name, func(t *testing.T) { part(t, s, who) }) })
	}
	all.Wait()
	s.unchanged(t, before)
	ok[object](t, s.call(t, who.Account, "sendMessage", messageCall(g, 10)))
}

func slowHeader(t *testing.T, s *stack, _ actor) {
	w := s.dial(t)
	fmt.Fprintf(w, "POST /xrpc/%s HTTP/1.1\r\nHost: x\r\n", slowMethod.NSID)
	go w.trickle("X-A: b\r\n", 200*time.Millisecond)
	w.closed()
}

func nothingAtAll(t *testing.T, s *stack, _ actor) {
	w := s.dial(t)
	w.closed()
}

func slowBody(t *testing.T, s *stack, who actor, length, bytes string) {
	w := s.dial(t)
	w.head(slowMethod, &who, length)
	go w.trickle(bytes, 200*time.Millisecond)
	a := w.answer(slowMethod)
	if message := refused(t, a, xrpc.InvalidRequest); a.status != http.StatusRequestTimeout || message != "body: arrived too slowly" {
		t.Errorf("answer is %s", a.short())
	}
	w.closed()
}

func slowWithoutToken(t *testing.T, s *stack, _ actor) {
	w := s.dial(t)
	w.head(slowMethod, nil, "Content-Length: 5000")
	go w.trickle("{", 200*time.Millisecond)
	refused(t, w.answer(slowMethod), xrpc.AuthenticationRequired)
	w.closed()
}

func stoppedBody(t *testing.T, s *stack, who actor) {
	w := s.dial(t)
	w.head(slowMethod, &who, "Content-Length: 5000")
	fmt.Fprint(w, `{"convoId":`)
	if err := w.Conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if message := refused(t, w.answer(slowMethod), xrpc.InvalidRequest); !strings.HasPrefix(message, "body: ") {
		t.Errorf("message is %q", message)
	}
}

// Endless bodies are read up to a limit and refused, by every method.
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

// An upload that breaks off stores nothing.
func TestUploadThatStops(t *testing.T) {
	t.Parallel()
	s, who := newStack(t), newActor()
	before := s.state(t)
	for _, length := range []string{"Content-Length: 100", "Transfer-Encoding: chunked"} {
		w := s.dial(t)
		w.head(gen.MethodUploadBlob, &who, length)
		fmt.Fprint(w, "5\r\nbytes\r\n")
		if err := w.Conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		refused(t, w.answer(gen.MethodUploadBlob), xrpc.InvalidRequest)
		w.closed()
	}
	s.unchanged(t, before)
}

// A client that sends a body above the limit in one piece, and reads only
// afterwards, gets the answer.
func TestLargeBodies(t *testing.T) {
	t.Parallel()
	s, who := newStack(t), newActor()
	before := s.state(t)
	for _, m := range jsonMethods() {
		body := []byte(`{"convoId":"` + strings.Repeat("a", int(m.MaxBody)+1<<20) + `"}`)
		refused(t, s.post(t, who, m, body, nil), xrpc.PayloadTooLarge)
	}
	s.unchanged(t, before)
}

// Requests that are not valid HTTP.
func TestBrokenHTTP(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	var all sync.WaitGroup
	for _, text := range []string{
		"\x00\x01\x02\r\n\r\n", "GET\r\n\r\n", "GET /xrpc/ HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
		"POST /xrpc/blue.catbird.mls.sendMessage HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
		"POST /xrpc/blue.catbird.mls.sendMessage HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
		"POST /xrpc/blue.catbird.mls.sendMessage HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
		"POST /xrpc/blue.catbird.mls.sendMessage HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"POST /xrpc/blue.catbird.mls.sendMessage HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
		"GET /" + strings.Repeat("a", 2*httpd.MaxHeader) + " HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("A: b\r\n", httpd.MaxHeader) + "\r\n",
	} {
		all.Go(func() {
			w := s.dial(t)
			go func() {
				_, _ = io.WriteString(w, text)
				_ = w.Conn.(*net.TCPConn).CloseWrite()
			}()
			res, err := http.ReadResponse(w.r, nil)
			if err == nil && (res.StatusCode < 400 || res.StatusCode == http.StatusInternalServerError) {
				t.Errorf("%.60q: status %d", text, res.StatusCode)
			}
			w.Close()
		})
	}
	all.Wait()
	ok[object](t, s.call(t, nil, "describeService", nil))
}
