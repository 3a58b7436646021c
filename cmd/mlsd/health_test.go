package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/auth/authtest"
)

// TestWrongClock: an instance whose clock is 40 days ahead is not ready, says so,
// and refuses what it would store.
func TestWrongClock(t *testing.T) {
	r := launch(t, func() time.Time { return time.Now().Add(40 * 24 * time.Hour) })
	want := `"clock":false`
	eventually(t, "not ready", func() bool {
		code, body, err := fetch("http://" + r.addr + "/health/ready")
		return err == nil && code == http.StatusServiceUnavailable && strings.Contains(body, want) && strings.Contains(body, `"database":true`)
	})
	eventually(t, "a line that says why", func() bool {
		return strings.Contains(r.log.String(), `"check":"clock"`) && strings.Contains(r.log.String(), "differs from that of the database by 345")
	})
}

// TestStandbyMissing runs the whole server without its synchronous standby: it is
// not ready, calls that write get 503 with a time to come back, reads go on.
func TestStandbyMissing(t *testing.T) {
	cluster := dbtest.StartCluster(t, nil)
	plc := authtest.NewPLC()
	defer plc.Close()
	alice := plc.NewAccount()
	r := start(t, "DATABASE_URL="+cluster.URL(), "MLS_PLC_URL="+plc.URL)
	cluster.Exec("ALTER SYSTEM SET synchronous_standby_names = 'gone'")
	cluster.Exec("SELECT pg_reload_conf()")
	eventually(t, "not ready", func() bool {
		code, body, err := fetch("http://" + r.addr + "/health/ready")
		return err == nil && code == http.StatusServiceUnavailable && strings.Contains(body, `"database":false`)
	})
	eventually(t, "the gate", func() bool {
		code, body := r.call(t, "POST", gen.NSIDGetSubscriptionTicket, alice.Token(r.did(), gen.NSIDGetSubscriptionTicket), "{}")
		return code == http.StatusServiceUnavailable && strings.Contains(body, "cannot store anything")
	})
	if code, body := r.call(t, "GET", gen.NSIDGetConvos, alice.Token(r.did(), gen.NSIDGetConvos), ""); code != http.StatusOK {
		t.Errorf("a read: %d %s", code, body)
	}
	cluster.Exec("ALTER SYSTEM RESET synchronous_standby_names")
	cluster.Exec("SELECT pg_reload_conf()")
	eventually(t, "ready", func() bool {
		code, _, err := fetch("http://" + r.addr + "/health/ready")
		return err == nil && code == http.StatusOK
	})
	r.stop()
	r.wait(t)
	if !strings.Contains(r.log.String(), "commits wait for a synchronous standby") {
		t.Errorf("the cause is not logged:\n%s", r.log)
	}
	for line := range strings.Lines(r.log.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("a line is not JSON: %s", line)
		}
	}
}

// TestSilentDatabase makes all connections to PostgreSQL silent, without a reset.
// Reads are answered.
func TestSilentDatabase(t *testing.T) {
	proxy := dbtest.Proxy(t, dbtest.URL(t))
	plc := authtest.NewPLC()
	defer plc.Close()
	alice := plc.NewAccount()
	r := start(t, "DATABASE_URL="+proxy.URL, "MLS_PLC_URL="+plc.URL)
	read := func() int {
		code, _ := r.call(t, "GET", gen.NSIDGetConvos, alice.Token(r.did(), gen.NSIDGetConvos), "")
		return code
	}
	read()
	proxy.Silence()
	answers := make(chan int, 20)
	for range cap(answers) {
		go func() { answers <- read() }()
	}
	for range cap(answers) {
		select {
		case code := <-answers:
			if code != http.StatusOK && code != http.StatusServiceUnavailable {
				t.Errorf("a read got %d", code)
			}
		case <-time.After(2 * time.Minute):
			t.Fatal("a read waits for ever")
		}
	}
	eventually(t, "reads again", func() bool { return read() == http.StatusOK })
}

// TestClientsOfLibrariesLogJSON: a Redis that is not there and a blob store that
// is broken leave only JSON in the log, and no password.
func TestClientsOfLibrariesLogJSON(t *testing.T) {
	r := launch(t, nil, "REDIS_URL=redis://:hunter2@127.0.0.1:"+freePort(t)+"/0", "MLS_LOG_LEVEL=debug", "SERVICE_DID=did:web:mls.example.org", "MLS_DEV=true")
	eventually(t, "degraded", func() bool {
		code, body, err := fetch("http://" + r.addr + "/health")
		return err == nil && code == http.StatusOK && strings.Contains(body, `"redis":"degraded"`)
	})
	eventually(t, "a line of go-redis", func() bool { return strings.Contains(r.log.String(), `"msg":"Redis client"`) })
	r.stop()
	r.wait(t)
	for line := range strings.Lines(r.log.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("a line is not JSON: %s", line)
		}
	}
	if strings.Contains(r.log.String(), "hunter2") {
		t.Error("the log has the password")
	}
}

func TestHealthNamesWhatFails(t *testing.T) {
	err := notReady(strings.NewReader(`{"ready":false,"checks":{"database":true,"log":false,"blobs":false}}`))
	if err.Error() != "not ready: blobs, log; the log of the server has the cause" {
		t.Error(err)
	}
	if err := notReady(strings.NewReader("<html>")); err.Error() != "not ready" {
		t.Error(err)
	}
}

func TestConfiguredHosts(t *testing.T) {
	c := &Config{DatabaseURL: "postgres://u:p@db1.example,db2.example/x", RedisURL: "redis://cache.example:6379?addr=cache2.example:6379",
		BlobURL: "s3://bucket?endpoint=https://s3.example:9000", PLCURL: "https://plc.example"}
	got := strings.Join(c.hosts(), " ")
	for _, host := range []string{"db1.example", "db2.example", "cache.example", "cache2.example", "s3.example", "plc.example"} {
		if !strings.Contains(got, host) {
			t.Errorf("%s is missing in %s", host, got)
		}
	}
}
