package xrpc

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// How long a request body may take: a grace, and then as long as it arrives at
// a rate that the slowest of mobile links reaches. A client that sends a byte
// now and then is cut off.
var bodyGrace = 15 * time.Second

const bodyMinRate = 16 << 10 // bytes per second

// What is read and thrown away before a refusal is answered, at most. A proxy
// that is still sending when the answer comes reports a broken connection
// instead of the answer.
var drainFor = 10 * time.Second

const drainMost = 64 << 20 // bytes

// body reads a request body within bounds of size and time.
type body struct {
	r   *http.Request
	w   http.ResponseWriter
	ctl *http.ResponseController
	max int64
	// tooLarge is the name of the error for more than max bytes.
	tooLarge string

	start    time.Time
	deadline time.Time
	read     int64
	// err is what ended the body, io.EOF at its end.
	err     error
	drained bool
}

func newBody(w http.ResponseWriter, r *http.Request, max int64, tooLarge string) *body {
	if tooLarge == "" {
		tooLarge = PayloadTooLarge
	}
	return &body{r: r, w: w, ctl: http.NewResponseController(w), max: max, tooLarge: tooLarge, start: time.Now()}
}

func (b *body) over() *Error {
	return Errorf(http.StatusRequestEntityTooLarge, b.tooLarge, "body: more than %d bytes", b.max)
}

// Read gives the body's bytes, then io.EOF, or an *Error.
func (b *body) Read(p []byte) (int, error) {
	switch {
	case b.err != nil:
		return 0, b.err
	case b.r.ContentLength > b.max:
		b.err = b.over()
		return 0, b.err
	case len(p) == 0:
		return 0, nil
	}
	// One byte beyond the bound tells a body of its size from a larger one.
	left := b.max - b.read + 1
	if int64(len(p)) > left {
		p = p[:left]
	}
	b.extend()
	n, err := b.r.Body.Read(p)
	b.read += int64(n)
	if b.read > b.max {
		b.err = b.over()
		return n - 1, b.err
	}
	if err != nil {
		b.end(err)
	}
	return n, b.err
}

// extend moves the deadline on by what the bytes read so far allow.
func (b *body) extend() {
	until := b.start.Add(bodyGrace + time.Duration(b.read/bodyMinRate)*time.Second)
	if until.After(b.deadline) {
		b.deadline = until
		// Not every ResponseWriter has deadlines: those of tests do not.
		_ = b.ctl.SetReadDeadline(until)
	}
}

// end notes why reading stopped.
func (b *body) end(err error) {
	switch {
	case errors.Is(err, io.EOF):
		b.err = io.EOF
		// The server goes on reading in the background, to hear of a
		// client that leaves; that must not run into the deadline.
		_ = b.ctl.SetReadDeadline(time.Time{})
	case errors.Is(err, os.ErrDeadlineExceeded):
		b.w.Header().Set("Connection", "close")
		b.err = &Error{Status: http.StatusRequestTimeout, Name: InvalidRequest, Message: "body: arrived too slowly", Cause: err}
	default:
		b.w.Header().Set("Connection", "close")
		b.err = &Error{Status: http.StatusBadRequest, Name: InvalidRequest, Message: "body: could not be read", Cause: err}
	}
}

// drain reads what is left of the body, up to a bound of size and time, so
// that the answer finds a client that listens. Beyond the bound the connection
// is closed after the answer.
func (b *body) drain() {
	if b.drained || b.r.Body == nil || b.r.Body == http.NoBody || errors.Is(b.err, io.EOF) {
		return
	}
	if errors.Is(b.err, os.ErrDeadlineExceeded) {
		// It has had its time; the connection is closed after the answer.
		return
	}
	b.drained = true
	if b.read == 0 && strings.EqualFold(b.r.Header.Get("Expect"), "100-continue") {
		// The client has not begun; the server does not invite it to.
		return
	}
	_ = b.ctl.SetReadDeadline(time.Now().Add(drainFor))
	n, err := io.Copy(io.Discard, io.LimitReader(b.r.Body, drainMost))
	if err != nil || n == drainMost {
		b.w.Header().Set("Connection", "close")
		return
	}
	_ = b.ctl.SetReadDeadline(time.Time{})
}

// all reads the whole body into memory. Memory grows with what arrives, not
// with what Content-Length promises.
func (b *body) all() ([]byte, error) {
	const firstMost = 1 << 20
	size := int64(512)
	if n := b.r.ContentLength; n > 0 {
		// One byte more, to see the end without growing.
		size = min(n+1, firstMost)
	}
	buf := make([]byte, 0, size)
	for {
		n, err := b.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if errors.Is(err, io.EOF) {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
		if len(buf) == cap(buf) {
			bigger := min(2*int64(cap(buf)), max(b.r.ContentLength, 0)+1)
			if bigger <= int64(len(buf)) {
				bigger = 2 * int64(cap(buf))
			}
			grown := make([]byte, len(buf), bigger)
			copy(grown, buf)
			buf = grown
		}
	}
}
