package systemd

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// manager listens as the service manager does, and returns what it receives.
func manager(t *testing.T) <-chan string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "notify") // the path of a Unix socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	addr := filepath.Join(dir, "s")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: addr, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	t.Setenv("NOTIFY_SOCKET", addr)
	got := make(chan string, 100)
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := conn.Read(b)
			if err != nil {
				return
			}
			got <- string(b[:n])
		}
	}()
	return got
}

func TestStates(t *testing.T) {
	got := manager(t)
	for want, send := range map[string]func() error{
		"READY=1\nSTATUS=serving":                                       Ready,
		"STOPPING=1\nSTATUS=stopping":                                   Stopping,
		"EXTEND_TIMEOUT_USEC=90000000\nSTATUS=waiting for the database": func() error { return Waiting("the database", 90*time.Second) },
	} {
		if err := send(); err != nil {
			t.Fatal(err)
		}
		if state := <-got; state != want {
			t.Errorf("%q was sent, not %q", state, want)
		}
	}
}

func TestWithoutManager(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	t.Setenv("WATCHDOG_USEC", "")
	if err := errors.Join(Ready(), Stopping(), Waiting("x", time.Second)); err != nil {
		t.Error(err)
	}
	// It returns at once, since nobody watches.
	if err := Watch(t.Context(), nil, nil); err != nil {
		t.Error(err)
	}
	t.Setenv("NOTIFY_SOCKET", "/nowhere/socket")
	if err := Ready(); err == nil || !strings.Contains(err.Error(), "service manager") {
		t.Errorf("a socket that is not there: %v", err)
	}
}

// A service that is alive says so; one that is not says nothing, and the reason
// is passed on.
func TestWatch(t *testing.T) {
	got := manager(t)
	t.Setenv("WATCHDOG_USEC", "30000")
	ctx, stop := context.WithCancel(t.Context())
	asked, failures := make(chan error), make(chan error)
	done := make(chan error)
	go func() {
		done <- Watch(ctx, func(context.Context) error { return <-asked }, func(err error) { failures <- err })
	}()
	asked <- nil
	if state := <-got; state != "WATCHDOG=1" {
		t.Errorf("%q was sent", state)
	}
	sick := errors.New("sick")
	asked <- sick
	if err := <-failures; !errors.Is(err, sick) {
		t.Errorf("the reason is %v", err)
	}
	asked <- nil
	if state := <-got; state != "WATCHDOG=1" {
		t.Errorf("%q was sent", state)
	}
	if len(got) != 0 {
		t.Errorf("%q was sent too", <-got)
	}
	stop()
	close(asked)
	for {
		select {
		case <-failures:
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			return
		}
	}
}

func TestWatchdogOfAnotherProcess(t *testing.T) {
	t.Setenv("WATCHDOG_USEC", "30000")
	t.Setenv("WATCHDOG_PID", "1")
	if err := Watch(t.Context(), nil, nil); err != nil {
		t.Error(err)
	}
	t.Setenv("WATCHDOG_PID", "")
	t.Setenv("WATCHDOG_USEC", "soon")
	if err := Watch(t.Context(), nil, nil); err == nil {
		t.Error("a period that is no number passed")
	}
}
