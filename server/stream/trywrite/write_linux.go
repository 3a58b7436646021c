//go:build !msan && !asan

package trywrite

import (
	"syscall"
	"unsafe"
)

// writeFD writes to a socket that does not block: a short write without telling
// the scheduler.
func writeFD(fd int, p []byte) (int, error) {
	if len(p) == 0 || len(p) > shortWrite {
		return syscall.Write(fd, p)
	}
	raceBeforeWrite()
	n, _, errno := syscall.RawSyscall(syscall.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)))
	if errno != 0 {
		return 0, errno
	}
	raceAfterWrite(p[:n])
	return int(n), nil
}
