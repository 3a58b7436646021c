package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/httpd"
)

// running is a server inside the test process.
type running struct {
	addr string
	stop context.CancelFunc
	done chan int
	log  *syncBuffer
	// hangups stands for SIGHUP.
	hangups chan os.Signal
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// start starts a server and waits until it is ready. It uses a new database
// unless env names one.
func start(t testing.TB, env ...string) *running {
	t.Helper()
	r := launch(t, nil, env...)
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if code, _, err := fetch("http://" + r.addr + "/health/ready"); err == nil && code == http.StatusOK {
			return r
		}
		if time.Now().After(deadline) {
			t.Fatalf("the server is not ready:\n%s", r.log)
		}
	}
}

// launch starts a server with a clock, nil for time.Now, and does not wait.
func launch(t testing.TB, clock func() time.Time, env ...string) *running {
	t.Helper()
	r := &running{addr: "127.0.0.1:" + freePort(t), done: make(chan int, 1), log: &syncBuffer{}, hangups: make(chan os.Signal, 1)}
	_, port, _ := net.SplitHostPort(r.addr)
	env = append([]string{"DATABASE_URL=" + dbtest.URL(t)}, env...)
	env = append(env, "SERVER_PORT="+port, "MLS_METRICS_LISTEN=off", "MLS_DATA_DIR="+t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	r.stop = stop
	p := program{out: io.Discard, errOut: r.log, environ: env, clock: clock, hangups: func() <-chan os.Signal { return r.hangups }}
	go func() { r.done <- p.main(ctx, []string{"serve"}) }()
	t.Cleanup(func() {
		stop()
		select {
		case <-r.done:
		case <-time.After(2 * time.Minute):
			t.Errorf("the server does not stop:\n%s", r.log)
		}
	})
	return r
}

// wait returns the exit status.
func (r *running) wait(t *testing.T) int {
	t.Helper()
	select {
	case code := <-r.done:
		r.done <- code // for the clean-up
		return code
	case <-time.After(2 * time.Minute):
		t.Fatalf("the server does not stop:\n%s", r.log)
		return 0
	}
}

// upload starts a request and returns a function that sends the rest of the
// body and reads the answer.
func upload(t *testing.T, addr string, size int) (conn net.Conn, answer func() (*http.Response, error)) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "POST /xrpc/blue.catbird.mls.uploadBlob HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\nfirst", size)
	return conn, func() (*http.Response, error) { return http.ReadResponse(bufio.NewReader(conn), nil) }
}

func TestStopFinishesRequests(t *testing.T) {
	r := start(t)
	conn, answer := upload(t, r.addr, 10)
	time.Sleep(100 * time.Millisecond) // the server has read the header by then
	r.stop()
	waitUntilRefused(t, r.addr)
	fmt.Fprint(conn, "lasts")
	res, err := answer()
	if err != nil {
		t.Fatalf("the request was cut off: %v", err)
	}
	if res.StatusCode != http.StatusUnauthorized {
		t.Errorf("the answer is %d", res.StatusCode)
	}
	if code := r.wait(t); code != 0 {
		t.Errorf("ends with %d:\n%s", code, r.log)
	}
}

func waitUntilRefused(t *testing.T, addr string) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		c.Close()
	}
	t.Fatal("new connections are taken while stopping")
}

func TestStopDoesNotWaitForever(t *testing.T) {
	r := start(t, "MLS_STOP_TIMEOUT=200ms")
	upload(t, r.addr, 10)
	time.Sleep(100 * time.Millisecond)
	r.stop()
	if code := r.wait(t); code != 0 {
		t.Errorf("ends with %d", code)
	}
	if !strings.Contains(r.log.String(), "requests were cut off") {
		t.Errorf("nobody is told:\n%s", r.log)
	}
}

func TestNotReadyBeforeItStops(t *testing.T) {
	r := start(t, "MLS_DRAIN_TIME=1s")
	r.stop()
	sawNotReady := false
	for deadline := time.Now().Add(900 * time.Millisecond); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		code, body, err := fetch("http://" + r.addr + "/health/ready")
		if err != nil {
			t.Fatalf("it stopped answering at once: %v", err)
		}
		if code == http.StatusServiceUnavailable && strings.Contains(body, `"ready":false,"checks":{"database":true,`) {
			sawNotReady = true
			break
		}
	}
	if !sawNotReady {
		t.Error("it stayed ready")
	}
	if live, _, err := fetch("http://" + r.addr + "/health/live"); err != nil || live != http.StatusOK {
		t.Errorf("it no longer lives: %d, %v", live, err)
	}
	if code := r.wait(t); code != 0 {
		t.Errorf("ends with %d", code)
	}
}

// TestSlowHeaderIsCutOff sends a request header byte by byte.
func TestSlowHeaderIsCutOff(t *testing.T) {
	t.Parallel()
	r := start(t)
	conn, err := net.Dial("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET /health/live HTTP/1.1\r\nX-Slow: ")
	_ = conn.SetReadDeadline(time.Now().Add(httpd.HeaderTimeout + 2*time.Minute))
	go func() {
		for {
			if _, err := conn.Write([]byte("x")); err != nil {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
	}()
	if _, err = io.ReadAll(conn); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("it was endured")
	}
}

func TestHugeHeaderIsRefused(t *testing.T) {
	r := start(t)
	req, err := http.NewRequest(http.MethodGet, "http://"+r.addr+"/health/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Huge", strings.Repeat("x", 2*httpd.MaxHeader))
	res, err := http.DefaultClient.Do(req)
	if err == nil {
		defer res.Body.Close()
		if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("the answer is %d", res.StatusCode)
		}
	}
}

