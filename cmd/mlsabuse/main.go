// Command mlsabuse replays floods against a running service, on one machine and
// in one run, and tells for each what the flood achieved and what three honest
// bystanders saw meanwhile: an account that is known and whose key is cached, an
// account that comes for the first time with each call, and a new device of a
// known account. It ends with status 1 where a bystander was hurt, where a flood
// reached more than it may, or where a flood did nothing.
//
// The service runs with its default limits. It is no part of what is shipped.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"syscall"
	"time"

	"catbird.blue/mls/internal/testbed"
)

// flood is one attack.
type flood struct {
	name string
	// what is done, in a phrase.
	what string
	// env adds to the configuration of the instance.
	env []string
	// redis runs the instance with a Redis.
	redis bool
	run   func(ctx context.Context, s *scene) (*outcome, error)
	// hurt bounds what the bystanders may see; nil for the usual bounds.
	hurt *bounds
}

// outcome is what a flood came to.
type outcome struct {
	// tried counts what the flood did: nothing fails the run.
	tried int
	// achieved says what it came to, for people.
	achieved string
	// excess is what it reached beyond what it may; "" for nothing.
	excess string
}

// floods in the order in which they run.
var floods = slices.Concat(tokenFloods())

func main() {
	which := flag.String("run", ".", "run the floods whose name matches this expression")
	binary := flag.String("mlsd", "bin/mlsd", "the binary to attack")
	full := flag.Bool("full", os.Getenv("ABUSE") == "full", "run each flood in its full size and time (also ABUSE=full)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *binary, *which, *full); err != nil {
		fmt.Fprintln(os.Stderr, "mlsabuse:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, binary, which string, full bool) error {
	match, err := regexp.Compile(which)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	var failed []error
	ran := 0
	for i := range floods {
		f := &floods[i]
		if !match.MatchString(f.name) {
			continue
		}
		ran++
		if err := f.against(ctx, binary, full); err != nil {
			if ctx.Err() != nil {
				return err
			}
			fmt.Printf("  FAILED: %v\n", err)
			failed = append(failed, fmt.Errorf("%s: %w", f.name, err))
		}
	}
	if ran == 0 {
		return errors.New("no flood has such a name")
	}
	fmt.Printf("%d floods, %d failed\n", ran, len(failed))
	return errors.Join(failed...)
}

// against runs the flood against an instance of its own, on a database of its
// own, so that no flood finds what another one left.
func (f *flood) against(ctx context.Context, binary string, full bool) (err error) {
	bed, err := testbed.New(ctx, "mlsabuse", binary)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bed.Close()) }()
	s := &scene{World: bed, full: full}
	env := f.env
	if f.redis {
		if s.redis, err = testbed.StartRedis(ctx, bed.Dir, redisMemory...); err != nil {
			return err
		}
		defer s.redis.Kill()
		env = append(env, "REDIS_URL="+s.redis.URL)
	}
	if s.server, _, err = bed.StartInstance(ctx, env...); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.server.Stop()) }()
	return f.measure(ctx, s)
}

// redisMemory makes a Redis that refuses writes when it is full, as operators
// are told to have it.
var redisMemory = []string{"--maxmemory", "12mb", "--maxmemory-policy", "noeviction"}

func (f *flood) measure(ctx context.Context, s *scene) error {
	fmt.Printf("%s: %s\n", f.name, f.what)
	honest, err := s.bystanders(ctx)
	if err != nil {
		return fmt.Errorf("bystanders: %w", err)
	}
	quiet := honest.watch(ctx, 2*time.Second)
	if err := quiet.calm(); err != nil {
		return fmt.Errorf("before the flood: %w", err)
	}
	watching, stop := context.WithCancel(ctx)
	seen := make(chan *sighting, 1)
	go func() { seen <- honest.watch(watching, 0) }()
	start := time.Now()
	out, err := f.run(ctx, s)
	took := time.Since(start)
	stop()
	during := <-seen
	if err != nil {
		return err
	}
	fmt.Printf("  the flood     %s (%d tried, in %s)\n", out.achieved, out.tried, took.Round(time.Millisecond))
	during.print(quiet)
	if out.tried == 0 {
		return errors.New("the flood did nothing")
	}
	if out.excess != "" {
		return errors.New(out.excess)
	}
	b := f.hurt
	if b == nil {
		b = &usual
	}
	return b.check(during, quiet)
}
