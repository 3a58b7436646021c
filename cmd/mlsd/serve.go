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

	"catbird.blue/mls/internal/redact"
	"catbird.blue/mls/internal/systemd"
	"catbird.blue/mls/server/conns"
	"catbird.blue/mls/server/httpd"
	"catbird.blue/mls/server/redislink"
	"catbird.blue/mls/xrpc"
)

// serve runs the service until it is told to stop.
func (p *program) serve(ctx context.Context, args []string) error {
	start := time.Now()
	hangups := p.hangups()
	c, err := p.config("serve", args)
	if err != nil {
		return err
	}
	lines := newLogBuffer(p.errOut)
	defer lines.end()
	level := new(slog.LevelVar)
	level.Set(logLevel(c))
	log := logger(c, lines, level)
	slog.SetDefault(log)
	redislink.UseLogger(log)
	redact.Allow(c.hosts()...)
	defer runtime.KeepAlive(tuneGC())
	// Listen first. If the port is taken, the start then fails before it
	// touches anything. Clients that connect early wait instead of being
	// refused.
	listeners, err := listen(ctx, c)
	if err != nil {
		return err
	}
	defer listeners.close()
	a, err := build(ctx, c, listeners.port(), log, p.clock)
	if err != nil {
		return err
	}
	log.Info("ready", "url", "http://"+listeners.main.Addr().String(), "version", version,
		"start_ms", time.Since(start).Milliseconds())
	reloader := &reloader{app: a, current: *c, level: level, port: listeners.port(), read: func() (*Config, error) { return p.config("serve", args) }}
	err = a.run(ctx, listeners, func(ctx context.Context) { reloader.run(ctx, hangups) })
	log.Info("stopped")
	return errors.Join(err, a.close())
}

// logLevel returns the configured level, which load has checked.
func logLevel(c *Config) slog.Level {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return slog.LevelInfo
	}
	return level
}

// logger returns a logger that writes to lines. The attribute instance
// distinguishes the lines of several processes.
func logger(c *Config, lines *logBuffer, level slog.Leveler) *slog.Logger {
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
func (a *app) run(ctx context.Context, l *listeners, reload func(context.Context)) error {
	group, ctx := errgroup.WithContext(ctx)
	// closed is closed when the main listener is.
	closed := make(chan struct{})
	serve := func(s *http.Server, l net.Listener, end func()) {
		group.Go(func() error {
			defer end()
			// drain closes the main listener before it shuts the server down.
			err := s.Serve(l)
			stopped := errors.Is(err, http.ErrServerClosed) || errors.Is(err, net.ErrClosed) && a.draining.Load()
			if !stopped {
				return fmt.Errorf("serving: %w", err)
			}
			return nil
		})
	}
	main := httpd.NewServer(a.closeWhenDraining(a.handler), a.conns, a.log)
	main.IdleTimeout = a.config.IdleTimeout
	servers := []*http.Server{main}
	serve(main, xrpc.CoalescingListener(a.conns.Listener(l.main)), func() { close(closed) })
	if l.metrics != nil {
		m := httpd.NewServer(a.metrics.Handler(a.log), nil, a.log)
		m.ReadTimeout, m.WriteTimeout = httpd.HeaderTimeout, httpd.HeaderTimeout
		servers = append(servers, m)
		serve(m, l.metrics, func() {})
	}
	group.Go(func() error { return a.checks.monitor.Run(ctx) })
	group.Go(func() error { return a.cleaner.Run(ctx) })
	group.Go(func() error { return a.quiet.Run(ctx) })
	group.Go(func() error { return a.accounts.Run(ctx) })
	group.Go(func() error { return a.eraser.Run(ctx) })
	if a.follower != nil {
		group.Go(func() error { return a.follower.Run(ctx) })
	}
	if a.forwarder != nil {
		group.Go(func() error { return a.forwarder.Run(ctx) })
	}
	group.Go(func() error { return a.storage.Run(ctx) })
	group.Go(func() error { return a.survey.Run(ctx) })
	group.Go(func() error { return a.certificate.Run(ctx) })
	// The hub must deliver events until the streams are closed, so it does not
	// end with ctx.
	hubCtx, stopHub := context.WithCancel(context.WithoutCancel(ctx))
	group.Go(func() error { return a.live.hub.Run(hubCtx) })
	group.Go(func() error { reload(ctx); return nil })
	group.Go(func() error { a.watchStores(ctx); return nil })
	a.notifyManager(systemd.Ready)
	group.Go(func() error { return a.watchdog(ctx, hubCtx, l) })
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
		return a.drain(servers, l, closed)
	})
	return group.Wait()
}

// drain makes the service not ready, waits for load balancers to notice, stops
// listening, ends streams with their cursors, and waits for the requests in
// progress. closed is closed when nothing listens any more.
func (a *app) drain(servers []*http.Server, l *listeners, closed <-chan struct{}) error {
	a.health.Drain()
	a.draining.Store(true)
	a.log.Info("stopping")
	a.notifyManager(systemd.Stopping)
	time.Sleep(a.config.DrainTime)
	// A client whose stream ends opens another at once. Behind a proxy, that one
	// has to reach another instance, and not this one.
	awaitAccepted(l)
	l.main.Close()
	<-closed
	ctx, cancel := context.WithTimeout(context.Background(), a.config.StopTimeout)
	defer cancel()
	a.service.Drain()
	if err := a.live.streams.Shutdown(ctx); err != nil {
		a.log.Warn("streams were cut off", "after", a.config.StopTimeout.String())
	}
	time.Sleep(readTime)
	for _, s := range servers {
		if err := s.Shutdown(ctx); err != nil {
			a.log.Warn("requests were cut off", "after", a.config.StopTimeout.String())
			_ = s.Close() // the listener is closed already
		}
	}
	return nil
}

// readTime is the time for requests that are on their way when the listener is
// closed. net/http drops, without an answer, each request that it has not read
// to the end of its header when Shutdown begins.
const readTime = 250 * time.Millisecond

// awaitAccepted waits, for a short time at most, until the server has accepted
// every connection that the kernel has accepted for it. Under load some always
// wait, and closing the listener would reset them.
func awaitAccepted(l *listeners) {
	for end := time.Now().Add(time.Second); conns.Pending(l.main) && time.Now().Before(end); {
		time.Sleep(100 * time.Microsecond)
	}
}

// closeWhenDraining asks clients to close their connections after the answer,
// from the beginning of a stop on. A proxy that would keep a connection open
// could send the next request on it in the moment in which it is closed, and may
// not repeat a request that may have arrived.
func (a *app) closeWhenDraining(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.draining.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}
