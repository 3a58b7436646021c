package dbtest

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// RedisNode is a redis-server for one test. It can be killed and started again
// on the same port. It stores nothing on disk.
type RedisNode struct {
	t    testing.TB
	port string
	args []string

	cmd   *exec.Cmd
	ended <-chan struct{}
}

// StartRedis starts a RedisNode with further arguments for redis-server. It
// ends with the test.
func StartRedis(t testing.TB, args ...string) *RedisNode {
	t.Helper()
	n := &RedisNode{t: t, args: args}
	t.Cleanup(n.Kill)
	var err error
	for range 5 { // another process may take the port first
		n.port = freePort(t)
		if err = n.start(); err == nil {
			return n
		}
	}
	t.Fatalf("dbtest: redis-server does not start: %v", err)
	return nil
}

// Addr returns the host and the port.
func (n *RedisNode) Addr() string { return net.JoinHostPort("127.0.0.1", n.port) }

// URL returns the redis:// URL.
func (n *RedisNode) URL() string { return "redis://" + n.Addr() + "/0" }

// Kill kills the server.
func (n *RedisNode) Kill() {
	if n.cmd == nil {
		return
	}
	_ = n.cmd.Process.Kill() // it may have ended already
	<-n.ended
	n.cmd = nil
}

// Start starts the server again, with no data.
func (n *RedisNode) Start() {
	n.t.Helper()
	if err := n.start(); err != nil {
		n.t.Fatalf("dbtest: redis-server does not start again: %v", err)
	}
}

// Signal sends a signal, such as SIGSTOP.
func (n *RedisNode) Signal(s os.Signal) {
	n.t.Helper()
	if err := n.cmd.Process.Signal(s); err != nil {
		n.t.Fatalf("dbtest: %v", err)
	}
}

func (n *RedisNode) start() error {
	bin, err := exec.LookPath("redis-server")
	if err != nil {
		n.t.Fatalf("dbtest: this test needs redis-server in PATH; install it with: sudo apt-get install redis-server (or brew install redis)")
	}
	dir := n.t.TempDir()
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	args := append([]string{"--port", n.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", dir}, n.args...)
	cmd := exec.CommandContext(context.Background(), bin, args...)
	cmd.Env = anyLocale()
	cmd.Stdout, cmd.Stderr = log, log
	ended, err := StartTied(cmd)
	if err != nil {
		return err
	}
	n.cmd, n.ended = cmd, ended
	if err := redisAnswers(n.port, cmd.Process.Pid, ended); err != nil {
		n.Kill()
		said, _ := os.ReadFile(log.Name()) // only makes the failure message more helpful
		return fmt.Errorf("%w\n%s", err, said)
	}
	return nil
}

// slots is the number of hash slots of a Redis Cluster.
const slots = 16384

// RedisCluster starts a Redis Cluster of three nodes without replicas. It
// returns the nodes and a URL that names all of them. The cluster ends with the
// test.
func RedisCluster(t testing.TB) (nodes []*RedisNode, clusterURL string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var clients []*redis.Client
	for i := range 3 {
		n := StartRedis(t, "--cluster-enabled", "yes", "--cluster-port", freePort(t), "--cluster-node-timeout", "2000",
			"--cluster-require-full-coverage", "no")
		c := redis.NewClient(&redis.Options{Addr: n.Addr()})
		defer func() { _ = c.Close() }() // no command is in flight
		if err := c.ClusterAddSlotsRange(ctx, i*slots/3, (i+1)*slots/3-1).Err(); err != nil {
			t.Fatalf("dbtest: giving slots to a Redis node: %v", err)
		}
		nodes, clients = append(nodes, n), append(clients, c)
	}
	for _, n := range nodes[1:] {
		if err := clients[0].Do(ctx, "CLUSTER", "MEET", "127.0.0.1", n.port, n.args[3]).Err(); err != nil {
			t.Fatalf("dbtest: joining Redis nodes: %v", err)
		}
	}
	for _, c := range clients {
		waitForCluster(ctx, t, c)
	}
	q := url.Values{"addr": {nodes[1].Addr(), nodes[2].Addr()}}
	return nodes, "redis://" + nodes[0].Addr() + "?" + q.Encode()
}

// waitForCluster waits until a node knows the owners of all slots.
func waitForCluster(ctx context.Context, t testing.TB, c *redis.Client) {
	t.Helper()
	for {
		info, err := c.ClusterInfo(ctx).Result()
		if err == nil && strings.Contains(info, "cluster_state:ok") &&
			strings.Contains(info, "cluster_slots_ok:"+strconv.Itoa(slots)) && strings.Contains(info, "cluster_known_nodes:3") {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("dbtest: the Redis Cluster does not come together: %v\n%s", err, info)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
