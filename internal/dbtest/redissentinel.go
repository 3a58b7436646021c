package dbtest

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// sentinelMaster is the name under which the Sentinels of a test watch Redis.
const sentinelMaster = "mls"

// RedisSentinel starts a Redis, a replica of it, and three Sentinels that
// promote the replica when the first has not answered for half a second. It
// returns the two servers and a URL that names all Sentinels. Everything ends
// with the test.
func RedisSentinel(t testing.TB) (primary, replica *RedisNode, sentinelURL string) {
	t.Helper()
	primary = StartRedis(t)
	replica = StartRedis(t, "--replicaof", "127.0.0.1 "+primary.port, "--repl-diskless-sync-delay", "0")
	var addrs []string
	for range 3 {
		addrs = append(addrs, startSentinel(t, primary.port))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for _, addr := range addrs {
		waitForSentinel(ctx, t, addr)
	}
	u := url.URL{Scheme: "redis+sentinel", Host: addrs[0], RawQuery: url.Values{"master_name": {sentinelMaster}, "addr": addrs[1:]}.Encode()}
	return primary, replica, u.String()
}

// startSentinel starts a Sentinel and returns its address.
func startSentinel(t testing.TB, watched string) string {
	t.Helper()
	port, file := freePort(t), filepath.Join(t.TempDir(), "sentinel.conf")
	conf := fmt.Sprintf("port %[1]s\nbind 127.0.0.1\ndir %[2]s\nsentinel monitor %[3]s 127.0.0.1 %[4]s 2\n"+
		"sentinel down-after-milliseconds %[3]s 500\nsentinel failover-timeout %[3]s 5000\n",
		port, filepath.Dir(file), sentinelMaster, watched)
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	cmd := exec.CommandContext(context.Background(), "redis-server", file, "--sentinel")
	cmd.Env = anyLocale()
	ended, err := StartTied(cmd)
	if err != nil {
		t.Fatalf("dbtest: starting a Sentinel: %v", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	if err := redisAnswers(port, cmd.Process.Pid, ended); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return net.JoinHostPort("127.0.0.1", port)
}

// waitForSentinel waits until a Sentinel knows the replica and both other
// Sentinels, without which there is no failover.
func waitForSentinel(ctx context.Context, t testing.TB, addr string) {
	t.Helper()
	c := redis.NewClient(&redis.Options{Addr: addr})
	defer func() { _ = c.Close() }() // no command is in flight
	for {
		info, err := c.Info(ctx, "sentinel").Result()
		if err == nil && strings.Contains(info, "status=ok") && strings.Contains(info, "slaves=1,sentinels=3") {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("dbtest: the Sentinels do not find each other: %v\n%s", err, info)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