func TestDatabaseMustAnswer(t *testing.T) {
	port := freePort(t) // nobody listens on it
	code, _, errOut := try(t, []string{"DATABASE_URL=postgres://mls:hunter2@127.0.0.1:" + port + "/mls",
		"SERVER_PORT=0", "MLS_METRICS_LISTEN=off", "MLS_DATA_DIR=" + t.TempDir()}, "serve")
	if code != 1 || !strings.Contains(errOut, "127.0.0.1") || strings.Contains(errOut, "hunter2") {
		t.Errorf("ends with %d: %s", code, errOut)
	}
}

func TestPoolSettings(t *testing.T) {
	url := dbtest.URL(t)
	admin := dbtest.Open(t, url)
	if _, err := admin.Exec(t.Context(), `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$`); err != nil {
		t.Fatal(err)
	}
	pool, err := openPool(t.Context(), url, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if n := pool.Config().MaxConns; n != 3 {
		t.Errorf("up to %d connections", n)
	}
	for name, want := range map[string]string{
		"synchronous_commit": "on", "TimeZone": "UTC", "application_name": "mlsd", "statement_timeout": "30s",
		"lock_timeout": "10s", "idle_in_transaction_session_timeout": "10s",
		"random_page_cost": "1.1", "seq_page_cost": "10", "enable_hashjoin": "off", "enable_mergejoin": "off",
	} {
		var got string
		if err := pool.QueryRow(t.Context(), "SELECT current_setting($1)", name).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", name, got, err, want)
		}
	}
}

func TestStrongerSynchronousCommitStands(t *testing.T) {
	pool, err := openPool(t.Context(), dbtest.URL(t)+"&synchronous_commit=remote_apply", 2)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var got string
	if err := pool.QueryRow(t.Context(), "SHOW synchronous_commit").Scan(&got); err != nil || got != "remote_apply" {
		t.Errorf("synchronous_commit is %q (%v)", got, err)
	}
}

// TestURLSettingsTakePrecedence sets parameters in the URL, as parameters and as
// options. The pool must keep them.
func TestURLSettingsTakePrecedence(t *testing.T) {
	options := "-c%20seq_page_cost%3D3%20--enable-hashjoin%3Don"
	pool, err := openPool(t.Context(), dbtest.URL(t)+"&random_page_cost=2&options="+options, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for name, want := range map[string]string{
		"random_page_cost": "2", "seq_page_cost": "3", "enable_hashjoin": "on", "enable_mergejoin": "off", "statement_timeout": "30s",
	} {
		var got string
		if err := pool.QueryRow(t.Context(), "SELECT current_setting($1)", name).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", name, got, err, want)
		}
	}
}

// TestPoolLeavesAStandby makes a connection read-only, as after a failover. No
// later query may use the old server.
func TestPoolLeavesAStandby(t *testing.T) {
	pool, err := openPool(t.Context(), dbtest.URL(t), 2)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	ctx := t.Context()
	if _, err := pool.Exec(ctx, "CREATE TABLE t (n int)"); err != nil {
		t.Fatal(err)
	}
	var before int
	if err := pool.QueryRow(ctx, "SELECT pg_backend_pid() FROM set_config('default_transaction_read_only', 'on', false)").Scan(&before); err != nil {
		t.Fatal(err)
	}
	batch := &pgx.Batch{}
	batch.Queue("INSERT INTO t VALUES (1)")
	if err := pool.SendBatch(ctx, batch).Close(); err == nil {
		t.Fatal("the session was to be read-only")
	}
	var after int
	if err := pool.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&after); err != nil {
		t.Fatal(err)
	}
	if before == after {
		t.Error("the connection to the read-only server is used again")
	}
	if _, err := pool.Exec(ctx, "INSERT INTO t VALUES (1)"); err != nil {
		t.Error(err)
	}
}

func TestBuildClosesWhatItOpened(t *testing.T) {
	a := &app{}
	var order []string
	for _, name := range []string{"first", "second"} {
		a.onClose(func() error { order = append(order, name); return errors.New(name) })
	}
	err := a.close()
	if strings.Join(order, " ") != "second first" || err == nil || !strings.Contains(err.Error(), "first") {
		t.Errorf("closed %v with %v", order, err)
	}
	if a.close() != nil || len(order) != 2 {
		t.Error("closed twice")
	}
}

// The connection that the reader of the log uses every second must not be
// checked before each use.
func TestRecentConnectionsAreNotChecked(t *testing.T) {
	pool, err := openPool(t.Context(), dbtest.URL(t), 2)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for idle, want := range map[time.Duration]bool{time.Second: false, pingAfter: false, pingAfter + 1: true} {
		if got := pool.Config().ShouldPing(t.Context(), pgxpool.ShouldPingParams{IdleDuration: idle}); got != want {
			t.Errorf("idle for %v: %v", idle, got)
		}
	}
}
