//go:build race && !msan && !asan

package trywrite

import (
	"runtime"
	"syscall"
	"unsafe"
)

// Under the race detector a raw write does what syscall.Write does around its
// system call, so that the detector knows of it.

// raceBeforeWrite orders what this goroutine has done before what the goroutine
// that reads the bytes does: syscall.Write does so before anything else, and
// writing to no file does nothing more.
func raceBeforeWrite() { _, _ = syscall.Write(-1, nil) }

// raceAfterWrite says that the system call read p.
func raceAfterWrite(p []byte) {
	runtime.RaceReadRange(unsafe.Pointer(unsafe.SliceData(p)), len(p))
}
