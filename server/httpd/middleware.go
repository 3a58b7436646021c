package httpd

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"
)

// recoverPanic turns a panic into an internal error, so that one request does
// not end the process.
func recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			switch v := recover(); v {
			case nil:
			case http.ErrAbortHandler: // the handler wants the connection closed
				panic(v)
			default:
				err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
			}
		}()
		return next(c)
	}
}

// The deadline of a write is writeGrace plus the time that its bytes take at
// writeMinRate, which the slowest mobile links reach. One timeout for the whole
// answer would cut off large blobs; without any, a client that stops reading
// would keep its answer in memory. Package xrpc bounds request bodies alike.
const (
	writeGrace   = 30 * time.Second
	writeMinRate = 16 << 10 // bytes per second
	// writeSlack is how far a deadline may be from the exact one. Setting a
	// deadline costs time, and a page consists of three writes.
	writeSlack = 2 * time.Second
)

// boundWrites puts a deadline on every write.
func boundWrites(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		w := c.Response().Writer
		p := &deadlineWriter{ResponseWriter: w, ctl: http.NewResponseController(w)}
		c.Response().Writer = p
		// The deadline that the previous request of this connection set may be
		// near. net/http flushes its buffer after the handler has returned, so
		// the deadline is extended again then.
		p.extend(0)
		defer p.extend(0)
		return next(c)
	}
}

type deadlineWriter struct {
	http.ResponseWriter
	ctl      *http.ResponseController
	deadline time.Time
	// hijacked is true once a stream has taken the connection over. Streams set
	// their own deadlines.
	hijacked bool
}

func (w *deadlineWriter) extend(n int) {
	until := time.Now().Add(writeGrace + time.Duration(n/writeMinRate)*time.Second)
	if w.hijacked || until.Sub(w.deadline).Abs() < writeSlack {
		return
	}
	w.deadline = until
	// The ResponseWriters of tests have no deadlines.
	_ = w.ctl.SetWriteDeadline(until)
}

// Write extends the deadline and writes.
func (w *deadlineWriter) Write(b []byte) (int, error) {
	w.extend(len(b))
	return w.ResponseWriter.Write(b)
}

// Hijack hands the connection over to a stream. From then on extend sets no
// deadline, since one that is set after the handler would end the stream.
func (w *deadlineWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := w.ctl.Hijack()
	w.hijacked = err == nil
	return conn, rw, err
}

// Unwrap lets http.ResponseController use the methods of the wrapped writer.
func (w *deadlineWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
