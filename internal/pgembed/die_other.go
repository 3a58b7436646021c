//go:build !linux

package pgembed

import "syscall"

// dieWithParent does nothing on systems without Pdeathsig. The next start stops
// a server that outlived its parent: see reclaim.
func dieWithParent(*syscall.SysProcAttr) {}
