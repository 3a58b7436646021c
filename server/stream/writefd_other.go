//go:build !linux

package stream

import "syscall"

// writeFD writes to a socket that does not block.
func writeFD(fd int, p []byte) (int, error) { return syscall.Write(fd, p) }
