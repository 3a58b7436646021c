//go:build !linux

package dbtest

import "syscall"

// tie does nothing on systems without Pdeathsig.
func tie(*syscall.SysProcAttr) {}
