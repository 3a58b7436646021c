// Command mlsbench compares the service with lower bounds for its costs, on one
// machine and in one run. The load generator, the service, PostgreSQL and the
// baselines share the cores. Each figure is the median of several turns, in
// which the sides of a comparison alternate. The run ends with a table of all
// bounds, and its exit status is 1 if one of them is missed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// errMissed is the end of a run that missed bounds.
var errMissed = errors.New("bounds were missed")

func main() {
	if name := os.Getenv(baselineEnv); name != "" {
		if err := runBaseline(name, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "baseline:", err)
			os.Exit(1)
		}
		return
	}
	o, pair := flags()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	switch {
	case o.compare && len(pair) == 2:
		err = compareFiles(os.Stdout, pair[0], pair[1])
	case o.compare || len(pair) > 0:
		err = errors.New("-compare takes two files, the old run and the new one; a run takes no argument")
	default:
		err = run(ctx, os.Stdout, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mlsbench:", err)
		os.Exit(1)
	}
}

// options are what the command line says.
type options struct {
	bench, binary, out string
	time               time.Duration
	messages           int
	compare            bool
}

func flags() (*options, []string) {
	o := &options{}
	flag.StringVar(&o.bench, "bench", os.Getenv("BENCH"), "parts to run, separated by commas, and quick for the smallest sizes: "+strings.Join(partNames(), ", "))
	flag.StringVar(&o.binary, "mlsd", "bin/mlsd", "the binary to measure")
	flag.StringVar(&o.out, "out", os.Getenv("BENCH_OUT"), "the file for the result; bench/TIME-SET.json if empty")
	flag.DurationVar(&o.time, "time", 0, "how long each side of a comparison is measured, in all turns together; 0 for the set's own time")
	flag.IntVar(&o.messages, "messages", 0, "how many messages the largest table has; 0 for the set's own number")
	flag.BoolVar(&o.compare, "compare", false, "print two results side by side: -compare OLD NEW")
	flag.Parse()
	return o, flag.Args()
}

// resize applies the sizes that were asked for.
func (o *options) resize(s *sizes) error {
	if o.time > 0 {
		s.time = o.time
	}
	if o.messages != 0 {
		s.messages = o.messages
	}
	if line := s.messagesLine(); len(line) < 2 {
		return fmt.Errorf("-messages %d: at least 10000, otherwise nothing grows", o.messages)
	}
	return nil
}

// setName names the set in the result. Results of other sizes are not compared.
func (o *options) setName(s *sizes) string {
	if o.messages == 0 {
		return s.set
	}
	return fmt.Sprintf("%s with %d messages", s.set, o.messages)
}

// run measures, writes the result and prints the table of bounds.
func run(ctx context.Context, out io.Writer, o *options) error {
	chosen, s, err := choose(o.bench)
	if err != nil {
		return err
	}
	if err := o.resize(&s); err != nil {
		return err
	}
	began := time.Now()
	res := &result{Facts: machineFacts(ctx, o.binary), Set: o.setName(&s), Time: s.time.String()}
	r := newRecorder(out)
	r.trial = s.trial()
	failed := runParts(ctx, r, o.binary, s, chosen, res)
	if len(r.figures) == 0 {
		return failed
	}
	if unknown := r.unknownBounds(bounds); len(unknown) > 0 {
		return fmt.Errorf("the table of bounds lacks %v", unknown)
	}
	res.Seconds, res.Figures, res.Bounds = time.Since(began).Seconds(), r.figures, r.verdicts(bounds)
	misses := printVerdicts(out, res.Bounds)
	file := o.out
	if file == "" {
		file = resultFile(s.set, began)
	}
	if err := res.write(file); err != nil {
		return err
	}
	r.note("%s in %s", file, time.Since(began).Round(time.Second))
	if misses > 0 {
		failed = errors.Join(failed, fmt.Errorf("%d %w", misses, errMissed))
	}
	return failed
}

// runParts runs the parts one after the other. A part that fails does not keep
// the others from running; its bounds are not measured.
func runParts(ctx context.Context, r *recorder, binary string, s sizes, chosen []part, res *result) error {
	w, err := newWorld(ctx, binary, accounts, s)
	if err != nil {
		return err
	}
	defer w.close()
	var failed error
	if err := res.Facts.askPostgreSQL(ctx, w.Pool); err != nil {
		return err
	}
	r.note("%s\nthe load generator, mlsd and PostgreSQL share the cores; medians of the turns (smallest–largest); set %s", &res.Facts, s.set)
	for _, p := range chosen {
		r.part = p.name
		began := time.Now()
		r.note("%s: %s", p.name, p.what)
		if err := p.run(ctx, w, r); err != nil {
			r.note("  FAILED: %v", err)
			failed = errors.Join(failed, fmt.Errorf("%s: %w", p.name, err))
		}
		if ctx.Err() != nil || w.server == nil {
			return failed
		}
		r.note("  took %s", time.Since(began).Round(100*time.Millisecond))
		res.Parts = append(res.Parts, p.name)
	}
	return failed
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
