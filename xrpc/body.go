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

// Limits of the time that a request body may take. It has bodyGrace, and from
// then on it must arrive at bodyMinRate on average, which the slowest mobile
// links reach. A client that sends a byte now and then is cut off, and so is
// one that sends nothing for bodyStall.
var (
	bodyGrace = 15 * time.Second
	bodyStall = 30 * time.Second
)

const (
	bodyMinRate = 16 << 10 // bytes per second
	// deadlineSlack is the tolerance of a deadline. Setting a deadline costs a
	// call into the runtime, so it is not moved for less.
	deadlineSlack = time.Second
)

// Limits of what is read and discarded before a refusal is answered. The rest
// of the body is read because a proxy that is still sending when the answer
// comes reports a broken connection instead of the answer.
var maxDrainTime = 10 * time.Second

const (
	maxDrainBytes = 64 << 20 // in bytes
	// drainBufferSize is the size of the buffers of io.Discard.
	drainBufferSize = 8 << 10
	// initialBuffer is the largest first buffer of a body.
	initialBuffer = 64 << 10
)

// lostRetryAfter is the Retry-After value for a body that had to give up its
// memory to others.
const lostRetryAfter = 5 * time.Second

// body reads a request body within limits of size, time and memory.
type body struct {
	r   *http.Request
	w   http.ResponseWriter
	ctl *http.ResponseController
	now func() time.Time
	max int64
	// tooLarge is the name of the error for a body of more than max bytes.
	tooLarge string

	// bodies provides memory on behalf of caller. If it is nil, memory is not
	// limited.
	bodies Bodies
	caller Caller
	memory BodyMemory
	held   int64

	start    time.Time
	deadline time.Time
	read     int64
	// err says why reading ended; it is io.EOF at the end of the body.
	err     error
	drained bool

	// mu guards the fields that lose uses, because other requests call lose.
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

// Read implements io.Reader. Its error is io.EOF or an *Error.
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
	// One byte beyond the limit distinguishes a body of exactly max bytes from
	// a larger one.
	left := b.max - b.read + 1
	if int64(len(p)) > left {
		p = p[:left]
	}
	b.extend()
	n, err := b.r.Body.Read(p)
	b.read += int64(n)
	if b.memory != nil {
		b.memory.Arrived(n)
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

// extend moves the deadline forward according to the number of bytes read so
// far.
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

// setDeadline sets the read deadline. A body that lost its memory keeps the
// deadline in the past that lose set.
func (b *body) setDeadline(until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.lost {
		// Not every ResponseWriter supports deadlines; those of tests do not.
		_ = b.ctl.SetReadDeadline(until)
	}
}

// lose stops the reader at once, so that its memory can be used for others: see
// Bodies.
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

// stop records that nothing more will be read, and reports whether the body had
// lost its memory by then.
//
// After a whole body the server reads on in the background, in order to notice
// when the client leaves, and the deadline must not interrupt that. After a
// partial body the server reads what is left before it closes the connection,
// and the deadline must interrupt that.
func (b *body) stop(whole bool) (lost bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
	if whole && !b.lost {
		_ = b.ctl.SetReadDeadline(time.Time{})
	}
	return b.lost
}

// end records why reading stopped.
func (b *body) end(err error) {
	whole := errors.Is(err, io.EOF)
	switch lost := b.stop(whole); {
	case lost:
		b.err = &Error{Status: http.StatusRequestTimeout, Name: InvalidRequest, Cause: os.ErrDeadlineExceeded, RetryAfter: lostRetryAfter,
			Message: "body: was the slowest of its account while memory was scarce; try again in 5 s"}
	case whole:
		b.err = io.EOF
		if b.memory != nil {
			b.memory.Whole()
		}
		return
	case errors.Is(err, os.ErrDeadlineExceeded):
		b.err = &Error{Status: http.StatusRequestTimeout, Name: InvalidRequest, Message: "body: arrived too slowly", Cause: err}
	default:
		b.err = &Error{Status: http.StatusBadRequest, Name: InvalidRequest, Message: "body: could not be read", Cause: err}
	}
	b.w.Header().Set("Connection", "close")
}

// drain reads and discards the rest of the body, up to a limit of size and
// time, so that the client is no longer sending when the answer comes. If the
// rest is larger, or if there is no memory for it, the connection is closed
// after the answer.
func (b *body) drain() {
	if b.drained || b.r.Body == nil || b.r.Body == http.NoBody || errors.Is(b.err, io.EOF) {
		return
	}
	if errors.Is(b.err, os.ErrDeadlineExceeded) {
		// The body has used up its time; the connection is closed after the
		// answer.
		return
	}
	b.drained = true
	if b.read == 0 && strings.EqualFold(b.r.Header.Get("Expect"), "100-continue") {
		// The client waits for "100 Continue", which the server does not send.
		return
	}
	b.release(b.held)
	if b.grow(drainBufferSize) != nil {
		b.w.Header().Set("Connection", "close")
		return
	}
	b.setDeadline(b.now().Add(maxDrainTime))
	n, err := io.Copy(io.Discard, io.LimitReader(b.r.Body, maxDrainBytes))
	whole := err == nil && n < maxDrainBytes
	if b.stop(whole) || !whole {
		b.w.Header().Set("Connection", "close")
	}
}
