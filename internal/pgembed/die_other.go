//go:build !linux

package pgembed

import "syscall"

// dieWithParent has no counterpart here: a server that outlived us is stopped
// by the next start (see reclaim).
func dieWithParent(*syscall.SysProcAttr) {}
