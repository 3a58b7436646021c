package httpd

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/dbtest"
)

// forget makes the next look at the database a new one.
func (h *Health) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.checked = time.Time{}
}

func TestHealthForm(t *testing.T) {
	x := newSite(t, newServer(t), nil)
	x.health.memory = func() (uint64, uint64) { return 50, 100 }
	status, _, body := x.ask(t, "GET", "/health")
	var got struct {
		Timestamp int64
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if age := time.Since(time.Unix(got.Timestamp, 0)); age < 0 || age > 10*time.Second {
		t.Errorf("timestamp is %d", got.Timestamp)
	}
	want := fmt.Sprintf(`{"status":"healthy","timestamp":%d,"version":"v1","checks":{"database":"healthy","memory":"healthy"}}`, got.Timestamp)
	if status != 200 || body != want {
		t.Errorf("answer is %d %s", status, body)
	}
}

func TestMemoryNearItsLimitIsUnhealthy(t *testing.T) {
	x := newSite(t, newServer(t), nil)
	for _, tc := range []struct {
		used, limit uint64
		want        int
	}{{94, 100, 200}, {96, 100, 503}, {1 << 40, 0, 200}} {
		x.health.memory = func() (uint64, uint64) { return tc.used, tc.limit }
		status, _, body := x.ask(t, "GET", "/health")
		if status != tc.want || strings.Contains(body, `"memory":"unhealthy"`) != (tc.want == 503) || !strings.Contains(body, `"database":"healthy"`) {
			t.Errorf("%d of %d: answer is %d %s", tc.used, tc.limit, status, body)
		}
	}
}

// TestReadyMeansWritable has a database that answers every SELECT and takes no
// write.
func TestReadyMeansWritable(t *testing.T) {
	s := newServer(t)
	x := newSite(t, s, nil)
	alter := func(value string) {
		t.Helper()
		// Beside the pool, whose sessions are to become read-only.
		admin := dbtest.Open(t, s.pool.Config().ConnString())
		dbtest.Exec(t, admin, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = `+value+`', current_database()); END $$`)
		s.pool.Reset()
		x.health.forget()
	}
	alter("on")
	if status, _, body := x.ask(t, "GET", "/health/ready"); status != 503 || body != `{"ready":false,"checks":{"database":false}}` {
		t.Errorf("read-only: answer is %d %s", status, body)
	}
	if status, _, body := x.ask(t, "GET", "/health"); status != 503 || !strings.Contains(body, `"status":"unhealthy"`) || !strings.Contains(body, `"database":"unhealthy"`) {
		t.Errorf("read-only: answer is %d %s", status, body)
	}
	if status, _, _ := x.ask(t, "GET", "/health/live"); status != 200 {
		t.Errorf("a process with a sick database is alive: %d", status)
	}
	admin, err := pgxpool.New(t.Context(), s.pool.Config().ConnString()+"&default_transaction_read_only=off")
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	dbtest.Exec(t, admin, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END $$`)
	x.health.forget()
	x.ask(t, "GET", "/health/ready") // may still see an old session, and drops it
	x.health.forget()
	if status, _, body := x.ask(t, "GET", "/health/ready"); status != 200 || body != `{"ready":true,"checks":{"database":true}}` {
		t.Errorf("writable again: answer is %d %s", status, body)
	}
}

func TestNotReadyWithoutDatabase(t *testing.T) {
	s := newServer(t)
	x := newSite(t, s, nil)
	s.pool.Close()
	if status, _, body := x.ask(t, "GET", "/health/ready"); status != 503 || body != `{"ready":false,"checks":{"database":false}}` {
		t.Errorf("answer is %d %s", status, body)
	}
}

func TestDrainingIsNotReady(t *testing.T) {
	x := newSite(t, newServer(t), nil)
	x.health.Drain()
	if status, _, body := x.ask(t, "GET", "/health/ready"); status != 503 || body != `{"ready":false,"checks":{"database":true}}` {
		t.Errorf("answer is %d %s", status, body)
	}
	if status, _, _ := x.ask(t, "GET", "/health"); status != 200 {
		t.Errorf("/health answers %d", status)
	}
}

// TestChecksAreShared: the page is public, the database is not asked for every
// visit.
func TestChecksAreShared(t *testing.T) {
	s := newServer(t)
	x := newSite(t, s, nil)
	before := s.pool.Stat().AcquireCount()
	began := time.Now()
	for range 50 {
		x.ask(t, "GET", "/health/ready")
	}
	most := int64(time.Since(began)/checkAge) + 1
	if n := s.pool.Stat().AcquireCount() - before; n < 1 || n > most {
		t.Errorf("50 visits asked the database %d times, at most %d were due", n, most)
	}
}

func TestCgroupMemory(t *testing.T) {
	for _, tc := range []struct {
		name, self  string
		files       map[string]string
		used, limit uint64
	}{
		{"version 2", "0::/\n", map[string]string{
			"memory.max": "1000\n", "memory.current": "600\n", "memory.stat": "anon 1\ninactive_file 100\nactive_file 7\n"}, 500, 1000},
		{"no limit", "0::/\n", map[string]string{"memory.max": "max\n", "memory.current": "600\n"}, 0, 0},
		{"the tightest of a slice", "0::/a/b\n", map[string]string{
			"a/b/memory.max": "max\n", "a/b/memory.current": "5\n", "a/memory.max": "400\n", "a/memory.current": "300\n",
			"memory.max": "1000\n", "memory.current": "600\n"}, 300, 400},
		{"the host's path inside a container", "0::/docker/0123\n", map[string]string{
			"memory.max": "1000\n", "memory.current": "600\n"}, 600, 1000},
		{"version 1", "5:cpu:/x\n4:memory:/x\n", map[string]string{
			"memory/x/memory.limit_in_bytes": "1000\n", "memory/x/memory.usage_in_bytes": "700\n",
			"memory/x/memory.stat": "inactive_file 1\ntotal_inactive_file 50\n"}, 650, 1000},
		{"version 1 without limit", "4:memory:/\n", map[string]string{
			"memory/memory.limit_in_bytes": "9223372036854771712\n", "memory/memory.usage_in_bytes": "700\n"}, 0, 0},
		{"no control groups", "", nil, 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			root := t.TempDir()
			for name, content := range tc.files {
				path := filepath.Join(root, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			self := filepath.Join(t.TempDir(), "cgroup")
			if err := os.WriteFile(self, []byte(tc.self), 0o644); err != nil {
				t.Fatal(err)
			}
			if used, limit := cgroupMemory(root, self); used != tc.used || limit != tc.limit {
				t.Errorf("uses %d of %d, want %d of %d", used, limit, tc.used, tc.limit)
			}
		})
	}
}

func TestRuntimeMemoryIsMeasured(t *testing.T) {
	debug.FreeOSMemory() // what was freed before must not be used again
	before := runtimeMemory()
	ballast := make([]byte, 64<<20)
	for i := 0; i < len(ballast); i += 4096 {
		ballast[i] = 1
	}
	// Tests that run at the same time may free some memory between the two
	// measurements, or take more.
	if grown := runtimeMemory() - before; grown < 32<<20 || grown > 200<<20 {
		t.Errorf("64 MiB more are seen as %d bytes more", int64(grown))
	}
	runtime.KeepAlive(ballast)
}
