// Package trywrite writes to a socket as much as the socket takes at once, and
// never waits.
//
// On Linux a short write is a raw system call, which the Go scheduler is not
// told of. The socket does not block, so the call takes some microseconds, and
// telling the scheduler makes it wake other threads that find nothing to do.
// Two benchmarks earn this:
//
//   - BenchmarkWrite in this package compares the raw call with syscall.Write,
//     for one event that goes to many sockets.
//   - "make bench" (cmd/mlsbench, benchFanOut) compares the whole service with a
//     program that only writes the same bytes to as many sockets: at most 1.2
//     times its CPU for each delivery.
//
// If neither shows a gain any more, replace writeFD by syscall.Write.
//
// The race detector checks the raw call too: see race_linux.go. Only builds for
// the memory and address sanitizers, which have no such hook for packages
// outside the standard library, use syscall.Write.
package trywrite

import (
	"errors"
	"fmt"
	"net"
	"syscall"
)

// shortWrite is the largest number of bytes that a raw system call writes. A
// longer write takes long enough for the scheduler to be told of it.
const shortWrite = 16 << 10

// Writer writes what a connection takes without waiting. It ignores deadlines,
// and must not be used while another goroutine writes to the connection.
type Writer struct {
	raw syscall.RawConn // nil: the connection has none, and takes nothing
	// The bytes of the current write, and its result. These fields and attempt
	// belong to Writer so that a write allocates nothing.
	p       []byte
	n       int
	err     error
	attempt func(fd uintptr)
}

// Init makes w write to conn. A connection that is no socket of the operating
// system takes nothing: Write then leaves all bytes to the caller.
func (w *Writer) Init(conn net.Conn) {
	sc, ok := conn.(syscall.Conn)
	if !ok {
		return
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return
	}
	w.raw, w.attempt = raw, w.once
}

// once makes one attempt to write; a signal that interrupts it does not count.
func (w *Writer) once(fd uintptr) {
	for {
		w.n, w.err = writeFD(int(fd), w.p)
		if !errors.Is(w.err, syscall.EINTR) {
			return
		}
	}
}

// Write returns how many bytes of p the connection took. A connection whose
// buffer is full takes fewer than all, which is no error.
func (w *Writer) Write(p []byte) (int, error) {
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
