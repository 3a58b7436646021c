package pgembed

import "syscall"

// dieWithParent makes the kernel send SIGINT, which is PostgreSQL's fast
// shutdown, when the thread that started the server ends. This works even when
// this process is killed with SIGKILL.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }
