package rolling

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"catbird.blue/mls/internal/freeport"
)

// proxy is a running reverse proxy.
type proxy struct {
	url, plainURL string
	cert          *certificate
}

func (p *proxy) transport() *http.Transport {
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: p.cert.pool, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: 64, ResponseHeaderTimeout: time.Minute}
}

// certificate is self-signed, for localhost.
type certificate struct {
	chain, key string
	pool       *x509.CertPool
}

func newCertificate(t *testing.T) *certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c := &certificate{chain: filepath.Join(dir, "chain.pem"), key: filepath.Join(dir, "key.pem"), pool: x509.NewCertPool()}
	chain := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	c.pool.AppendCertsFromPEM(chain)
	write(t, c.chain, string(chain))
	write(t, c.key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
	return c
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// shipped returns a file of deploy/ with some words replaced, given in pairs. Each
// must occur in it exactly once, so that what is tested is what is shipped.
func shipped(t *testing.T, file string, pairs ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("../../deploy", file))
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for i := 0; i < len(pairs); i += 2 {
		if n := strings.Count(text, pairs[i]); n != 1 {
			t.Fatalf("%q occurs %d times in %s", pairs[i], n, file)
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text
}

// ports returns free ports for https and http.
func ports(t *testing.T) (secure, plain string) {
	t.Helper()
	for _, p := range []*string{&secure, &plain} {
		var err error
		if *p, err = freeport.Port(); err != nil {
			t.Fatal(err)
		}
	}
	return secure, plain
}

func startNginx(t *testing.T, s *setup, dir string, cert *certificate) *proxy {
	t.Helper()
	secure, plain := ports(t)
	second := "    # server 127.0.0.1:3001 max_fails=0;"
	write(t, dir+"/mlsd.conf", shipped(t, "nginx/mlsd.conf",
		"    server 127.0.0.1:3000 max_fails=0;", "    server "+s.instances[0].Addr()+" max_fails=0;",
		second, "    server "+s.instances[1].Addr()+" max_fails=0;",
		"listen 80;", "listen 127.0.0.1:"+plain+";", "listen [::]:80;", "",
		"listen 443 ssl http2;", "listen 127.0.0.1:"+secure+" ssl http2;", "listen [::]:443 ssl http2;", "",
		"ssl_certificate /etc/letsencrypt/live/mls.example.com/fullchain.pem;", "ssl_certificate "+cert.chain+";",
		"ssl_certificate_key /etc/letsencrypt/live/mls.example.com/privkey.pem;", "ssl_certificate_key "+cert.key+";",
		"/var/log/nginx/mlsd.access.log", dir+"/access.log", "/var/log/nginx/mlsd.error.log crit", dir+"/error.log error"))
	t.Cleanup(func() { tellErrors(t, dir+"/error.log") })
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;"
	}
	temporary := ""
	for _, name := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temporary += fmt.Sprintf("%s_temp_path %s/%s; ", name, dir, name)
	}
	write(t, dir+"/nginx.conf", shipped(t, "nginx/nginx.conf",
		"user www-data;", user, "worker_processes auto;", "daemon off; worker_processes 2;",
		"/run/nginx.pid", dir+"/pid", "/var/log/nginx/error.log", dir+"/main.log",
		"include /etc/nginx/conf.d/*.conf;", temporary+"include "+dir+"/mlsd.conf;"))
	return runProxy(t, cert, secure, plain, program("nginx"), nil, "-p", dir, "-c", dir+"/nginx.conf", "-e", dir+"/main.log")
}

func startCaddy(t *testing.T, s *setup, dir string, cert *certificate) *proxy {
	t.Helper()
	secure, plain := ports(t)
	write(t, dir+"/Caddyfile", shipped(t, "caddy/Caddyfile",
		"{\n\tservers {", "{\n\tadmin off\n\thttp_port "+plain+"\n\thttps_port "+secure+"\n\tskip_install_trust\n\tservers {",
		"{$MLS_HOST:mls.example.com} {", "{$MLS_HOST:mls.example.com} {\n\ttls "+cert.chain+" "+cert.key))
	env := []string{"XDG_DATA_HOME=" + dir, "XDG_CONFIG_HOME=" + dir, "HOME=" + dir, "MLS_HOST=localhost",
		"MLS_INSTANCES=" + s.instances[0].Addr() + " " + s.instances[1].Addr(), "MLS_ACCESS_LOG=file " + dir + "/access.log"}
	return runProxy(t, cert, secure, plain, *caddy, env, "run", "--config", dir+"/Caddyfile", "--adapter", "caddyfile")
}

// tellErrors prints how often nginx met which error of an instance. Refused
// connections are those that it repeated elsewhere.
func tellErrors(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	}
	counts := map[string]int{}
	for line := range strings.Lines(string(b)) {
		_, message, _ := strings.Cut(line, "*")
		_, message, _ = strings.Cut(message, " ")
		message, _, _ = strings.Cut(message, ", client:")
		counts[message]++
	}
	t.Logf("messages of nginx: %v", counts)
}

// program finds a program that may be in a directory for root.
func program(name string) string {
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin"} {
		if _, err := os.Stat(dir + "/" + name); err == nil {
			return dir + "/" + name
		}
	}
	return name
}

// runProxy runs a proxy until the test ends, and waits until it listens.
func runProxy(t *testing.T, cert *certificate, secure, plain, name string, env []string, args ...string) *proxy {
	t.Helper()
	var out strings.Builder
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-ended
		if t.Failed() {
			t.Logf("%s said:\n%s", name, out.String())
		}
	})
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", "127.0.0.1:"+secure)
		if err == nil {
			conn.Close()
			return &proxy{url: "https://localhost:" + secure, plainURL: "http://localhost:" + plain, cert: cert}
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s ended: %v\n%s", name, err, out.String())
		default:
		}
		if time.Now().After(end) {
			t.Fatalf("%s does not listen", name)
		}
	}
}
