package main

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

	"catbird.blue/mls/internal/pgembed"
)

// poolSize is the connections of an instance, and of pgbench beside it.
const poolSize = 16

// instance is one process of the service.
type instance struct {
	cmd *exec.Cmd
	// serviceDID is what tokens for it are made out to.
	serviceDID    string
	port, metrics int
	log           *os.File
}

// startInstance starts an instance on the world's database, with what env adds
// to its configuration, and gives the time until it is ready.
func (w *world) startInstance(ctx context.Context, env ...string) (*instance, time.Duration, error) {
	in := &instance{}
	var err error
	if in.port, in.metrics, err = freePorts(ctx); err != nil {
		return nil, 0, err
	}
	in.serviceDID = fmt.Sprintf("did:web:localhost%%3A%d", in.port)
	for _, e := range env {
		if did, ok := strings.CutPrefix(e, "SERVICE_DID="); ok {
			in.serviceDID = did
		}
	}
	if in.log, err = os.CreateTemp(w.dir, "mlsd*.log"); err != nil {
		return nil, 0, err
	}
	in.cmd = exec.CommandContext(ctx, w.binary, "serve")
	in.cmd.Env = append(append(withoutOurs(os.Environ()),
		"SERVER_PORT="+strconv.Itoa(in.port),
		"DATABASE_URL="+w.pg.URL(pgembed.Database),
		"MLS_DATA_DIR="+filepath.Join(w.dir, "data"),
		"MLS_SECRET_FILE="+w.secretFile(),
		"MLS_PLC_URL="+w.plc.URL,
		"MLS_DEV=true",
		"MLS_METRICS_LISTEN=127.0.0.1:"+strconv.Itoa(in.metrics),
		"MLS_DB_CONNECTIONS="+strconv.Itoa(poolSize),
		"MLS_RATE_LIMITS=off",
	), env...)
	in.cmd.Stdout, in.cmd.Stderr = in.log, in.log
	start := time.Now()
	if err := in.cmd.Start(); err != nil {
		return nil, 0, errors.Join(err, in.log.Close())
	}
	for time.Since(start) < 30*time.Second {
		if in.ready(ctx) {
			took := time.Since(start)
			// It takes no token of the second in which it started.
			time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
			return in, took, nil
		}
		time.Sleep(2 * time.Millisecond)
	}
	return nil, 0, errors.Join(fmt.Errorf("the server was not ready within 30 s; its log: %s", in.said()), in.stop())
}

// freePorts are two that nobody listens on.
func freePorts(ctx context.Context) (a, b int, err error) {
	var listen net.ListenConfig
	var ports [2]int
	for i := range ports {
		l, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return 0, 0, err
		}
		defer l.Close()
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports[0], ports[1], nil
}

func (in *instance) addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(in.port)) }

func (in *instance) pid() int { return in.cmd.Process.Pid }

func (in *instance) ready(ctx context.Context) bool {
	_, err := get(ctx, "http://"+in.addr()+"/health/ready")
	return err == nil
}

// get gives the body of an answer of 200.
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

// said is the end of the instance's log.
func (in *instance) said() string {
	b, err := os.ReadFile(in.log.Name())
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-2000):])
}

func (in *instance) stop() error {
	defer in.log.Close()
	if err := in.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	err := in.cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("mlsd ended with %s: %s", exit.ProcessState, in.said())
	}
	return err
}

// counters are the instance's metrics, by their names with labels as the text
// format has them.
func (in *instance) counters(ctx context.Context) (map[string]float64, error) {
	at := url.URL{Scheme: "http", Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(in.metrics)), Path: "/metrics"}
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

// withoutOurs drops what would configure the server from outside.
func withoutOurs(env []string) []string {
	var out []string
	for _, e := range env {
		if name, _, _ := strings.Cut(e, "="); !strings.HasPrefix(name, "MLS_") && name != "DATABASE_URL" && name != "REDIS_URL" && name != "SERVICE_DID" {
			out = append(out, e)
		}
	}
	return out
}
