package dbtest

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// halt stops a child of this process and returns when it has stopped.
func halt(pid int) error {
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return err
	}
	for {
		if err := unix.Waitid(unix.P_PID, pid, nil, unix.WSTOPPED, nil); err != unix.EINTR {
			return err
		}
	}
}

// children returns the processes that a process has started and that run. It
// needs no program: a small system does not have pgrep.
func children(pid int) ([]int, error) {
	list, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil, err
	}
	return pids(list)
}
