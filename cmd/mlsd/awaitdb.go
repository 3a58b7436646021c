package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"slices"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"catbird.blue/mls/internal/systemd"
)

const (
	// firstRetry and lastRetry bound the pause between two attempts to connect.
	firstRetry, lastRetry = 100 * time.Millisecond, 2 * time.Second
	// sayAgain is how often the log repeats that the start is waiting.
	sayAgain = 10 * time.Second
	// connectTimeout bounds an attempt where the URL sets no time of its own.
	connectTimeout = 5 * time.Second
)

// awaitDatabase waits until a session with the database can be had, at most
// c.DatabaseWait: after a restart of the machine, and in a cluster, the service
// often starts before its database does. Mistakes that waiting does not cure,
// such as a wrong password, are returned at once.
func awaitDatabase(ctx context.Context, c *Config, url string, log *slog.Logger) error {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("DATABASE_URL: %w", err)
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = connectTimeout
	}
	start, said := time.Now(), time.Time{}
	for pause := firstRetry; ; pause = min(2*pause, lastRetry) {
		err := tryConnect(ctx, cfg)
		waited := time.Since(start)
		switch {
		case err == nil:
			if !said.IsZero() {
				log.Info("the database answers", "waited", waited.Round(time.Millisecond).String())
			}
			return nil
		case !curedByWaiting(err) || ctx.Err() != nil:
			return fmt.Errorf("the database does not answer: %w", err)
		case waited+pause > c.DatabaseWait:
			return fmt.Errorf("the database does not answer, after %s (MLS_DATABASE_WAIT): %w", c.DatabaseWait, err)
		}
		if time.Since(said) > sayAgain {
			said = time.Now()
			log.Warn("waiting for the database", "at_most", c.DatabaseWait.String(), "reason", err)
		}
		_ = systemd.Waiting("the database", c.DatabaseWait) // the service manager need not hear of it
		select {
		case <-ctx.Done():
		case <-time.After(pause/2 + rand.N(pause)/2):
		}
	}
}

func tryConnect(ctx context.Context, cfg *pgx.ConnConfig) error {
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err //nolint:wrapcheck // the caller says what failed
	}
	return conn.Close(ctx)
}

// curedByWaiting reports whether a failed connection may succeed later without a
// change of the configuration: the server is not there yet, is starting or
// stopping, or has no free connection.
func curedByWaiting(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return slices.Contains([]string{pgerrcode.CannotConnectNow, pgerrcode.AdminShutdown, pgerrcode.CrashShutdown,
			pgerrcode.TooManyConnections}, pg.Code)
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, context.DeadlineExceeded)
}
