package main

import (
	"context"
	"errors"
	"syscall"
	"time"
)

// tryRolling restarts every program of the site: first the standbys, then the old
// primary after a switchover, then the instances of the service, then nginx.
func tryRolling(ctx context.Context, s *site, r *row) error {
	primary, _, err := leader(ctx)
	if err != nil {
		return err
	}
	for _, m := range databases {
		if m == primary {
			continue
		}
		if err := s.restartDatabase(ctx, m); err != nil {
			return err
		}
	}
	if err := errors.Join(switchover(ctx), whole(ctx)); err != nil {
		return err
	}
	if err := s.restartDatabase(ctx, primary); err != nil {
		return err
	}
	r.note("the database machines took %s", since(r.from))
	began := time.Now()
	for _, m := range services {
		p := s.at(m, "mlsd")
		if err := p.stop(); err != nil {
			return err
		}
		if err := p.start(); err != nil {
			return err
		}
		if err := s.ready(ctx, m); err != nil {
			return err
		}
		time.Sleep(2 * time.Second)
	}
	r.note("the instances took %s", since(began))
	// nginx starts new workers; the old ones end with their streams.
	return s.at(proxy, "nginx").cmd.Process.Signal(syscall.SIGHUP)
}

// restartDatabase restarts everything on a machine that is not the primary.
func (s *site) restartDatabase(ctx context.Context, m machine) error {
	names := []string{"patroni", "sentinel", "redis", "etcd"}
	for _, name := range names {
		if err := s.at(m, name).stop(); err != nil {
			return err
		}
	}
	// A machine takes a while to start again. Sentinel promotes another Redis
	// meanwhile, if the one here was in use.
	time.Sleep(calm + 2*time.Second)
	for i := range names {
		if err := s.at(m, names[len(names)-1-i]).start(); err != nil {
			return err
		}
	}
	return whole(ctx)
}
