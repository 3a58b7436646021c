package main

import (
	"runtime/debug"

	"catbird.blue/mls/server/httpd"
)

const (
	noMemoryLimit = 1<<63 - 1
	// spareHeap is how much more than it needs the heap may always take before
	// it is collected, in bytes.
	spareHeap = 16 << 20
	// spareFrom is the memory limit below which there is nothing to spare.
	spareFrom = 256 << 20
	// floodBytes is how much bodies or connections take when their memory is
	// worth giving back afterwards.
	floodBytes = 32 << 20
)

// arrangeMemory has the collector work harder before the container's limit is
// reached, unless GOMEMLIMIT says something else, and less where there is room.
// The caller keeps alive what it gives.
//
// A collection is due when the heap has doubled. That of this service is a few
// megabytes: under load it would be at it all the time. What arrangeMemory gives
// counts as heap. It is never written to, so no memory stands behind it.
func arrangeMemory() []byte {
	if limit := httpd.MemoryLimit(); limit > 0 && debug.SetMemoryLimit(-1) == noMemoryLimit {
		debug.SetMemoryLimit(int64(limit / 10 * 9))
	}
	return spare(debug.SetMemoryLimit(-1))
}

// memoryBytes is what the process may use: GOMEMLIMIT, or what was made of the
// container's limit, or else the machine's memory; 0 where nothing tells.
func memoryBytes() int64 {
	if limit := debug.SetMemoryLimit(-1); limit != noMemoryLimit {
		return limit
	}
	return int64(httpd.MachineMemory())
}

// spare is what a memory limit leaves to spare.
func spare(limit int64) []byte {
	if limit < spareFrom {
		return nil
	}
	return make([]byte, spareHeap)
}
