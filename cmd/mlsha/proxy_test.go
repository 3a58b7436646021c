package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestNginxTakesItsConfiguration: nginx accepts the shipped files as they are
// changed for the trial.
func TestNginxTakesItsConfiguration(t *testing.T) {
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin")
	dir := t.TempDir()
	s := &site{deploy: "../../deploy"}
	upstream := filepath.Join(dir, "upstream.conf")
	if err := os.WriteFile(upstream, []byte("upstream mlsd { server 127.0.0.1:3000 max_fails=0; }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	conf, err := s.nginxConf(dir, upstream)
	if err != nil {
		t.Fatal(err)
	}
	// The test of a configuration opens its ports, and this one needs no root.
	site := filepath.Join(dir, "mlsd.conf")
	text, err := os.ReadFile(site)
	if err != nil {
		t.Fatal(err)
	}
	unprivileged, err := replaceOnce(string(text), "listen 80;", "listen unix:"+filepath.Join(dir, "http")+";")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(site, []byte(unprivileged), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("nginx", "-t", "-p", dir, "-c", conf, "-e", filepath.Join(dir, "error.log")).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func TestReplaceOnce(t *testing.T) {
	if got, err := replaceOnce("a b c", "a", "x", "c", ""); got != "x b " || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for _, text := range []string{"b", "a a"} {
		if _, err := replaceOnce(text, "a", "x"); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}
