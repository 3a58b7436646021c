package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/auth/authtest"
)

// process is a process of the real binary. The memory use of a test binary
// under the race detector would say nothing.
type process struct {
	t             *testing.T
	addr, metrics string
	cmd           *exec.Cmd
	log           *syncBuffer
}

var building sync.Mutex

func startProcess(t *testing.T, env ...string) *process {
	t.Helper()
	dir := t.TempDir()
	binary := filepath.Join(dir, "mlsd")
	building.Lock() // one at a time; the others find everything built
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput()
	building.Unlock()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p := &process{t: t, addr: "127.0.0.1:" + freePort(t), metrics: "127.0.0.1:" + freePort(t), log: &syncBuffer{}}
	_, port, _ := net.SplitHostPort(p.addr)
	p.cmd = exec.Command(binary, "serve")
	p.cmd.Env = append([]string{"DATABASE_URL=" + dbtest.URL(t), "SERVER_PORT=" + port, "MLS_METRICS_LISTEN=" + p.metrics,
		"MLS_DATA_DIR=" + dir}, env...)
	p.cmd.Stderr = p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		if err := p.cmd.Wait(); err != nil {
			t.Errorf("%v\n%s", err, p.log)
		}
	})
	eventually(t, "the server is ready", func() bool {
		code, _, err := fetch("http://" + p.addr + "/health/ready")
		return err == nil && code == http.StatusOK
	})
	return p
}

// did returns the DID of the server.
func (p *process) did() string { return (&running{addr: p.addr}).did() }

// metric adds up all values of a metric, with or without labels.
func (p *process) metric(name string) (sum float64) {
	p.t.Helper()
	res, err := (&http.Client{Timeout: time.Minute}).Get("http://" + p.metrics + "/metrics")
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	found := false
	for line := range strings.Lines(string(body)) {
		if rest, ok := strings.CutPrefix(line, name); ok && strings.ContainsAny(rest[:1], " {") {
			fields := strings.Fields(line)
			n, err := strconv.ParseFloat(fields[len(fields)-1], 64)
			if err != nil {
				p.t.Fatal(err)
			}
			found, sum = true, sum+n
		}
	}
	if !found {
		p.t.Fatalf("no metric %s", name)
	}
	return sum
}

// resident returns the resident memory of the process in bytes.
func (p *process) resident() float64 { return p.metric("process_resident_memory_bytes") }

// After a flood of bodies, memory is returned to the system: within a minute
// the process must use at most half more than before.
func TestMemoryGoesBackAfterAFlood(t *testing.T) {
	t.Parallel()
	plc := authtest.NewPLC()
	defer plc.Close()
	p := startProcess(t, "MLS_PLC_URL="+plc.URL, "GOMEMLIMIT=512MiB")
	if most := p.metric("mls_body_bytes_limit"); most != 128<<20 {
		t.Fatalf("bodies have %v bytes", most)
	}
	before := p.resident()
	var flood []net.Conn
	piece := bytes.Repeat([]byte(" "), 5<<20)
	for range 4 {
		account := plc.NewAccount()
		for range 10 {
			conn, err := net.Dial("tcp", p.addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			flood = append(flood, conn)
			fmt.Fprintf(conn, "POST /xrpc/%s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\nAuthorization: Bearer %s\r\n\r\n",
				gen.NSIDSendMessage, 10<<20, account.Token(p.did(), gen.NSIDSendMessage))
			go func() { _, _ = conn.Write(piece) }()
		}
	}
	eventually(t, "the flood fills the memory for bodies", func() bool { return p.metric("mls_body_bytes") > 96<<20 })
	during := p.resident()
	if during < 2*before || during > 512<<20 {
		t.Errorf("%.0f MiB before the flood, %.0f MiB in it", before/(1<<20), during/(1<<20))
	}
	for _, conn := range flood {
		conn.Close()
	}
	eventually(t, "the flood ends", func() bool { return p.metric("mls_body_bytes") == 0 })
	eventually(t, "memory goes back", func() bool { return p.resident() <= 1.5*before })
}

// The connection limits of the configuration must reach the server, and its
// metrics must show them.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	p := startProcess(t, "MLS_MAX_CONNECTIONS=64", "MLS_TRUSTED_PROXIES=none")
	if most := p.metric("mls_connections_limit"); most != 64 {
		t.Fatalf("%v connections", most)
	}
	var idle []net.Conn
	for range 400 {
		conn, err := net.Dial("tcp", p.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		idle = append(idle, conn)
	}
	eventually(t, "connections give way", func() bool { return p.metric("mls_connections_closed_total") >= 300 })
	if open := p.metric("mls_connections_open"); open > 64 {
		t.Errorf("%v connections are open", open)
	}
	if code, _, err := fetch("http://" + p.addr + "/health"); err != nil || code != http.StatusOK {
		t.Errorf("health: %d, %v", code, err)
	}
	if _, err := io.ReadAll(idle[0]); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("the first idle connection: %v", err)
	}
	eventually(t, "the log says so", func() bool {
		return strings.Contains(p.log.String(), `"level":"WARN","msg":"connections are at their limit`)
	})
	if strings.Contains(p.log.String(), `"127.0.0.1`) {
		t.Errorf("the log has an address:\n%s", p.log)
	}
}
