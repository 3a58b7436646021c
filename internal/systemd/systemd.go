// Package systemd tells the service manager how the service is: ready, waiting,
// stopping, and alive (sd_notify(3), "Type=notify" and "WatchdogSec=" of
// systemd.service(5)). Without a service manager that asks for it, nothing is
// sent.
package systemd

import (
	"context"
	"fmt"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// notify sends one or more assignments, such as READY=1.
func notify(state string) error {
	if _, err := daemon.SdNotify(false, state); err != nil {
		return fmt.Errorf("notifying the service manager: %w", err)
	}
	return nil
}

// Ready reports that the start is complete. Units that are ordered after this
// one start then.
func Ready() error { return notify(daemon.SdNotifyReady + "\nSTATUS=serving") }

// Stopping reports that the service is ending.
func Stopping() error { return notify(daemon.SdNotifyStopping + "\nSTATUS=stopping") }

// Waiting reports what the start waits for, and asks for at least the given
// time more before the start counts as failed (TimeoutStartSec=).
func Waiting(what string, longer time.Duration) error {
	return notify(fmt.Sprintf("EXTEND_TIMEOUT_USEC=%d\nSTATUS=waiting for %s", longer.Microseconds(), what))
}

// Watch reports until ctx ends that the service is alive, three times in the
// period of the unit's watchdog, each time after alive has returned nil. When
// it does not within a third of the period, failed is called with the reason
// and nothing is sent. After a whole period without a report, the service
// manager restarts the service.
func Watch(ctx context.Context, alive func(context.Context) error, failed func(error)) error {
	period, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		return fmt.Errorf("watchdog of the service manager: %w", err)
	}
	if period == 0 {
		return nil
	}
	tick := time.NewTicker(period / 3)
	defer tick.Stop()
	for {
		if err := report(ctx, period/3, alive); err != nil && ctx.Err() == nil {
			failed(err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func report(ctx context.Context, limit time.Duration, alive func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := alive(ctx); err != nil {
		return err
	}
	return notify(daemon.SdNotifyWatchdog)
}
