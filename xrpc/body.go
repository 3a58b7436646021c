package xrpc

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// How long a request body may take: a grace, and then as long as it arrives at
// a rate that the slowest of mobile links reaches. A client that sends a byte
// now and then is cut off, and so is one that stops for bodyStall.
var (
	bodyGrace = 15 * time.Second
	bodyStall = 30 * time.Second
)

const (
	bodyMinRate = 16 << 10 // bytes per second
	// deadlineSlack is by how much a deadline may miss that: moving one costs.
	deadlineSlack = time.Second
)

// What is read and thrown away before a refusal is answered, at most. A proxy
// that is still sending when the answer comes reports a broken connection
// instead of the answer.
var drainFor = 10 * time.Second

const (
	drainMost = 64 << 20 // bytes
	// drainMemory is what io.Discard reads into.
	drainMemory = 8 << 10
	// firstMemory is what a body has at first, at most.
	firstMemory = 64 << 10
)

// lostTime is when a body that gave way to others is worth another try.
const lostTime = 5 * time.Second

// body reads a request body within bounds of size, time and memory.
type body struct {
	r   *http.Request
	w   http.ResponseWriter
	ctl *http.ResponseController
	now func() time.Time
	max int64
	// tooLarge is the name of the error for more than max bytes.
	tooLarge string

	// bodies gives memory on behalf of caller; nil for as much as is asked.
	bodies Bodies
	caller Caller
	room   Room
	held   int64

	start    time.Time
	deadline time.Time
	read     int64
	// err is what ended the body, io.EOF at its end.
	err     error
	drained bool

	// mu guards what lose looks at: other requests call it.
	mu         sync.Mutex
	over, lost bool
}

func newBody(w http.ResponseWriter, r *http.Request, max int64, tooLarge string) *body {
	if tooLarge == "" {
		tooLarge = PayloadTooLarge
	}
	return &body{r: r, w: w, ctl: http.NewResponseController(w), now: time.Now, max: max, tooLarge: tooLarge, start: time.Now()}
}

func (b *body) tooMuch() *Error {
	return Errorf(http.StatusRequestEntityTooLarge, b.tooLarge, "body: more than %d bytes", b.max)
}

// Read gives the body's bytes, then io.EOF, or an *Error.
func (b *body) Read(p []byte) (int, error) {
	switch {
	case b.err != nil:
		return 0, b.err
	case b.r.ContentLength > b.max:
		b.err = b.tooMuch()
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
	if b.room != nil {
		b.room.Arrived(n)
	}
	if b.read > b.max {
		b.err = b.tooMuch()
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
	if stall := b.now().Add(bodyStall); stall.Before(until) {
		until = stall
	}
	if !b.deadline.IsZero() && until.Sub(b.deadline) < deadlineSlack {
		return
	}
	b.deadline = until
	b.setDeadline(until)
}

// setDeadline leaves a body alone that has lost its place: its deadline is past.
func (b *body) setDeadline(until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.lost {
		// Not every ResponseWriter has deadlines: those of tests do not.
		_ = b.ctl.SetReadDeadline(until)
	}
}

// lose ends the reading, wherever it is: see Bodies.
func (b *body) lose() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over {
		return false
	}
	b.lost = true
	_ = b.ctl.SetReadDeadline(time.Unix(1, 0))
	return true
}

// stop says that nothing more is read, and tells whether the body had lost its
// place by then. After a whole body the server goes on reading in the background,
// to hear of a client that leaves; that must not run into the deadline. What is
// left of another one it reads as well, before it closes the connection: that
// must.
func (b *body) stop(whole bool) (lost bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
	if whole && !b.lost {
		_ = b.ctl.SetReadDeadline(time.Time{})
	}
	return b.lost
}

// end notes why reading stopped.
func (b *body) end(err error) {
	whole := errors.Is(err, io.EOF)
	switch lost := b.stop(whole); {
	case lost:
		b.err = &Error{Status: http.StatusRequestTimeout, Name: InvalidRequest, Cause: os.ErrDeadlineExceeded, RetryAfter: lostTime,
			Message: "body: was the slowest of its account while memory was scarce; try again in 5 s"}
	case whole:
		b.err = io.EOF
		if b.room != nil {
			b.room.Whole()
		}
		return
	case errors.Is(err, os.ErrDeadlineExceeded):
		b.err = &Error{Status: http.StatusRequestTimeout, Name: InvalidRequest, Message: "body: arrived too slowly", Cause: err}
	default:
		b.err = &Error{Status: http.StatusBadRequest, Name: InvalidRequest, Message: "body: could not be read", Cause: err}
	}
	b.w.Header().Set("Connection", "close")
}

// drain reads what is left of the body, up to a bound of size and time, so
// that the answer finds a client that listens. Beyond the bound, and where
// there is no memory for it, the connection is closed after the answer.
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
	b.release(b.held)
	if b.grow(drainMemory) != nil {
		b.w.Header().Set("Connection", "close")
		return
	}
	b.setDeadline(b.now().Add(drainFor))
	n, err := io.Copy(io.Discard, io.LimitReader(b.r.Body, drainMost))
	whole := err == nil && n < drainMost
	if b.stop(whole) || !whole {
		b.w.Header().Set("Connection", "close")
	}
}
