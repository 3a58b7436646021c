package main

import (
	"runtime/debug"

	"catbird.blue/mls/server/httpd"
)

const (
	noMemoryLimit = 1<<63 - 1
	// spareHeap is the amount in bytes by which the heap may always grow before
	// it is collected.
	spareHeap = 16 << 20
	// spareFrom is the memory limit from which on spareHeap is used.
	spareFrom = 256 << 20
	// floodBytes is the amount of memory of bodies or connections that is worth
	// returning to the system afterwards.
	floodBytes = 32 << 20
)

// tuneGC tunes the garbage collector, unless GOMEMLIMIT is set: it
// collects more often near the container's memory limit, and less often if
// there is memory to spare. The caller must keep the result reachable.
//
// A collection starts when the heap has doubled. The live heap of this service
// is a few megabytes, so under load the collector would run all the time. The
// returned slice counts as live heap and delays the collections. Nothing is
// written to it, so it occupies no physical memory.
func tuneGC() []byte {
	if limit := httpd.MemoryLimit(); limit > 0 && debug.SetMemoryLimit(-1) == noMemoryLimit {
		debug.SetMemoryLimit(int64(limit / 10 * 9))
	}
	return spare(debug.SetMemoryLimit(-1))
}

// memoryBytes returns the memory that the process may use: GOMEMLIMIT, or the
// limit derived from the container, or the memory of the machine. It returns 0
// if none is known.
func memoryBytes() int64 {
	if limit := debug.SetMemoryLimit(-1); limit != noMemoryLimit {
		return limit
	}
	return int64(httpd.MachineMemory())
}

// spare returns a slice of the size that can be spared under a memory limit.
func spare(limit int64) []byte {
	if limit < spareFrom {
		return nil
	}
	return make([]byte, spareHeap)
}
