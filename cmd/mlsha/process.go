package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// program is a program on a machine that can be stopped and started again.
type program struct {
	name    string
	at      machine
	account string
	args    []string
	env     []string
	log     string
	// quit is the signal that ends it in order.
	quit syscall.Signal

	cmd   *exec.Cmd
	ended chan struct{}
}

func accountIDs(name string) (uid, gid string, err error) {
	u, err := user.Lookup(name)
	if err != nil {
		return "", "", fmt.Errorf("the account of a Debian package is missing: %w", err)
	}
	return u.Uid, u.Gid, nil
}

func (p *program) start() error {
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("log of %s: %w", p.name, err)
	}
	defer log.Close()
	cmd, err := p.at.command(context.Background(), p.account, p.args...)
	if err != nil {
		return err
	}
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.Dir = append(baseEnv(), p.env...), log, log, "/"
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	p.cmd, p.ended = cmd, make(chan struct{})
	go func() {
		_ = cmd.Wait() // the error usually says that it was killed
		close(p.ended)
	}()
	return nil
}

// baseEnv returns the environment of every program. It has nothing of the caller
// but PATH, because Patroni, etcd and the service read variables.
func baseEnv() []string {
	return []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "HOME=/"}
}

// signal sends a signal and waits until the program has ended.
func (p *program) signal(s syscall.Signal) error {
	if err := p.cmd.Process.Signal(s); err != nil {
		return fmt.Errorf("stop %s: %w", p.name, err)
	}
	select {
	case <-p.ended:
		return nil
	case <-time.After(longest):
		return fmt.Errorf("%s does not end; its log ends with\n%s", p.name, p.logTail())
	}
}

func (p *program) kill() error { return p.signal(syscall.SIGKILL) }
func (p *program) stop() error { return p.signal(p.quit) }

func (p *program) logTail() string {
	b, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-1500):])
}

// killFamily kills processes and all their descendants at once.
func killFamily(roots ...int) error {
	parents, err := readParents()
	if err != nil {
		return err
	}
	var errs []error
	for pid := range parents {
		for at := pid; at > 1; at = parents[at] {
			if slices.Contains(roots, at) {
				if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
					errs = append(errs, err)
				}
				break
			}
		}
	}
	return errors.Join(errs...)
}

// readParents returns the parent of every process.
func readParents() (map[int]int, error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	out := map[int]int{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		text := string(b)
		pid, _, _ := strings.Cut(text, " ")
		fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
		child, err1 := strconv.Atoi(pid)
		parent, err2 := strconv.Atoi(fields[1])
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		out[child] = parent
	}
	return out, nil
}

// longest is how long anything may take that has no bound of its own. pg_rewind
// takes minutes on a machine whose disk is busy.
const longest = 5 * time.Minute

// until calls f until it succeeds.
func until(ctx context.Context, what string, f func() error) error {
	var err error
	for end := time.Now().Add(longest); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		if err = f(); err == nil {
			return nil
		}
	}
	return fmt.Errorf("waited in vain for %s: %w", what, errors.Join(err, ctx.Err()))
}
