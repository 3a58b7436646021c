package dbtest

import (
	"os/exec"
	"runtime"
	"syscall"
)

// StartTied starts a program that is killed when this process ends. The channel
// is closed when the program has ended.
func StartTied(cmd *exec.Cmd) (<-chan struct{}, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	tie(cmd.SysProcAttr)
	started, ended := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread() // Pdeathsig is tied to this thread: see tie
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // the error usually says that it was killed
			close(ended)
		}
	}()
	return ended, <-started
}
