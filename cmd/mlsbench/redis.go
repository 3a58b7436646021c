package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// redis is a Redis that keeps nothing.
type redis struct {
	cmd *exec.Cmd
	url string
}

func startRedis(ctx context.Context, dir string) (*redis, error) {
	port, _, err := freePorts(ctx)
	if err != nil {
		return nil, err
	}
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	r := &redis{url: "redis://" + addr + "/0"}
	r.cmd = exec.CommandContext(ctx, "redis-server", "--port", strconv.Itoa(port), "--bind", "127.0.0.1",
		"--save", "", "--appendonly", "no", "--dir", dir)
	r.cmd.Env = append(os.Environ(), "LC_ALL=C") // it does not start in a locale that is not there
	if err := r.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start Redis: %w", err)
	}
	var d net.Dialer
	for start := time.Now(); time.Since(start) < 10*time.Second; time.Sleep(5 * time.Millisecond) {
		conn, err := d.DialContext(ctx, "tcp", addr)
		if err == nil {
			return r, conn.Close()
		}
	}
	r.kill()
	return nil, fmt.Errorf("redis does not answer at %s", addr)
}

// kill ends it without a farewell.
func (r *redis) kill() {
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait() // killed
}
