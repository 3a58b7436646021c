package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
)

func main() {
	binary := flag.String("mlsd", "bin/mlsd", "the binary of the service")
	deploy := flag.String("deploy", "deploy", "the folder of the shipped configuration")
	keep := flag.Bool("keep", false, "keep the folder with the logs; it is kept after a failure anyway")
	only := flag.String("run", "", "the trials to run, separated by commas; without it all")
	list := flag.Bool("list", false, "list the trials")
	inside := flag.Bool("inside", false, "the namespaces are made already (set by this program)")
	flag.Parse()
	if *list {
		for _, t := range trials {
			fmt.Printf("%-16s %s\n", t.name, t.what)
		}
		return
	}
	var err error
	if *inside {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		err = run(ctx, options{binary: *binary, deploy: *deploy, keep: *keep, only: *only})
	} else {
		err = enter()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mlsha:", err)
		os.Exit(1)
	}
}

// enter replaces this process by one in namespaces of its own: for the network,
// so that the machines can have addresses and be cut off; for processes, so that
// none of them survives; and for mounts, because those need it.
func enter() error {
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		return errors.New("needs Linux and root, because it makes networks that it can cut: sudo make ha")
	}
	path, err := exec.LookPath("unshare")
	if err != nil {
		return fmt.Errorf("needs unshare (package util-linux): %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	// The shell is the first process of the namespace, and reaps those whose
	// parents were killed.
	args := append([]string{"unshare", "--net", "--pid", "--mount", "--fork", "--kill-child", "--mount-proc",
		"sh", "-c", `"$0" -inside "$@"; exit $?`, self}, os.Args[1:]...)
	return syscall.Exec(path, args, os.Environ())
}

type options struct {
	binary, deploy, only string
	keep                 bool
}

// chosen returns the trials that were asked for.
func (o options) chosen() ([]trial, error) {
	if o.only == "" {
		return trials, nil
	}
	var out []trial
	for name := range strings.SplitSeq(o.only, ",") {
		at := len(out)
		for _, t := range trials {
			if t.name == name {
				out = append(out, t)
			}
		}
		if len(out) == at {
			return nil, fmt.Errorf("no trial is called %s", name)
		}
	}
	return out, nil
}

func run(ctx context.Context, o options) (err error) {
	chosen, err := o.chosen()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mlsha")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() {
		if err == nil && !o.keep {
			err = os.RemoveAll(dir)
			return
		}
		fmt.Fprintln(os.Stderr, "configuration and logs are in", dir)
	}()
	s, err := newSite(ctx, dir, o)
	if err != nil {
		return err
	}
	defer s.stop()
	l, err := startLoad(ctx, s)
	if err != nil {
		return err
	}
	r := runTrials(ctx, s, l, chosen)
	if err := l.finish(ctx); err != nil {
		r.failed = append(r.failed, err)
	}
	if err := l.check(ctx, r); err != nil {
		r.failed = append(r.failed, err)
	}
	return r.print(os.Stdout)
}
