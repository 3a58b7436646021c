package server

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
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
	err := pace(func(c echo.Context) error {
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

// TestDeadlineMovesBeyondTheSlack: what would move it by less leaves it.
func TestDeadlineMovesBeyondTheSlack(t *testing.T) {
	const seconds = int(writeSlack / time.Second)
	w := &deadlined{ResponseRecorder: httptest.NewRecorder()}
	p := &pacedWriter{ResponseWriter: w, ctl: http.NewResponseController(w)}
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
	e.Use(pace)
	e.GET("/", func(c echo.Context) error {
		w := c.Response().Writer.(*pacedWriter)
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
	case <-time.After(10 * time.Second):
		t.Error("the write hangs")
	}
}

func TestPanicInAPlainRoute(t *testing.T) {
	rec := httptest.NewRecorder()
	c := echo.New().NewContext(httptest.NewRequest(http.MethodGet, "/", nil), rec)
	err := contain(func(echo.Context) error { panic("boom") })(c)
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
	_ = contain(func(echo.Context) error { panic(http.ErrAbortHandler) })(c)
}
