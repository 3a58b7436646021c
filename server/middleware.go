package server

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"
)

// contain turns a panic into an internal error, so that one request does not
// end the process.
func contain(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			switch v := recover(); v {
			case nil:
			case http.ErrAbortHandler: // meant to break the connection
				panic(v)
			default:
				err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
			}
		}()
		return next(c)
	}
}

// How long a client may take to receive: a grace for each write, and then as
// long as it receives at a rate that the slowest of mobile links reaches. A
// whole-answer timeout would cut off large blobs, none at all would let a
// client that stops reading keep its answer in memory. The same for request
// bodies is in package xrpc.
const (
	writeGrace   = 30 * time.Second
	writeMinRate = 16 << 10 // bytes per second
	// writeSlack is by how much a deadline may miss that: moving one costs, and
	// a page would have it moved three times.
	writeSlack = 2 * time.Second
)

// pace puts a deadline on every write.
func pace(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		w := c.Response().Writer
		p := &pacedWriter{ResponseWriter: w, ctl: http.NewResponseController(w)}
		c.Response().Writer = p
		// The deadline of the connection's last request may be near; and what
		// the server still holds is sent after the handler.
		p.extend(0)
		defer p.extend(0)
		return next(c)
	}
}

type pacedWriter struct {
	http.ResponseWriter
	ctl      *http.ResponseController
	deadline time.Time
	// hijacked: the connection is a stream's, with deadlines of its own.
	hijacked bool
}

func (w *pacedWriter) extend(n int) {
	until := time.Now().Add(writeGrace + time.Duration(n/writeMinRate)*time.Second)
	if w.hijacked || until.Sub(w.deadline).Abs() < writeSlack {
		return
	}
	w.deadline = until
	// Not every ResponseWriter has deadlines: those of tests do not.
	_ = w.ctl.SetWriteDeadline(until)
}

// Write moves the deadline on and writes.
func (w *pacedWriter) Write(b []byte) (int, error) {
	w.extend(len(b))
	return w.ResponseWriter.Write(b)
}

// Hijack hands the connection over, without deadline from then on: one that is
// put on it after the handler would end the stream.
func (w *pacedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := w.ctl.Hijack()
	w.hijacked = err == nil
	return conn, rw, err
}

// Unwrap lets http.ResponseController find what the writer below can do.
func (w *pacedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
