package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// trial is one thing that is done to the site.
type trial struct {
	name, what string
	// bound is the longest time in which no write may be acknowledged.
	bound time.Duration
	// promotes tells whether another machine must become the primary.
	promotes bool
	// run returns when the fault is repaired. It adds what it found to the row.
	run func(ctx context.Context, s *site, r *row) error
}

// outage is how long a fault lasts that the site has to endure: longer than
// Patroni's ttl.
const outage = 12 * time.Second

var trials = []trial{
	{"switchover", "the primary hands over to its synchronous standby", 4 * time.Second, true, trySwitchover},
	{"kill", "kill -9 of the primary and of Patroni beside it", 10 * time.Second, true, tryKill},
	{"cut-off", "the primary's machine loses its network", 15 * time.Second, true, tryCut},
	{"etcd-member", "kill -9 of one member of etcd, the one beside the primary", 2 * time.Second, false, tryEtcdMember},
	{"etcd-quorum", "kill -9 of two members of etcd: failsafe_mode", 2 * time.Second, false, tryEtcdQuorum},
	{"redis", "kill -9 of the Redis in use and of Sentinel beside it", 10 * time.Second, false, tryRedis},
	{"rolling", "everything is restarted, one after the other", 4 * time.Second, true, tryRolling},
}

// runTrials runs the trials under load, one after the other, up to the first
// that cannot be brought to its end.
func runTrials(ctx context.Context, s *site, l *load, chosen []trial) *report {
	r := &report{}
	for _, t := range chosen {
		fmt.Printf("%s: %s\n", t.name, t.what)
		row := &row{trial: t}
		err := runTrial(ctx, s, l, row)
		for _, note := range row.notes {
			fmt.Println("  " + note)
		}
		if err == nil {
			err = l.failure()
		}
		if err != nil {
			r.failed = append(r.failed, fmt.Errorf("%s: %w", t.name, err))
			break
		}
		r.rows = append(r.rows, row)
	}
	return r
}

// calm is the time of undisturbed load before and after a fault.
const calm = 3 * time.Second

// runTrial does what a row says, and takes its figures.
func runTrial(ctx context.Context, s *site, l *load, r *row) error {
	if err := errors.Join(whole(ctx), l.flows(ctx)); err != nil {
		return err
	}
	time.Sleep(calm)
	_, before, err := leader(ctx)
	if err != nil {
		return err
	}
	r.from = time.Now()
	if err := r.run(ctx, s, r); err != nil {
		return err
	}
	if err := errors.Join(whole(ctx), l.flows(ctx)); err != nil {
		return err
	}
	r.healed = time.Since(r.from)
	time.Sleep(calm)
	r.to = time.Now()
	_, after, err := leader(ctx)
	if err != nil {
		return err
	}
	r.promotions = after - before
	r.measure(l)
	return nil
}

// flows waits until writes are acknowledged and every listener hears of one.
func (l *load) flows(ctx context.Context) error {
	since := time.Now()
	return until(ctx, "writes and streams", func() error {
		if err := l.failure(); err != nil {
			return err
		}
		if _, n := l.ledger.longestPause(since, time.Now()); n == 0 {
			return errors.New("no write is acknowledged")
		}
		for _, ear := range l.listeners {
			ear.mu.Lock()
			n := len(ear.heard)
			quiet := n == 0 || ear.heard[n-1].Before(since)
			ear.mu.Unlock()
			if quiet && l.hasConvo(ear.who) {
				return errors.New("a stream is silent")
			}
		}
		return nil
	})
}

func trySwitchover(ctx context.Context, _ *site, r *row) error {
	from, _, err := leader(ctx)
	if err != nil {
		return err
	}
	if err := switchover(ctx); err != nil {
		return err
	}
	r.note("from %s, another primary after %s", from.name, since(r.from))
	return nil
}

func tryKill(ctx context.Context, s *site, r *row) error {
	old, _, err := leader(ctx)
	if err != nil {
		return err
	}
	patroni := s.at(old, "patroni")
	postmaster, err := s.postmaster(old)
	if err != nil {
		return err
	}
	r.from = time.Now()
	if err := killFamily(postmaster, patroni.cmd.Process.Pid); err != nil {
		return err
	}
	<-patroni.ended
	if err := awaitOther(ctx, old, r); err != nil {
		return err
	}
	time.Sleep(calm)
	if err := patroni.start(); err != nil {
		return err
	}
	return r.rejoined(ctx, old)
}

