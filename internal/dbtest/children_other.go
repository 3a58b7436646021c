//go:build !linux

package dbtest

import (
	"os/exec"
	"strconv"
	"syscall"
)

// halt stops a process.
func halt(pid int) error { return syscall.Kill(pid, syscall.SIGSTOP) }

// children returns the processes that a process has started and that run.
func children(pid int) ([]int, error) {
	list, err := exec.Command("pgrep", "-P", strconv.Itoa(pid)).Output()
	if err != nil {
		return nil, err
	}
	return pids(list)
}
