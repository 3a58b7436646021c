package dbtest

import (
	"os/exec"
	"runtime"
	"syscall"
)

// StartTied starts a program that ends with this process, and closes the
// channel when it has ended.
func StartTied(cmd *exec.Cmd) (<-chan struct{}, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	tie(cmd.SysProcAttr)
	started, ended := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread() // see tie
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // killed, as a rule
			close(ended)
		}
	}()
	return ended, <-started
}
