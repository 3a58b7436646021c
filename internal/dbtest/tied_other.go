//go:build !linux

package dbtest

import "syscall"

// tie has no counterpart here.
func tie(*syscall.SysProcAttr) {}
