//go:build linux && !race && !msan && !asan

package stream

import (
	"syscall"
	"unsafe"
)

// writeFD writes to a socket that does not block. The scheduler is not told of
// short writes: that costs more than it could gain.
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
