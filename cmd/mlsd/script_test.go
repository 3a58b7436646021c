package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rogpeppe/go-internal/testscript"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/internal/freeport"
	"catbird.blue/mls/internal/pgembed"
)

// TestMain lets the scripts run the test binary as mlsd.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"mlsd": main})
}

// TestScripts runs the transcripts of testdata. Beside what testscript has:
//
//	await URL            wait until URL answers 200
//	get STATUS URL       fetch URL, which must answer STATUS, and print the body
//	mode PERM FILE       check the permissions of a file, in octal
//	sql STATEMENT        run it in the private database of ./data and print what it gives
//	catalogue FILE       compare a scrape of the metrics with what is declared
//	signal NAME FILE     send a signal to the process whose number FILE begins with
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			// The account that runs PostgreSQL in place of root must be able to
			// enter it.
			for _, dir := range []string{filepath.Dir(env.WorkDir), env.WorkDir} {
				if err := os.Chmod(dir, 0o711); err != nil {
					return err
				}
			}
			for _, name := range []string{"PORT", "PORT2", "METRICS"} {
				env.Setenv(name, freePort(t))
			}
			env.Setenv("SERVER_PORT", env.Getenv("PORT"))
			env.Setenv("MLS_METRICS_LISTEN", "127.0.0.1:"+env.Getenv("METRICS"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await": await, "get": get, "catalogue": catalogue, "mode": mode, "sql": sql, "signal": signalFile,
			"database": func(ts *testscript.TestScript, _ bool, _ []string) { ts.Setenv("DATABASE_URL", dbtest.Empty(t)) },
		},
	})
}

func freePort(t testing.TB) string {
	t.Helper()
	port, err := freeport.Port()
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func fetch(u string) (int, string, error) {
	client := http.Client{Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get(u)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res.StatusCode, string(b), err
}

func await(ts *testscript.TestScript, _ bool, args []string) {
	var last string
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		code, body, err := fetch(args[0])
		if code == http.StatusOK {
			return
		}
		last = fmt.Sprint(code, body, err)
	}
	ts.Fatalf("%s: %s", args[0], last)
}

func get(ts *testscript.TestScript, _ bool, args []string) {
	code, body, err := fetch(args[1])
	ts.Check(err)
	fmt.Fprintln(ts.Stdout(), body)
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("%s answers %d, not %s: %s", args[1], code, args[0], body)
	}
}

func mode(ts *testscript.TestScript, _ bool, args []string) {
	st, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%o", st.Mode().Perm()); got != args[0] {
		ts.Fatalf("%s has mode %s, not %s", args[1], got, args[0])
	}
}

func sql(ts *testscript.TestScript, _ bool, args []string) {
	q := url.Values{"host": {ts.MkAbs("data/postgres")}, "user": {pgembed.User}}
	conn, err := pgx.Connect(context.Background(), "postgres:///"+pgembed.Database+"?"+q.Encode())
	ts.Check(err)
	defer conn.Close(context.Background())
	rows, err := conn.Query(context.Background(), args[0], pgx.QueryExecModeSimpleProtocol)
	ts.Check(err)
	for rows.Next() {
		v, err := rows.Values()
		ts.Check(err)
		fmt.Fprintln(ts.Stdout(), v...)
	}
	ts.Check(rows.Err())
}

func signalFile(ts *testscript.TestScript, _ bool, args []string) {
	b, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	line, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	ts.Check(err)
	signals := map[string]syscall.Signal{"KILL": syscall.SIGKILL, "QUIT": syscall.SIGQUIT, "TERM": syscall.SIGTERM,
		"HUP": syscall.SIGHUP, "PIPE": syscall.SIGPIPE}
	ts.Check(syscall.Kill(pid, signals[args[0]]))
}
