package stream

import (
	"syscall"
	"unsafe"
)

// shortWrite is up to where a write is so short, some microseconds, that telling
// the scheduler of it costs more than it could gain.
const shortWrite = 16 << 10

// writeFD writes to a socket that does not block.
func writeFD(fd int, p []byte) (int, error) {
	if len(p) == 0 || len(p) > shortWrite {
		return syscall.Write(fd, p)
	}
	n, _, errno := syscall.RawSyscall(syscall.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
