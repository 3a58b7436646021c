package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/internal/freeport"
	"catbird.blue/mls/internal/pgembed"
)

// startTime is the longest time that any component may take to start.
const startTime = 60 * time.Second

// until calls f repeatedly until it succeeds.
func until(what string, f func() error) error {
	var err error
	for end := time.Now().Add(startTime); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if err = f(); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%s: %w", what, err)
}

// postgres is a PostgreSQL server that can be killed and started again.
type postgres struct {
	dir    string
	server *pgembed.Server
}

func startPostgres(dir string) (*postgres, error) {
	p := &postgres{dir: dir}
	if err := p.start(); err != nil {
		return nil, err
	}
	return p, nil
}

// The start is repeated while processes of a killed server still exist.
func (p *postgres) start() error {
	return until("start PostgreSQL", func() (err error) {
		ctx, cancel := context.WithTimeout(context.Background(), startTime)
		defer cancel()
		p.server, err = pgembed.Start(ctx, pgembed.Options{DataDir: p.dir})
		return err
	})
}

func (p *postgres) url() string { return p.server.URL(pgembed.Database) }

func (p *postgres) dial() (net.Conn, error) {
	return net.Dial("unix", filepath.Join(p.dir, ".s.PGSQL.5432"))
}

// fill runs a file of SQL in the database.
func (p *postgres) fill(file string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	found, err := pgembed.FindClient(ctx, p.server.Major)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(found.BinDir, "psql"), "-X", "-q", "-o", os.DevNull, "-v", "ON_ERROR_STOP=1", "-f", file, p.url())
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("fill the database: %w\n%s", err, out)
	}
	return nil
}

// kill kills the postmaster. Its child processes find out by themselves.
func (p *postgres) kill() error {
	raw, err := os.ReadFile(filepath.Join(p.dir, "cluster", "postmaster.pid"))
	if err != nil {
		return err
	}
	line, _, _ := bytes.Cut(raw, []byte("\n"))
	pid, err := strconv.Atoi(string(line))
	if err != nil {
		return err
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return err
	}
	<-p.server.Done()
	_ = p.server.Stop(context.Background()) // an error is expected, since the server was killed
	return nil
}

func (p *postgres) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	return p.server.Stop(ctx)
}

// redisServer is a Redis on a fixed port that stores nothing on disk.
type redisServer struct {
	dir, port string
	cmd       *exec.Cmd
	ended     <-chan struct{}
}

func startRedis(dir string) (*redisServer, error) {
	port, err := freeport.Port()
	if err != nil {
		return nil, err
	}
	r := &redisServer{dir: dir, port: port}
	if err := r.start(); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *redisServer) start() (err error) {
	r.cmd = exec.CommandContext(context.Background(), "redis-server", "--port", r.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", r.dir)
	r.cmd.Env = append(os.Environ(), "LC_ALL=C") // Redis does not start in a locale that the machine lacks
	if r.ended, err = dbtest.StartTied(r.cmd); err != nil {
		return err
	}
	return until("start Redis", func() error { return r.do("PING") })
}

// do runs one command.
func (r *redisServer) do(args ...any) error {
	c := redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + r.port, MaxRetries: -1, DialTimeout: time.Second, ReadTimeout: time.Second})
	defer c.Close()
	return c.Do(context.Background(), args...).Err()
}

func (r *redisServer) kill() {
	_ = r.cmd.Process.Kill()
	<-r.ended
}

// instance is one mlsd process. It keeps its ports when it is started again.
type instance struct {
	binary, log       string
	port, metricsPort string
	env               []string
	proxy             *faultyProxy
	cmd               *exec.Cmd
	ended             <-chan struct{}
}

func (i *instance) start() error {
	log, err := os.OpenFile(i.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	i.cmd = exec.CommandContext(context.Background(), i.binary, "serve")
	i.cmd.Env, i.cmd.Stdout, i.cmd.Stderr = i.env, log, log
	if i.ended, err = dbtest.StartTied(i.cmd); err != nil {
		return err
	}
	if err := until("start mlsd", i.ready); err != nil {
		return fmt.Errorf("%w\n%s", err, i.logTail())
	}
	return nil
}

func (i *instance) ready() error {
	select {
	case <-i.ended:
		return errors.New("it ended")
	default:
	}
	res, err := calls.Get("http://127.0.0.1:" + i.port + "/health/ready")
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return errors.New(res.Status)
	}
	return nil
}

// logTail returns the end of the log.
func (i *instance) logTail() string {
	b, err := os.ReadFile(i.log)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-1000):])
}

// countLogged counts the lines of the log that contain a text.
func (i *instance) countLogged(text string) int {
	b, err := os.ReadFile(i.log)
	if err != nil {
		return 0
	}
	return bytes.Count(b, []byte(text))
}

// url is the address that clients use, which is that of the proxy.
func (i *instance) url() string { return "http://" + i.proxy.addr() }

func (i *instance) kill() {
	_ = i.cmd.Process.Kill()
	<-i.ended
}

// stop shuts the instance down cleanly.
func (i *instance) stop() error {
	if err := i.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-i.ended:
	case <-time.After(2 * time.Minute):
		i.kill()
		return fmt.Errorf("mlsd does not stop; its log ends with\n%s", i.logTail())
	}
	if code := i.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("mlsd ends with %d; its log ends with\n%s", code, i.logTail())
	}
	return nil
}

func (i *instance) close() error {
	err := i.stop()
	i.proxy.close()
	return err
}

// metrics reads gauges and counters: each series by its name and labels, and the sum
// of those with the same name.
func (i *instance) metrics() (map[string]float64, error) {
	res, err := calls.Get("http://127.0.0.1:" + i.metricsPort + "/metrics")
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(res.Body)
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for name, f := range families {
		for _, m := range f.Metric {
			value := m.GetGauge().GetValue() + m.GetCounter().GetValue()
			out[name] += value
			if len(m.Label) > 0 {
				labels := make([]string, len(m.Label))
				for i, l := range m.Label {
					labels[i] = fmt.Sprintf("%s=%q", l.GetName(), l.GetValue())
				}
				out[name+"{"+strings.Join(labels, ",")+"}"] = value
			}
		}
	}
	return out, nil
}

// withoutServerEnv removes the environment variables that would configure a server.
func withoutServerEnv(env []string) []string {
	var out []string
	for _, e := range env {
		if name, _, _ := strings.Cut(e, "="); !strings.HasPrefix(name, "MLS_") && name != "DATABASE_URL" && name != "REDIS_URL" && name != "SERVICE_DID" {
			out = append(out, e)
		}
	}
	return out
}
