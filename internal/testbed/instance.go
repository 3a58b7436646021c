package testbed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"catbird.blue/mls/internal/freeport"
	"catbird.blue/mls/internal/pgembed"
)

// startLimit is the longest time that a start may take.
const startLimit = time.Minute

// PoolSize is the number of database connections of an instance.
const PoolSize = 16

// Instance is one process of the service.
type Instance struct {
	cmd    *exec.Cmd
	binary string
	env    []string
	// ServiceDID is the audience of tokens for the instance.
	ServiceDID    string
	port, metrics string
	log           *os.File
}

// StartInstance starts an instance on the world's database. env is added to its
// configuration. It also returns the time that the start took.
func (w *World) StartInstance(ctx context.Context, env ...string) (*Instance, time.Duration, error) {
	in := &Instance{}
	var err error
	if in.port, err = freeport.Port(); err != nil {
		return nil, 0, err
	}
	if in.metrics, err = freeport.Port(); err != nil {
		return nil, 0, err
	}
	in.ServiceDID = fmt.Sprintf("did:web:localhost%%3A%s", in.port)
	for _, e := range env {
		if did, ok := strings.CutPrefix(e, "SERVICE_DID="); ok {
			in.ServiceDID = did
		}
	}
	if in.log, err = os.CreateTemp(w.Dir, "mlsd*.log"); err != nil {
		return nil, 0, err
	}
	in.binary = w.Binary
	in.env = append(append(withoutServerEnv(os.Environ()),
		"SERVER_PORT="+in.port,
		"DATABASE_URL="+w.PG.URL(pgembed.Database),
		"MLS_DATA_DIR="+filepath.Join(w.Dir, "data"),
		"MLS_SECRET_FILE="+w.secretFile(),
		"MLS_PLC_URL="+w.PLC.URL,
		"MLS_DEV=true",
		"MLS_METRICS_LISTEN=127.0.0.1:"+in.metrics,
		"MLS_DB_CONNECTIONS="+strconv.Itoa(PoolSize),
	), env...)
	took, err := in.start(ctx)
	if err != nil {
		return nil, 0, errors.Join(err, in.log.Close())
	}
	// The instance refuses tokens that were issued in the second in which it
	// started.
	time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
	return in, took, nil
}

// start starts the process and waits until it is ready.
func (in *Instance) start(ctx context.Context) (time.Duration, error) {
	in.cmd = exec.CommandContext(ctx, in.binary, "serve")
	in.cmd.Env = in.env
	in.cmd.Stdout, in.cmd.Stderr = in.log, in.log
	start := time.Now()
	if err := in.cmd.Start(); err != nil {
		return 0, fmt.Errorf("testbed: %w", err)
	}
	for time.Since(start) < startLimit {
		if in.ready(ctx) {
			return time.Since(start), nil
		}
		time.Sleep(2 * time.Millisecond)
	}
	return 0, errors.Join(fmt.Errorf("the server was not ready within %s; its log: %s", startLimit, in.LogTail()), in.end())
}

// Restart stops the instance cleanly and starts it again at the same address,
// and waits until it is ready.
func (in *Instance) Restart(ctx context.Context) error {
	if err := in.end(); err != nil {
		return err
	}
	_, err := in.start(ctx)
	return err
}

// Addr returns the address on which the instance listens, as host:port.
func (in *Instance) Addr() string { return net.JoinHostPort("127.0.0.1", in.port) }

// PID returns its process id.
func (in *Instance) PID() int { return in.cmd.Process.Pid }

func (in *Instance) ready(ctx context.Context) bool {
	_, err := get(ctx, "http://"+in.Addr()+"/health/ready")
	return err == nil
}

// get returns the body of an answer with status 200.
func get(ctx context.Context, of string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, of, nil)
	if err != nil {
		return "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", res.Status, body)
	}
	return string(body), err
}

// LogTail returns the end of the instance's log.
func (in *Instance) LogTail() string {
	b, err := os.ReadFile(in.log.Name())
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-2000):])
}

// Stop shuts the instance down cleanly.
func (in *Instance) Stop() error {
	defer in.log.Close()
	return in.end()
}

func (in *Instance) end() error {
	if err := in.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	err := in.cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("mlsd ended with %s: %s", exit.ProcessState, in.LogTail())
	}
	return err
}

// Counters returns the instance's metrics. The keys are names with labels, as
// in the text format.
func (in *Instance) Counters(ctx context.Context) (map[string]float64, error) {
	at := url.URL{Scheme: "http", Host: net.JoinHostPort("127.0.0.1", in.metrics), Path: "/metrics"}
	text, err := get(ctx, at.String())
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	out := map[string]float64{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		i := strings.LastIndexByte(line, ' ')
		if i < 0 || line[0] == '#' {
			continue
		}
		if out[line[:i]], err = strconv.ParseFloat(line[i+1:], 64); err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
	}
	return out, nil
}

// withoutServerEnv removes the environment variables that would configure the
// server.
func withoutServerEnv(env []string) []string {
	var out []string
	for _, e := range env {
		if name, _, _ := strings.Cut(e, "="); !strings.HasPrefix(name, "MLS_") && name != "DATABASE_URL" && name != "REDIS_URL" && name != "SERVICE_DID" {
			out = append(out, e)
		}
	}
	return out
}
