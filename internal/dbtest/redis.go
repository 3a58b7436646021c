package dbtest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/internal/freeport"
)

// Redis starts a Redis for the test on a free port of the loopback interface
// and returns its redis:// URL. It stores nothing on disk and ends with the
// test. If redis-server is not installed, the test fails.
func Redis(t testing.TB) string {
	t.Helper()
	bin, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatalf("dbtest: this test needs redis-server in PATH; install it with: sudo apt-get install redis-server (or brew install redis)")
	}
	var last string
	for range 5 { // another process may take the port first
		port := freePort(t)
		if last = startRedis(t, bin, port); last == "" {
			return "redis://127.0.0.1:" + port + "/0"
		}
	}
	t.Fatalf("dbtest: redis-server does not start:\n%s", last)
	return ""
}

func freePort(t testing.TB) string {
	t.Helper()
	port, err := freeport.Port()
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return port
}

// startRedis starts the server. If it does not run, startRedis returns the
// server's output.
func startRedis(t testing.TB, bin, port string) string {
	t.Helper()
	dir := t.TempDir()
	logPath := filepath.Join(dir, "log")
	logFile, err := os.Create(logPath)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	defer logFile.Close()
	cmd := exec.CommandContext(context.Background(), bin, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", dir)
	cmd.Env = anyLocale()
	cmd.Stdout, cmd.Stderr = logFile, logFile
	ended, err := StartTied(cmd)
	if err != nil {
		t.Fatalf("dbtest: starting redis-server: %v", err)
	}
	if err := redisAnswers(port, cmd.Process.Pid, ended); err != nil {
		_ = cmd.Process.Kill()
		<-ended
		b, _ := os.ReadFile(logPath)
		return fmt.Sprintf("%v\n%s", err, b)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	return ""
}

// anyLocale returns the environment with LC_ALL=C. Redis 8 does not start in a
// locale that the machine lacks, such as one that an ssh client sent.
func anyLocale() []string { return append(os.Environ(), "LC_ALL=C") }

// redisAnswers waits until the server on the port answers and is the process
// pid, not another one that took the port first.
func redisAnswers(port string, pid int, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	for {
		info, err := redisInfo(ctx, port)
		if err == nil && strings.Contains(info, "process_id:"+strconv.Itoa(pid)+"\r\n") {
			return nil
		}
		select {
		case <-ended:
			return fmt.Errorf("redis-server ended")
		case <-ctx.Done():
			return fmt.Errorf("redis-server does not answer on port %s: %w", port, err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// redisInfo returns the answer to INFO server, a bulk string.
func redisInfo(ctx context.Context, port string) (string, error) {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", "127.0.0.1:"+port)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(2 * time.Second)); err != nil {
		return "", err
	}
	if _, err := io.WriteString(conn, "INFO server\r\n"); err != nil {
		return "", err
	}
	r := bufio.NewReader(conn)
	head, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	n, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(head, "$")))
	if err != nil {
		return "", fmt.Errorf("redis answers %q", head)
	}
	body := make([]byte, n)
	_, err = io.ReadFull(r, body)
	return string(body), err
}
