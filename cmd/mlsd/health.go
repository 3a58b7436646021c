package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/health"
	"catbird.blue/mls/server/httpd"
)

// health asks the running server with this configuration whether it is ready.
// It is for containers without a shell.
func (p *program) health(ctx context.Context, args []string) error {
	c, err := p.config("health", args)
	if err != nil {
		return err
	}
	host := c.Listen
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if ip.To4() == nil {
			host = "::1"
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	url := "http://" + net.JoinHostPort(host, strconv.Itoa(c.Port)) + "/health/ready"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("health: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("not reachable: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return notReady(res.Body)
	}
	fmt.Fprintln(p.out, "ready")
	return nil
}

// notReady names the checks that failed in the answer of /health/ready.
func notReady(body io.Reader) error {
	var answer struct{ Checks map[string]bool }
	_ = json.NewDecoder(io.LimitReader(body, 1<<16)).Decode(&answer) // an answer of another program names none
	var failed []string
	for name, ok := range answer.Checks {
		if !ok {
			failed = append(failed, name)
		}
	}
	slices.Sort(failed)
	if len(failed) == 0 {
		return errors.New("not ready")
	}
	return fmt.Errorf("not ready: %s; the log of the server has the cause", strings.Join(failed, ", "))
}

// checks finds out whether this instance can do what requests need.
type checks struct {
	monitor  *health.Monitor
	database *health.Database
	clock    *health.Clock
	gate     *health.Gate
	// redis is nil if none is configured.
	redis *health.Redis
	// started is set when the other fields do not change any more.
	started atomic.Bool
}

// failed is told the error of every statement.
func (c *checks) failed(err error) {
	if c.started.Load() && c.database.Failed(err) {
		c.monitor.Kick(health.DatabaseName)
	}
}

// openChecks makes what other parts of the service need: the gate.
func (a *app) openChecks(pool *pgxpool.Pool) {
	c := &a.checks
	c.clock = health.NewClock(a.now, a.metrics.Registry)
	c.database = health.NewDatabase(pool, c.clock)
	c.gate = health.NewGate(c.database, c.clock)
	a.onClose(func() error { c.database.Close(); return nil })
}

// startChecks makes the monitor of all parts.
func (a *app) startChecks(blobs *blob.Store) {
	c := &a.checks
	list := []health.Check{c.database.Check(), c.clock.Check(), health.Log(a.live.hub.Progress, nil), health.Blobs(blobs)}
	if c.redis != nil {
		list = append(list, c.redis.Check())
	}
	c.monitor = health.New(health.Config{Checks: list, Log: a.log, Registry: a.metrics.Registry})
	a.health = httpd.NewHealth(c.monitor, version)
	c.started.Store(true)
}