// postmaster returns the process of a machine's PostgreSQL.
func (s *site) postmaster(m machine) (int, error) {
	raw, err := os.ReadFile(filepath.Join(s.dir, m.name, "postgres", "mls", "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	return strconv.Atoi(strings.TrimSpace(line))
}

// awaitOther waits until another machine than the old one is the primary.
func awaitOther(ctx context.Context, old machine, r *row) error {
	if err := until(ctx, "another primary", func() error {
		now, _, err := leader(ctx, old)
		if err == nil && now == old {
			err = errors.New("it is still " + old.name)
		}
		return err
	}); err != nil {
		return err
	}
	r.note("from %s, another primary after %s", old.name, since(r.from))
	return nil
}

// rejoined waits until the old primary is a standby of the new one.
func (r *row) rejoined(ctx context.Context, old machine) error {
	began := time.Now()
	if err := whole(ctx); err != nil {
		return err
	}
	r.note("%s was a standby again %s after its return", old.name, since(began))
	return nil
}

// tryCut cuts the primary off and tries to write there all the time.
func tryCut(ctx context.Context, s *site, r *row) error {
	old, _, err := leader(ctx)
	if err != nil {
		return err
	}
	if err := old.cut(ctx); err != nil {
		return err
	}
	r.from = time.Now()
	writing, stop := context.WithTimeout(ctx, longestLease)
	defer stop()
	result := make(chan *cutOffWrites, 1)
	go func() { result <- s.writeCutOff(writing, old) }()
	if err := awaitOther(ctx, old, r); err != nil {
		return err
	}
	wrote := <-result
	time.Sleep(time.Until(r.from.Add(outage)))
	if err := old.mend(ctx); err != nil {
		return err
	}
	r.note("at the cut-off %s %d writes were tried and %d taken; %s", old.name, wrote.tried, wrote.taken, wrote.refusals)
	if wrote.tried == 0 {
		r.fail("no write was tried at the cut-off primary")
	}
	if wrote.refused == 0 {
		r.fail("the cut-off primary was one for %s", longestLease)
	}
	if wrote.taken > 0 {
		r.fail("the cut-off primary took %d writes", wrote.taken)
	}
	return r.rejoined(ctx, old)
}

// longestLease is how long a cut-off primary is given to find out that it is none.
const longestLease = time.Minute

// cutOffWrites is what came of writing at a primary that is cut off.
type cutOffWrites struct {
	tried, taken, waited, refused int
	// refusals describes waited and refused.
	refusals string
}

// enoughRefusals is after how many refused writes a cut-off primary counts as none.
const enoughRefusals = 5

// writeCutOff writes at one machine, from inside it, until its writes are refused
// or ctx ends.
func (s *site) writeCutOff(ctx context.Context, m machine) *cutOffWrites {
	out, began, first := &cutOffWrites{}, time.Now(), "never"
	for ; ctx.Err() == nil && out.refused < enoughRefusals; time.Sleep(100 * time.Millisecond) {
		out.tried++
		switch gaveUp, err := s.writeAt(ctx, m, out.tried); {
		case err == nil:
			out.taken++
		case gaveUp:
			out.waited++
		default:
			if out.refused++; out.refused == 1 {
				first = "after " + since(began).String()
			}
		}
	}
	out.refusals = fmt.Sprintf("%d waited for the standby in vain, and the first one was refused %s", out.waited, first)
	return out
}

// writeAt writes a row at one machine, as a client that waits a second. gaveUp
// tells that it had no answer by then.
func (s *site) writeAt(ctx context.Context, m machine, n int) (gaveUp bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	cmd, err := m.command(ctx, "postgres", filepath.Join(s.bin, "psql"), "-X", "-q", "-h", filepath.Join(s.dir, m.name, "postgres"),
		"-d", "postgres", "-c", "INSERT INTO cut_off VALUES ("+strconv.Itoa(n)+")")
	if err != nil {
		return false, err
	}
	cmd.Env = baseEnv()
	err = cmd.Run()
	return ctx.Err() != nil, err
}

func tryEtcdMember(ctx context.Context, s *site, _ *row) error {
	at, _, err := leader(ctx)
	if err != nil {
		return err
	}
	return s.without(ctx, "etcd", at)
}

func tryEtcdQuorum(ctx context.Context, s *site, _ *row) error {
	at, _, err := leader(ctx)
	if err != nil {
		return err
	}
	var others []machine
	for _, m := range databases {
		if m != at {
			others = append(others, m)
		}
	}
	return s.without(ctx, "etcd", others...)
}

// without kills a program at some machines and starts it again after the outage.
func (s *site) without(_ context.Context, name string, at ...machine) error {
	for _, m := range at {
		if err := s.at(m, name).kill(); err != nil {
			return err
		}
	}
	time.Sleep(outage)
	for _, m := range at {
		if err := s.at(m, name).start(); err != nil {
			return err
		}
	}
	return nil
}

func tryRedis(ctx context.Context, s *site, r *row) error {
	old, err := redisInUse(ctx, s)
	if err != nil {
		return err
	}
	r.from = time.Now()
	for _, name := range []string{"redis", "sentinel"} {
		if err := s.at(old, name).kill(); err != nil {
			return err
		}
	}
	if err := until(ctx, "another Redis", func() error {
		now, err := redisInUse(ctx, s)
		if err == nil && now == old {
			err = errors.New("it is still " + old.name)
		}
		return err
	}); err != nil {
		return err
	}
	r.note("from %s, another Redis after %s", old.name, since(r.from))
	time.Sleep(calm)
	return errors.Join(s.at(old, "redis").start(), s.at(old, "sentinel").start())
}

// redisInUse asks the Sentinels which Redis takes writes.
func redisInUse(ctx context.Context, s *site) (machine, error) {
	var errs []error
	for _, m := range databases {
		select {
		case <-s.at(m, "sentinel").ended:
			continue
		default:
		}
		c := redis.NewSentinelClient(&redis.Options{Addr: net.JoinHostPort(m.address, "26379"), DialTimeout: time.Second})
		addr, err := c.GetMasterAddrByName(ctx, "mls").Result()
		_ = c.Close()
		if err == nil {
			for _, d := range databases {
				if d.address == addr[0] {
					return d, nil
				}
			}
		}
		errs = append(errs, err)
	}
	return machine{}, errors.Join(append(errs, errors.New("no Sentinel knows a Redis"))...)
}
