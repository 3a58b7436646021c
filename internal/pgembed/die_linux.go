package pgembed

import "syscall"

// dieWithParent has the kernel ask the program to stop (SIGINT is PostgreSQL's
// fast shutdown) when the thread that started it ends, which covers a kill -9
// of ours.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }
