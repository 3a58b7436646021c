package testbed

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"time"

	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/internal/freeport"
)

// Redis is a Redis server that stores nothing on disk.
type Redis struct {
	// URL is its address, redis://host:port/0.
	URL string
	cmd *exec.Cmd
}

// startTime bounds the wait for Redis, on however busy a machine.
const startTime = 2 * time.Minute

// StartRedis starts a server with dir as its working directory. more are
// further command-line arguments.
func StartRedis(ctx context.Context, dir string, more ...string) (*Redis, error) {
	port, err := freeport.Port()
	if err != nil {
		return nil, err
	}
	addr := net.JoinHostPort("127.0.0.1", port)
	r := &Redis{URL: "redis://" + addr + "/0"}
	r.cmd = exec.CommandContext(ctx, "redis-server", append([]string{"--port", port, "--bind", "127.0.0.1",
		"--save", "", "--appendonly", "no", "--dir", dir}, more...)...)
	r.cmd.Env = append(os.Environ(), "LC_ALL=C") // Redis does not start in a locale that the machine lacks
	if err := r.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start Redis: %w", err)
	}
	var d net.Dialer
	for start := time.Now(); time.Since(start) < startTime; time.Sleep(5 * time.Millisecond) {
		conn, err := d.DialContext(ctx, "tcp", addr)
		if err == nil {
			return r, conn.Close()
		}
	}
	r.Kill()
	return nil, fmt.Errorf("redis does not answer at %s", addr)
}

// Kill kills the server.
func (r *Redis) Kill() {
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait() // the error says that it was killed
}

// Do runs one command.
func (r *Redis) Do(ctx context.Context, args ...any) error {
	o, err := redis.ParseURL(r.URL)
	if err != nil {
		return fmt.Errorf("testbed: %w", err)
	}
	c := redis.NewClient(o)
	defer func() { _ = c.Close() }()
	if err := c.Do(ctx, args...).Err(); err != nil {
		return fmt.Errorf("testbed: %w", err)
	}
	return nil
}
