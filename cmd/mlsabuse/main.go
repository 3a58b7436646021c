// Command mlsabuse runs attacks ("floods") against a running service, on one
// machine and in one run. For each flood it reports what the flood achieved and
// what three honest bystanders experienced meanwhile: a known account whose key
// is cached, an account that calls for the first time, and a new device of a
// known account. The exit status is 1 if a bystander was hurt, if a flood
// achieved more than it may, or if a flood did nothing.
//
// The service runs with its default limits. This program is not part of the
// image.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"catbird.blue/mls/internal/testbed"
)

// flood is one attack.
type flood struct {
	name string
	// what describes the attack in a phrase.
	what string
	// env returns settings to add to the configuration of the instance.
	env func(full bool) []string
	// redis says that the instance runs with a Redis.
	redis bool
	run   func(ctx context.Context, s *scene) (*outcome, error)
	// hurt limits what the bystanders may experience. nil means the usual
	// bounds.
	hurt *bounds
}

// outcome is the result of a flood.
type outcome struct {
	// tried is the number of attempts.
	tried int
	// achieved describes the result for people.
	achieved string
	// idle is the reason why the flood counts as having done nothing. excess
	// describes what it achieved beyond what it may. Both are "" normally.
	idle, excess string
}

// floods lists the floods in the order in which they run.
var floods = slices.Concat(tokenFloods(), lookupFloods(), originFloods(), bodyFloods(), waitFloods(), packageFloods(),
	connectionFloods(), forgeries(), badCommits(), addFloods(), linkFloods(), timingFloods(), storageFloods())

// selection holds the names of the floods to run, and whether they run in full
// size.
type selection struct {
	names []string
	full  bool
}

// parse parses a list of names or prefixes of names. The word full selects the
// full size.
func (s *selection) parse(list string) error {
	for word := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		switch {
		case word == "full":
			s.full = true
		case !slices.ContainsFunc(floods, func(f flood) bool { return strings.HasPrefix(f.name, word) }):
			return fmt.Errorf("no flood is called %s", word)
		default:
			s.names = append(s.names, word)
		}
	}
	return nil
}

func (s *selection) has(name string) bool {
	return len(s.names) == 0 || slices.ContainsFunc(s.names, func(n string) bool { return strings.HasPrefix(name, n) })
}

func main() {
	which := flag.String("run", os.Getenv("ABUSE"), "the floods to run, separated by commas, and full for their full size; also ABUSE")
	binary := flag.String("mlsd", "bin/mlsd", "the binary to attack")
	list := flag.Bool("list", false, "list the floods")
	flag.Parse()
	if *list {
		for _, f := range floods {
			fmt.Printf("%-18s %s\n", f.name, f.what)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *binary, *which); err != nil {
		fmt.Fprintln(os.Stderr, "mlsabuse:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, binary, which string) (err error) {
	var chosen selection
	if err := chosen.parse(which); err != nil {
		return err
	}
	bed, err := testbed.New(ctx, "mlsabuse", binary)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bed.Close()) }()
	var failed []error
	ran, start := 0, time.Now()
	for i := range floods {
		f := &floods[i]
		if !chosen.has(f.name) {
			continue
		}
		ran++
		if err := f.runAgainst(ctx, bed, chosen.full); err != nil {
			if ctx.Err() != nil {
				return err
			}
			fmt.Printf("  FAILED        %v\n", err)
			failed = append(failed, fmt.Errorf("%s: %w", f.name, err))
		}
	}
	fmt.Printf("%d floods, %d failed, in %s\n", ran, len(failed), time.Since(start).Round(time.Second))
	return errors.Join(failed...)
}

// runAgainst runs the flood against a new instance with a new database, so that
// floods do not affect each other.
func (f *flood) runAgainst(ctx context.Context, bed *testbed.World, full bool) (err error) {
	s, err := newScene(ctx, bed, f.name, full)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	env := s.env
	if f.env != nil {
		env = append(env, f.env(full)...)
	}
	if f.redis {
		if s.redis, err = testbed.StartRedis(ctx, bed.Dir, redisMemory...); err != nil {
			return err
		}
		env = append(env, "REDIS_URL="+s.redis.URL)
	}
	if s.server, _, err = bed.StartInstance(ctx, env...); err != nil {
		return err
	}
	return f.measure(ctx, s)
}

// redisMemory configures a Redis that refuses writes when it is full, as the
// documentation recommends to operators.
var redisMemory = []string{"--maxmemory", "12mb", "--maxmemory-policy", "noeviction"}

// afterwards is how long the bystanders continue after a flood.
const afterwards = 1500 * time.Millisecond

func (f *flood) measure(ctx context.Context, s *scene) error {
	fmt.Printf("%s: %s\n", f.name, f.what)
	honest, err := s.bystanders(ctx)
	if err != nil {
		return fmt.Errorf("bystanders: %w", err)
	}
	quiet := honest.watch(ctx, afterwards)
	if err := quiet.calm(); err != nil {
		return fmt.Errorf("before the flood: %w", err)
	}
	watching, stop := context.WithCancel(ctx)
	seen := make(chan *sighting, 1)
	go func() { seen <- honest.watch(watching, 0) }()
	start := time.Now()
	out, err := f.run(ctx, s)
	took := time.Since(start)
	if err == nil {
		rest(ctx, afterwards)
	}
	stop()
	during := <-seen
	if err != nil {
		return err
	}
	fmt.Printf("  the flood     %s (%d tried, in %s)\n", out.achieved, out.tried, took.Round(time.Millisecond))
	during.print(quiet)
	return f.judge(out, during)
}

func (f *flood) judge(out *outcome, during *sighting) error {
	var errs []error
	if out.tried == 0 {
		out.idle = "nothing was tried"
	}
	if out.idle != "" {
		errs = append(errs, fmt.Errorf("the flood did nothing: %s", out.idle))
	}
	if out.excess != "" {
		errs = append(errs, errors.New(out.excess))
	}
	b := f.hurt
	if b == nil {
		b = &usual
	}
	return errors.Join(append(errs, b.check(during))...)
}

// rest waits for d, or until ctx ends.
func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
