package httpd

import (
	"bufio"
	"math"
	"os"
	"path"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
)

// cgroupRoot is where Linux shows control groups.
const cgroupRoot = "/sys/fs/cgroup"

// memoryUse gives the memory that the container uses and its limit, in bytes.
// Where the container has no limit it gives the Go runtime's use and GOMEMLIMIT.
// A limit of 0 means that neither is set.
func memoryUse() (used, limit uint64) {
	if used, limit = cgroupMemory(cgroupRoot, "/proc/self/cgroup"); limit > 0 {
		return used, limit
	}
	if soft := debug.SetMemoryLimit(-1); soft > 0 && soft < math.MaxInt64 {
		return runtimeMemory(), uint64(soft)
	}
	return 0, 0
}

// MemoryLimit is the memory limit of the container in bytes, or 0 without one.
func MemoryLimit() uint64 {
	_, limit := cgroupMemory(cgroupRoot, "/proc/self/cgroup")
	return limit
}

// MachineMemory is the machine's memory in bytes, or 0 where the system does not
// tell.
func MachineMemory() uint64 { return statOf("/proc/meminfo", "MemTotal:") }

// runtimeMemory is the figure that the Go runtime compares with GOMEMLIMIT, see
// runtime/debug.SetMemoryLimit.
func runtimeMemory() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64() - s[1].Value.Uint64()
}

// cgroupMemory reads control groups of version 2, then of version 1. The lowest
// limit between the process's group and the root applies. File pages in the
// cache that the kernel can drop do not count as used.
func cgroupMemory(root, self string) (used, limit uint64) {
	f, err := os.Open(self)
	if err != nil {
		return 0, 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		part := strings.SplitN(lines.Text(), ":", 3)
		if len(part) != 3 {
			continue
		}
		switch {
		case part[0] == "0":
			used, limit = lowestLimit(root, root, part[2], "memory.max", "memory.current", "inactive_file ")
		case part[1] == "memory":
			v1 := path.Join(root, "memory")
			used, limit = lowestLimit(v1, v1, part[2], "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ")
		}
		if limit > 0 {
			return used, limit
		}
	}
	return 0, 0
}

// lowestLimit walks from the group up to the root. In a container the path of the
// group may be that of the host, so that only the root exists.
func lowestLimit(root, base, group, maxFile, useFile, inactive string) (used, limit uint64) {
	for dir := path.Join(base, group); ; dir = path.Dir(dir) {
		// Version 1 says "no limit" with a number near 2^63.
		if n, ok := readNumber(path.Join(dir, maxFile)); ok && n > 0 && n < 1<<60 && (limit == 0 || n < limit) {
			if u, ok := readNumber(path.Join(dir, useFile)); ok {
				limit, used = n, u-min(u, statOf(path.Join(dir, "memory.stat"), inactive))
			}
		}
		if dir == root || len(dir) <= len(root) {
			return used, limit
		}
	}
}

func readNumber(name string) (uint64, bool) {
	b, err := os.ReadFile(name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64)
	return n, err == nil
}

func statOf(name, key string) uint64 {
	b, err := os.ReadFile(name)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, key); ok {
			v, kilo := strings.CutSuffix(strings.TrimSpace(v), " kB")
			n, _ := strconv.ParseUint(v, 10, 64) // 0 where it is none
			if kilo {
				n <<= 10
			}
			return n
		}
	}
	return 0
}
