package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"catbird.blue/mls/internal/dbtest"
)

func TestFileOfSettings(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mlsd.env")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# a comment\n; another\n\nSERVER_PORT=4000\nMLS_LOG_LEVEL=\"warn\"\n MLS_LOG_FORMAT='text'\r\nHTTPS_PROXY=http://proxy\n" +
		"DATABASE_URL=" + dbtest.URL(t) + "&application_name=a$b%23c\n")
	env := []string{"MLS_ENV_FILE=" + path, "SERVER_PORT=5000", "MLS_LOG_LEVEL=error"}
	code, out, errOut := try(t, env, "check-config", "-offline", "-log-level", "debug")
	if code != 0 || errOut != "" {
		t.Fatalf("ends with %d: %s", code, errOut)
	}
	for _, want := range []string{"SERVER_PORT=4000", "MLS_LOG_LEVEL=debug", "MLS_LOG_FORMAT=text"} {
		if !strings.Contains("\n"+out, "\n"+want+"\n") {
			t.Errorf("%q is missing in:\n%s", want, out)
		}
	}
	for text, want := range map[string]string{
		"MLS_LOGLEVEL=debug":         "MLS_LOGLEVEL: there is no such setting",
		"SERVER_PORT=1\nhunter2":     "MLS_ENV_FILE: line 2 of " + path + ": is not NAME=value",
		"export SERVER_PORT=1":       "MLS_ENV_FILE: line 1 of " + path + ": is not NAME=value",
		`SERVER_PORT="1`:             "MLS_ENV_FILE: line 1 of " + path + ": the value of SERVER_PORT has a quote",
		`REDIS_URL=redis://hunter2\`: "MLS_ENV_FILE: line 1 of " + path + ": the value of REDIS_URL has a quote or a backslash",
		"MLS_ENV_FILE=/other":        "MLS_ENV_FILE: line 1 of " + path + ": the file cannot name another one",
	} {
		write(text)
		code, _, errOut := try(t, nil, "check-config", "-env-file", path)
		if code != 2 || !strings.HasPrefix(errOut, "mlsd: "+want) || strings.Contains(errOut, "hunter2") {
			t.Errorf("%q ends with %d: %s", text, code, errOut)
		}
	}
}
