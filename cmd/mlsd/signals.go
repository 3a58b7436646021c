package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"catbird.blue/mls/internal/systemd"
)

// catchSignals keeps two signals from ending the process, from now on: SIGHUP,
// whose arrival the channel reports, and SIGPIPE, which Go would otherwise let
// end a process whose standard output nobody reads any more.
func catchSignals() <-chan os.Signal {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // what does not fit is dropped
	return hangups
}

// notifyManager tells the service manager. A failure is logged, since the
// manager may end a service of which it hears nothing.
func (a *app) notifyManager(tell func() error) {
	if err := tell(); err != nil {
		a.log.Warn("the service manager cannot be told", "reason", err)
	}
}

// watchdog reports to the service manager that the service answers, until done
// ends. While the service stops, after ctx, it has no listener to ask.
func (a *app) watchdog(ctx, done context.Context, l *listeners) error {
	url := "http://" + net.JoinHostPort(localHost(l.main.Addr()), strconv.Itoa(l.port())) + "/health/live"
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	alive := func(asking context.Context) error {
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the end was asked for
		}
		return askLive(asking, client, url)
	}
	return systemd.Watch(done, alive, func(err error) {
		a.log.Error("this server does not answer itself; the service manager restarts it if that lasts", "reason", err)
	})
}

// localHost returns the address by which this process reaches its own listener.
func localHost(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	switch {
	case !ok || tcp.IP.Equal(net.IPv4zero):
		return "127.0.0.1"
	case tcp.IP.IsUnspecified():
		return "::1"
	}
	return tcp.IP.String()
}

func askLive(ctx context.Context, client *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("asking this server: %w", err)
	}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("asking this server: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("asking this server: %s", res.Status)
	}
	return nil
}
