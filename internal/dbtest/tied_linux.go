package dbtest

import "syscall"

// tie makes the kernel kill the program when the thread that started it ends.
func tie(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
