package testbed

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// clockTick is the kernel's USER_HZ, the unit of times in /proc (proc(5)): 100
// on every Linux that Go runs on.
const clockTick = 10 * time.Millisecond

// stat holds the values of /proc/PID/stat that this package uses. ended is the CPU time
// of children that ended.
type stat struct {
	parent int
	ended  time.Duration
}

func readStat(pid string) (stat, error) {
	b, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return stat{}, err
	}
	// The process name may contain spaces, so parsing starts after its closing
	// parenthesis.
	f := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	parent, err := strconv.Atoi(string(f[1]))
	if err != nil {
		return stat{}, fmt.Errorf("parent of process %s: %w", pid, err)
	}
	var ticks int64
	for _, i := range []int{13, 14} { // cutime and cstime
		n, err := strconv.ParseInt(string(f[i]), 10, 64)
		if err != nil {
			return stat{}, fmt.Errorf("times of process %s: %w", pid, err)
		}
		ticks += n
	}
	return stat{parent: parent, ended: time.Duration(ticks) * clockTick}, nil
}

// clockOf reads the CPU clock of a process: the time of all its threads, which the
// kernel counts in nanoseconds, while /proc has ticks.
func clockOf(pid int) (time.Duration, error) {
	const cpuclockSched = 2 // of the kernel's clock ids for a process, ^pid<<3|clock (clock_getcpuclockid(3))
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|cpuclockSched), &ts); err != nil {
		return 0, fmt.Errorf("CPU clock of process %d: %w", pid, err)
	}
	return time.Duration(ts.Nano()), nil
}

// CPUOf returns the CPU time that a process and its children have used: to the
// nanosecond, but in steps of clockTick for children that ended.
func CPUOf(pid int) (time.Duration, error) {
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, err
	}
	sum, err := clockOf(pid)
	if err != nil {
		return 0, err
	}
	own, err := readStat(strconv.Itoa(pid))
	if err != nil {
		return 0, err
	}
	sum += own.ended
	for _, d := range dirs {
		child, err := strconv.Atoi(filepath.Base(d))
		if err != nil {
			return 0, err
		}
		s, err := readStat(filepath.Base(d))
		if err != nil || s.parent != pid { // a process may end in the meantime
			continue
		}
		if used, err := clockOf(child); err == nil {
			sum += used + s.ended
		}
	}
	return sum, nil
}

// ResidentOf returns the resident memory of a process in bytes.
func ResidentOf(pid int) (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, err
	}
	pages, err := strconv.ParseInt(string(bytes.Fields(b)[1]), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("memory of process %d: %w", pid, err)
	}
	return pages * int64(os.Getpagesize()), nil
}

// ParentOf returns the process id of the parent of a process.
func ParentOf(pid int) (int, error) {
	s, err := readStat(strconv.Itoa(pid))
	return s.parent, err
}
