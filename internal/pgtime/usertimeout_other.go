//go:build !linux

package pgtime

import (
	"syscall"
	"time"
)

// setUserTimeout does nothing: the keep-alive probes and the deadlines of
// statements find a silent peer.
func setUserTimeout(syscall.RawConn, time.Duration) error { return nil }
