//go:build unix

package stream

import (
	"errors"
	"fmt"
	"syscall"
)

// tryWrite writes what the connection takes without waiting. It knows no
// deadline, and must not run together with another write.
func tryWrite(raw syscall.RawConn, p []byte) (n int, err error) {
	if raw == nil {
		return 0, nil
	}
	ctlErr := raw.Control(func(fd uintptr) {
		for {
			n, err = syscall.Write(int(fd), p)
			if !errors.Is(err, syscall.EINTR) {
				return
			}
		}
	})
	switch {
	case ctlErr != nil:
		return 0, fmt.Errorf("write event: %w", ctlErr)
	case errors.Is(err, syscall.EAGAIN):
		return max(n, 0), nil
	case err != nil:
		return max(n, 0), fmt.Errorf("write event: %w", err)
	}
	return n, nil
}
