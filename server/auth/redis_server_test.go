package auth

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/internal/freeport"
	"catbird.blue/mls/server/redislink"
)

// redisServer is a real redis-server on a private port with a private folder.
type redisServer struct {
	t       testing.TB
	dir     string
	port    string
	args    []string
	process *exec.Cmd
	// pause is how often instances probe a Redis that is lost; 0 for the
	// default.
	pause time.Duration
	// timeout bounds one call of Redis.
	timeout time.Duration
}

// patient is a timeout that even a slow machine does not reach. Tests in which
// Redis does not respond wait for the timeout, so they use a shorter one.
const (
	patient   = 30 * time.Second
	impatient = 3 * time.Second
	// startTime bounds the wait for a server, on however busy a machine.
	startTime = 2 * time.Minute
)

func startRedis(t testing.TB, args ...string) *redisServer {
	t.Helper()
	port, err := freeport.Port()
	if err != nil {
		t.Fatal(err)
	}
	s := &redisServer{timeout: patient, t: t, dir: t.TempDir(), port: port, args: args}
	t.Cleanup(s.kill)
	s.start()
	return s
}

func (s *redisServer) url() string { return fmt.Sprintf("redis://127.0.0.1:%s/", s.port) }

func (s *redisServer) start() {
	s.t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		s.t.Fatalf("these tests need a real Redis: %v", err)
	}
	args := append([]string{
		"--port", s.port, "--bind", "127.0.0.1", "--dir", s.dir, "--save", "", "--appendonly", "no",
	}, s.args...)
	s.process = exec.Command(path, args...)
	s.process.Env = append(os.Environ(), "LC_ALL=C") // redis-server does not start if the locale does not exist
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	c := s.client()
	for end := time.Now().Add(startTime); ; time.Sleep(50 * time.Millisecond) {
		err := c.Ping(context.Background()).Err()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("redis-server did not start within %s: %v", startTime, err)
		}
	}
}

// kill ends the server like a crash: nothing is saved.
func (s *redisServer) kill() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
	s.process = nil
}

// stall and resume simulate a partition: the server stops responding and keeps
// its data.
func (s *redisServer) stall()  { _ = s.process.Process.Signal(syscall.SIGSTOP) }
func (s *redisServer) resume() { _ = s.process.Process.Signal(syscall.SIGCONT) }

func (s *redisServer) client() redis.UniversalClient { return s.clientOf(s.url()) }

func (s *redisServer) clientOf(url string) redis.UniversalClient {
	s.t.Helper()
	c, err := redislink.NewPatientClient(url, s.timeout)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	return c
}

// redisInstance is one instance of the service that records used tokens in s.
type redisInstance struct {
	*Authenticator
	store   *RedisReplay
	metrics *Metrics
	changes chan bool
}

func (s *redisServer) instance(w *world) *redisInstance {
	return s.instanceWith(w, s.client())
}

func (s *redisServer) instanceWith(w *world, client redis.UniversalClient) *redisInstance {
	i := &redisInstance{metrics: NewMetrics(nil), changes: make(chan bool, 10)}
	i.store = openRedisReplay(s.t, RedisReplayConfig{
		Client: client, Metrics: i.metrics, Secret: []byte("secret"), now: w.now, pause: s.pause, timeout: s.timeout,
		OnChange: func(up bool, _ error) { i.changes <- up },
	})
	i.Authenticator = w.instance(s.t, i.store)
	return i
}

// wait blocks until the instance considers Redis lost or available.
func (i *redisInstance) wait(t *testing.T, up bool) {
	t.Helper()
	select {
	case got := <-i.changes:
		if got != up {
			t.Fatalf("Redis is up: %v, want %v", got, up)
		}
	case <-time.After(time.Minute):
		t.Fatalf("Redis never became up: %v", up)
	}
	if got := value(t, i.metrics.RedisUp); (got == 1) != up {
		t.Errorf("the metric says %v", got)
	}
}

// openRedisReplay makes a store that is closed at the end of the test.
func openRedisReplay(t testing.TB, cfg RedisReplayConfig) *RedisReplay {
	t.Helper()
	r, err := NewRedisReplay(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}
