//go:build unix

package conns

import (
	"net"

	"golang.org/x/sys/unix"
)

// Pending reports whether the kernel has accepted connections to l that Accept
// has not returned yet. Closing l resets them, although a client may have sent a
// request on one, which it must not repeat.
func Pending(l net.Listener) bool {
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		return false
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return false
	}
	ready := 0
	err = raw.Control(func(fd uintptr) {
		ready, _ = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0) // an error counts as none
	})
	return err == nil && ready > 0
}
