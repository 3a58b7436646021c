package trywrite

import (
	"io"
	"syscall"
	"testing"
	"time"
)

// cpu returns the processor time of the process.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkWrite writes 1 KB to each of 200 sockets in turn, as an event for
// many streams is written: by a Writer, and by a Writer whose system call is
// that of syscall.Write. The readers are goroutines of this process, so the
// processor time includes theirs.
func BenchmarkWrite(b *testing.B) {
	const conns = 200
	for name, write := range map[string]func(fd int, p []byte) (int, error){"raw": writeFD, "syscall": syscall.Write} {
		b.Run(name, func(b *testing.B) {
			writers := make([]*Writer, conns)
			for i := range writers {
				w, _, reader := sockets(b)
				w.attempt = func(fd uintptr) { w.n, w.err = write(int(fd), w.p) }
				writers[i] = w
				go func() { _, _ = io.Copy(io.Discard, reader) }()
			}
			p := make([]byte, 1024)
			before := cpu()
			b.ResetTimer()
			for i := range b.N {
				if _, err := writers[i%conns].Write(p); err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			b.ReportMetric(float64((cpu()-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
		})
	}
}
