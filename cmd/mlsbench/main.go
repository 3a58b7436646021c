// Command mlsbench compares the service with lower bounds for its costs, on one
// machine and in one run. The load generator, the service, PostgreSQL and the
// baselines share the cores. The exit status is 1 if a ratio misses its bound.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"

	"catbird.blue/mls/internal/testbed"
)

// benchmarks lists the benchmarks in the order in which they run.
var benchmarks = []struct {
	name string
	run  func(ctx context.Context, w *world, out io.Writer, d time.Duration) error
}{
	{"idle", benchIdle},
	{"send", benchSend},
	{"growth", benchGrowth},
	{"read", benchRead},
	{"mls", benchMLS},
	{"live", benchLive},
	{"fan-out", benchFanOut},
	{"resume", benchResume},
}

var missed bool

type bound string

const (
	atLeast bound = "at least"
	atMost  bound = "at most"
)

// ratio prints a figure and its bound.
func ratio(out io.Writer, got float64, of string, b bound, want float64) {
	verdict := "holds"
	if b == atLeast && got < want || b == atMost && got > want {
		verdict, missed = "MISSED", true
	}
	fmt.Fprintf(out, "  ratio                  %8.2f x %s; wanted %s %.2f: %s\n", got, of, b, want, verdict)
}

// median returns the median of v, for an even number of values the upper one.
func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// byTurn divides the figures of two sides that took turns, turn by turn. The
// speed of a shared machine varies, so only measurements next to each other can
// be compared.
func byTurn(one, other []float64) []float64 {
	ratios := make([]float64, len(one))
	for i := range one {
		ratios[i] = one[i] / other[i]
	}
	return ratios
}

// shorter returns the shorter of two times. Zero means that there is no time
// yet.
func shorter(a, b time.Duration) time.Duration {
	if a == 0 || b < a {
		return b
	}
	return a
}

func main() {
	if name := os.Getenv(baselineEnv); name != "" {
		if err := runBaseline(name, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "baseline:", err)
			os.Exit(1)
		}
		return
	}
	d := flag.Duration("time", 10*time.Second, "how long a measured run lasts")
	which := flag.String("run", ".", "run the benchmarks whose name matches this expression")
	binary := flag.String("mlsd", "bin/mlsd", "the binary to measure")
	rows := flag.Int("messages", 10_000_000, "how many messages a large table has")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *binary, *which, *d, *rows); err != nil {
		fmt.Fprintln(os.Stderr, "mlsbench:", err)
		os.Exit(1)
	}
	if missed {
		os.Exit(1)
	}
}

func run(ctx context.Context, binary, which string, d time.Duration, rows int) error {
	match, err := regexp.Compile(which)
	if err != nil {
		return err
	}
	fmt.Printf("%s, %d cores shared by load generator, mlsd and PostgreSQL\n", runtime.GOARCH, runtime.NumCPU())
	w, err := newWorld(ctx, binary, accounts)
	if err != nil {
		return err
	}
	defer w.close()
	w.tableSize = rows
	for _, b := range benchmarks {
		if !match.MatchString(b.name) {
			continue
		}
		if err := b.run(ctx, w, os.Stdout, d); err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
	}
	return nil
}

// inParallel calls f for 0..n-1 on all cores.
func inParallel(n int, f func(i int)) {
	var wg sync.WaitGroup
	cores := runtime.NumCPU()
	for c := range cores {
		wg.Go(func() {
			for i := c; i < n; i += cores {
				f(i)
			}
		})
	}
	wg.Wait()
}

// spent is the CPU time that the two servers have used.
type spent struct{ server, postgres time.Duration }

func (w *world) cpu(ctx context.Context) (spent, error) {
	server, err := testbed.CPUOf(w.server.PID())
	if err != nil {
		return spent{}, err
	}
	pg, err := w.Postmaster(ctx)
	if err != nil {
		return spent{}, err
	}
	postgres, err := testbed.CPUOf(pg)
	return spent{server, postgres}, err
}
