package stream

import (
	"errors"
	"fmt"
	"syscall"
)

// shortWrite is the most bytes of a write that takes but some microseconds, for
// which nobody needs the processor back.
const shortWrite = 16 << 10

// tryWriter writes what a connection takes without waiting. It knows no
// deadline, and must not run together with another write.
type tryWriter struct {
	raw syscall.RawConn // nil where the connection has none
	// What is being written, and what came of it: they are here, and attempt is,
	// so that a write allocates nothing.
	p       []byte
	n       int
	err     error
	attempt func(fd uintptr)
}

func (w *tryWriter) init(raw syscall.RawConn) { w.raw, w.attempt = raw, w.once }

func (w *tryWriter) once(fd uintptr) {
	for {
		w.n, w.err = writeFD(int(fd), w.p)
		if !errors.Is(w.err, syscall.EINTR) {
			return
		}
	}
}

// write gives how many bytes the connection took.
func (w *tryWriter) write(p []byte) (int, error) {
	if w.raw == nil {
		return 0, nil
	}
	w.p = p
	ctlErr := w.raw.Control(w.attempt)
	w.p = nil
	switch {
	case ctlErr != nil:
		return 0, fmt.Errorf("write event: %w", ctlErr)
	case errors.Is(w.err, syscall.EAGAIN):
		return max(w.n, 0), nil
	case w.err != nil:
		return max(w.n, 0), fmt.Errorf("write event: %w", w.err)
	}
	return w.n, nil
}
