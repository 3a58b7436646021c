package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"

	"catbird.blue/mls/internal/dbtest"
)

// The start waits for a database that is not there yet, and goes on when it is.
func TestStartWaitsForTheDatabase(t *testing.T) {
	t.Parallel()
	there, err := url.Parse(dbtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	late := *there
	late.Host = "127.0.0.1:" + port
	query := late.Query()
	query.Del("host")
	query.Del("port")
	late.RawQuery = query.Encode()
	log := &syncBuffer{}
	waited := make(chan error, 1)
	go func() {
		waited <- awaitDatabase(t.Context(), &Config{DatabaseWait: 5 * time.Minute}, late.String(), slog.New(slog.NewTextHandler(log, nil)))
	}()
	eventually(t, "the log to say so", func() bool { return strings.Contains(log.String(), "waiting for the database") })
	select {
	case err := <-waited:
		t.Fatalf("it did not wait: %v", err)
	default:
	}
	forward(t, port, there)
	if err := <-waited; err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "the database answers") {
		t.Errorf("the log does not tell the end:\n%s", log)
	}
}

// forward listens on a port and passes connections to a database.
func forward(t *testing.T, port string, to *url.URL) {
	t.Helper()
	network, addr := "tcp", to.Host
	if dir := to.Query().Get("host"); strings.HasPrefix(dir, "/") {
		p := to.Query().Get("port")
		if p == "" {
			p = "5432"
		}
		network, addr = "unix", dir+"/.s.PGSQL."+p
	}
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial(network, addr)
			if err != nil {
				client.Close()
				continue
			}
			go func() { _, _ = io.Copy(server, client); server.Close() }()
			go func() { _, _ = io.Copy(client, server); client.Close() }()
		}
	}()
}

func TestWaitIsBounded(t *testing.T) {
	t.Parallel()
	c := &Config{DatabaseWait: 300 * time.Millisecond}
	err := awaitDatabase(t.Context(), c, "postgres://u@127.0.0.1:"+freePort(t)+"/d", slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "after 300ms (MLS_DATABASE_WAIT)") {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c.DatabaseWait = time.Hour
	if err := awaitDatabase(ctx, c, "postgres://u@127.0.0.1:1/d", slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a start that is to end went on")
	}
}

// A mistake is told at once, whatever the time to wait.
func TestWhatWaitingCures(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		err  error
		want bool
	}{
		{&net.OpError{Op: "dial", Err: errors.New("connection refused")}, true},
		{&net.DNSError{Err: "no such host", Name: "postgres"}, true},
		{fmt.Errorf("reading: %w", io.ErrUnexpectedEOF), true},
		{context.DeadlineExceeded, true},
		{&pgconn.PgError{Code: pgerrcode.CannotConnectNow}, true},
		{&pgconn.PgError{Code: pgerrcode.TooManyConnections}, true},
		{&pgconn.PgError{Code: pgerrcode.InvalidPassword}, false},
		{&pgconn.PgError{Code: pgerrcode.InvalidCatalogName}, false},
		{errors.New("server refused TLS connection"), false},
	} {
		if got := curedByWaiting(tc.err); got != tc.want {
			t.Errorf("%v: %t", tc.err, got)
		}
	}
}
