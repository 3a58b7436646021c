package dbtest

import "syscall"

// tie has the kernel end the program with the thread that started it.
func tie(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
