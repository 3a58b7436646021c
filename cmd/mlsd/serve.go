package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"catbird.blue/mls/server/httpd"
	"catbird.blue/mls/xrpc"
)

// serve runs the service until it is told to stop.
func (p *program) serve(ctx context.Context, args []string) error {
	start := time.Now()
	c, err := p.config("serve", args)
	if err != nil {
		return err
	}
	lines := newLogBuffer(p.errOut)
	defer lines.end()
	log := logger(c, lines)
	slog.SetDefault(log)
	defer runtime.KeepAlive(tuneGC())
	// Listen first. If the port is taken, the start then fails before it
	// touches anything. Clients that connect early wait instead of being
	// refused.
	listeners, err := listen(ctx, c)
	if err != nil {
		return err
	}
	defer listeners.close()
	a, err := build(ctx, c, listeners.port(), log)
	if err != nil {
		return err
	}
	log.Info("ready", "url", "http://"+listeners.main.Addr().String(), "version", version,
		"start_ms", time.Since(start).Milliseconds())
	err = a.run(ctx, listeners)
	log.Info("stopped")
	return errors.Join(err, a.close())
}

// logger returns a logger that writes to lines. The attribute instance
// distinguishes the lines of several processes.
func logger(c *Config, lines *logBuffer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		level = slog.LevelInfo // the level was checked by load
	}
	o := &slog.HandlerOptions{Level: level, ReplaceAttr: httpd.Redact}
	var h slog.Handler = slog.NewJSONHandler(lines, o)
	if c.LogFormat == "text" {
		h = slog.NewTextHandler(lines, o)
	}
	return slog.New(promptHandler{h, lines}).With("instance", fmt.Sprintf("%08x", rand.Uint32()))
}

// listeners are the sockets of the service and, if configured, of its metrics.
type listeners struct{ main, metrics net.Listener }

func listen(ctx context.Context, c *Config) (*listeners, error) {
	main, err := bind(ctx, net.JoinHostPort(c.Listen, strconv.Itoa(c.Port)), "SERVER_PORT")
	if err != nil {
		return nil, err
	}
	l := &listeners{main: main}
	if c.MetricsListen == "off" {
		return l, nil
	}
	if l.metrics, err = bind(ctx, c.MetricsListen, "MLS_METRICS_LISTEN"); err != nil {
		main.Close()
		return nil, err
	}
	return l, nil
}

func bind(ctx context.Context, addr, setting string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is taken by another program; stop that one, or set %s", addr, setting)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", setting, err)
	}
	return l, nil
}

func (l *listeners) port() int { return l.main.Addr().(*net.TCPAddr).Port }

// close closes the listeners that no http.Server has taken over. Closing one
// twice does no harm.
func (l *listeners) close() {
	l.main.Close()
	if l.metrics != nil {
		l.metrics.Close()
	}
}

// run serves until ctx ends, which is a success, or until something fails. Then
// it completes the requests in progress.
func (a *app) run(ctx context.Context, l *listeners) error {
	group, ctx := errgroup.WithContext(ctx)
	serve := func(s *http.Server, l net.Listener) {
		group.Go(func() error {
			if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serving: %w", err)
			}
			return nil
		})
	}
	main := httpd.NewServer(a.handler, a.conns, a.log)
	servers := []*http.Server{main}
	serve(main, xrpc.CoalescingListener(a.conns.Listener(l.main)))
	if l.metrics != nil {
		m := httpd.NewServer(a.metrics.Handler(a.log), nil, a.log)
		m.ReadTimeout, m.WriteTimeout = httpd.HeaderTimeout, httpd.HeaderTimeout
		servers = append(servers, m)
		serve(m, l.metrics)
	}
	group.Go(func() error { return a.cleaner.Run(ctx) })
	group.Go(func() error { return a.storage.Run(ctx) })
	group.Go(func() error { return a.survey.Run(ctx) })
	group.Go(func() error { return a.certificate.Run(ctx) })
	// The hub must deliver events until the streams are closed, so it does not
	// end with ctx.
	hubCtx, stopHub := context.WithCancel(context.WithoutCancel(ctx))
	group.Go(func() error { return a.live.hub.Run(hubCtx) })
	group.Go(func() error {
		select {
		case <-ctx.Done():
			return nil
		case <-a.database.done():
			return errors.New("the private PostgreSQL ended; its log is in the data directory")
		}
	})
	group.Go(func() error {
		<-ctx.Done()
		defer stopHub()
		return a.drain(servers)
	})
	return group.Wait()
}

// drain makes the service not ready, waits for load balancers to notice, ends
// streams with their cursors, and waits for the requests in progress.
func (a *app) drain(servers []*http.Server) error {
	a.health.Drain()
	a.log.Info("stopping")
	time.Sleep(a.config.DrainTime)
	ctx, cancel := context.WithTimeout(context.Background(), a.config.StopTimeout)
	defer cancel()
	a.service.Drain()
	if err := a.live.streams.Shutdown(ctx); err != nil {
		a.log.Warn("streams were cut off", "after", a.config.StopTimeout.String())
	}
	for _, s := range servers {
		if err := s.Shutdown(ctx); err != nil {
			a.log.Warn("requests were cut off", "after", a.config.StopTimeout.String())
			_ = s.Close() // the listener is closed already
		}
	}
	return nil
}
