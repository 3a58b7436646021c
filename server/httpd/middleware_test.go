package httpd

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
)

// deadlined notes the deadlines that are put on it.
type deadlined struct {
	*httptest.ResponseRecorder
	at []time.Time
}

func (d *deadlined) SetWriteDeadline(at time.Time) error {
	d.at = append(d.at, at)
	return nil
}

// TestWritesHaveDeadlines: a client may be slow, but not stop; the deadline is
// that of what is written, so a large answer gets more.
func TestWritesHaveDeadlines(t *testing.T) {
	w := &deadlined{ResponseRecorder: httptest.NewRecorder()}
	c := echo.New().NewContext(httptest.NewRequest(http.MethodGet, "/", nil), w)
	began := time.Now()
	err := boundWrites(func(c echo.Context) error {
		_, err := c.Response().Write(bytes.Repeat([]byte("x"), 100*writeMinRate))
		return err
	})(c)
	if err != nil {
		t.Fatal(err)
	}
	if len(w.at) != 3 {
		t.Fatalf("%d deadlines: before, with and after the write", len(w.at))
	}
	for i, want := range []time.Duration{writeGrace, writeGrace + 100*time.Second, writeGrace} {
		if d := w.at[i].Sub(began); d < want || d > want+5*time.Second {
			t.Errorf("deadline %d is in %v, want %v", i, d, want)
		}
	}
}

// TestStreamsHaveNoDeadlines: whoever takes over the connection can write to it
// long after the handler.
func TestStreamsHaveNoDeadlines(t *testing.T) {
	conns, over := make(chan *deadlinedConn, 1), make(chan struct{})
	e := echo.New()
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			defer close(over)
			return next(c)
		}
	}, boundWrites)
	e.GET("/", func(c echo.Context) error {
		conn, _, err := http.NewResponseController(c.Response()).Hijack()
		if err != nil {
			return err
		}
		conns <- conn.(*deadlinedConn)
		return nil
	})
	srv := httptest.NewUnstartedServer(e)
	srv.Listener = deadlinedListener{srv.Listener}
	srv.Start()
	defer srv.Close()
	client, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	<-over
	conn := <-conns
	defer conn.Close()
	if at := conn.last.Load(); at == nil || !at.IsZero() {
		t.Errorf("the deadline is %v", at)
	}
}

// deadlinedListener accepts connections that note their last write deadline.
type deadlinedListener struct{ net.Listener }

func (l deadlinedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &deadlinedConn{Conn: conn}, nil
}

type deadlinedConn struct {
	net.Conn
	last atomic.Pointer[time.Time]
}

func (c *deadlinedConn) SetDeadline(at time.Time) error {
	c.last.Store(&at)
	return c.Conn.SetDeadline(at)
}

func (c *deadlinedConn) SetWriteDeadline(at time.Time) error {
	c.last.Store(&at)
	return c.Conn.SetWriteDeadline(at)
}

// TestDeadlineMovesBeyondTheSlack: what would move it by less leaves it.
func TestDeadlineMovesBeyondTheSlack(t *testing.T) {
	const seconds = int(writeSlack / time.Second)
	w := &deadlined{ResponseRecorder: httptest.NewRecorder()}
	p := &deadlineWriter{ResponseWriter: w, ctl: http.NewResponseController(w)}
	for _, c := range []struct{ write, moved int }{
		{0, 1}, {seconds*writeMinRate - 1, 1}, {seconds * writeMinRate, 2}, {2 * seconds * writeMinRate, 3}, {0, 4},
	} {
		if p.extend(c.write); len(w.at) != c.moved {
			t.Fatalf("%d bytes: the deadline was set %d times, not %d", c.write, len(w.at), c.moved)
		}
	}
}

// TestStuckReaderIsCutOff has a client that takes nothing, behind a deadline
// made short.
func TestStuckReaderIsCutOff(t *testing.T) {
	failed := make(chan error, 1)
	e := echo.New()
	e.Use(boundWrites)
	e.GET("/", func(c echo.Context) error {
		w := c.Response().Writer.(*deadlineWriter)
		if err := w.ctl.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
			return err
		}
		_, err := w.ResponseWriter.Write(make([]byte, 64<<20)) // more than the sockets hold
		failed <- err
		return err
	})
	s := httptest.NewServer(e)
	defer s.Close()
	res, err := http.Get(s.URL)
	if err == nil {
		defer res.Body.Close()
	}
	select {
	case err := <-failed:
		if err == nil {
			t.Error("64 MiB went to a client that does not read")
		}
	case <-time.After(2 * time.Minute):
		t.Error("the write hangs")
	}
}

func TestPanicInAPlainRoute(t *testing.T) {
	rec := httptest.NewRecorder()
	c := echo.New().NewContext(httptest.NewRequest(http.MethodGet, "/", nil), rec)
	err := recoverPanic(func(echo.Context) error { panic("boom") })(c)
	if err == nil {
		t.Fatal("no error")
	}
	handleError(err, c)
	if rec.Code != 500 || bytes.Contains(rec.Body.Bytes(), []byte("boom")) {
		t.Errorf("answer is %d %s", rec.Code, rec.Body)
	}
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("a broken connection became %v", err)
		}
	}()
	_ = recoverPanic(func(echo.Context) error { panic(http.ErrAbortHandler) })(c)
}
