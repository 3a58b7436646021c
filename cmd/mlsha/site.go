package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/internal/pgembed"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/auth/authtest"
)

// Passwords of the site. It lives in a network of its own.
const (
	restPassword      = "rest-secret"
	superuserPassword = "superuser-secret"
	mlsPassword       = "mls-secret"
	redisPassword     = "redis-secret"
)

// serviceDID is the DID of the service in deploy/ha/mlsd.env.in.
const serviceDID = "did:web:mls.example.com"

// downAfter is after how many milliseconds the Sentinel of a machine misses Redis.
var downAfter = map[string]string{"db1": "2000", "db2": "2500", "db3": "3000"}

// serviceURL is where clients call the service: nginx.
const serviceURL = "http://10.0.0.10"

// site is everything that runs.
type site struct {
	dir, deploy, binary, bin string
	major                    int
	plc                      *authtest.PLC
	plcServer                *http.Server
	programs                 []*program
}

func newSite(ctx context.Context, dir string, o options) (s *site, err error) {
	found, err := pgembed.Find(ctx, 0)
	if err != nil {
		return nil, err
	}
	s = &site{dir: dir, bin: found.BinDir, major: found.Major, plc: authtest.NewPLC()}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	if s.deploy, err = filepath.Abs(o.deploy); err != nil {
		return s, err
	}
	if s.binary, err = filepath.Abs(o.binary); err != nil {
		return s, err
	}
	if err := os.Chmod(dir, 0o755); err != nil { // the programs run as accounts of their own
		return s, err
	}
	if err := makeNetwork(ctx); err != nil {
		return s, err
	}
	if err := s.startPLC(); err != nil {
		return s, err
	}
	began := time.Now()
	if err := s.startDatabases(ctx); err != nil {
		return s, err
	}
	if err := s.startServices(ctx); err != nil {
		return s, err
	}
	fmt.Printf("started in %s: Patroni %s, PostgreSQL %d, etcd %s, Redis %s, nginx %s\n", time.Since(began).Round(time.Second),
		version(ctx, "patroni", "--version"), found.Major, version(ctx, "etcd", "--version"),
		version(ctx, "redis-server", "--version"), version(ctx, "nginx", "-v"))
	return s, nil
}

// version returns the first number with dots that a program prints.
func version(ctx context.Context, name string, args ...string) string {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return err.Error()
	}
	return regexp.MustCompile(`\d+\.\d+(\.\d+)?`).FindString(string(out))
}

// startPLC serves the directory of accounts where the services reach it.
func (s *site) startPLC() error {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", hub+":2582")
	if err != nil {
		return fmt.Errorf("directory: %w", err)
	}
	s.plcServer = &http.Server{Handler: s.plc, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.plcServer.Serve(l) }() // it ends with the site
	return nil
}

// folder makes a folder of a machine for an account.
func (s *site) folder(m machine, name, account string) (string, error) {
	dir := filepath.Join(s.dir, m.name, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	return dir, chown(dir, account)
}

func chown(path, account string) error {
	uid, gid, err := accountIDs(account)
	if err != nil {
		return err
	}
	u, err1 := strconv.Atoi(uid)
	g, err2 := strconv.Atoi(gid)
	return errors.Join(err1, err2, os.Chown(path, u, g))
}

// render writes a shipped file with the words between @ filled in, and with
// other words replaced, each of which it must contain.
func (s *site) render(file string, m machine, dir, account string, replace ...string) (string, error) {
	raw, err := os.ReadFile(filepath.Join(s.deploy, "ha", file))
	if err != nil {
		return "", err
	}
	text := strings.NewReplacer("@NAME@", m.name, "@ADDRESS@", m.address, "@REST_PASSWORD@", restPassword,
		"@SUPERUSER_PASSWORD@", superuserPassword, "@REPLICATION_PASSWORD@", "replication-secret",
		"@REWIND_PASSWORD@", "rewind-secret", "@MLS_PASSWORD@", mlsPassword, "@REDIS_PASSWORD@", redisPassword,
		"@MAJOR@", strconv.Itoa(s.major), "@DOWN_AFTER@", downAfter[m.name]).Replace(string(raw))
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(text, replace[i]) {
			return "", fmt.Errorf("%s has no %q", file, replace[i])
		}
		text = strings.ReplaceAll(text, replace[i], replace[i+1])
	}
	if left := regexp.MustCompile(`@[A-Z_]+@`).FindString(text); left != "" {
		return "", fmt.Errorf("%s: nothing is known of %s", file, left)
	}
	path := filepath.Join(dir, strings.TrimSuffix(file, ".in"))
	return path, errors.Join(os.WriteFile(path, []byte(text), 0o600), chown(path, account))
}

// environment reads a file of NAME=value lines.
func environment(path string) ([]string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out []string
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out, nil
}

// add makes a program of the site and starts it.
func (s *site) add(p *program) error {
	p.log = filepath.Join(s.dir, p.at.name, p.name+".log")
	if p.quit == 0 {
		p.quit = syscall.SIGTERM
	}
	s.programs = append(s.programs, p)
	return p.start()
}

// at returns the program of a machine.
func (s *site) at(m machine, name string) *program {
	for _, p := range s.programs {
		if p.at == m && p.name == name {
			return p
		}
	}
	panic("mlsha: no " + name + " at " + m.name)
}

func (s *site) startDatabases(ctx context.Context) error {
	for _, m := range databases {
		if err := errors.Join(s.startEtcd(m), s.startRedis(m)); err != nil {
			return err
		}
	}
	for _, m := range databases {
		if err := s.startPatroni(m); err != nil {
			return err
		}
		// The first machine makes the database, and the others copy it.
		if err := until(ctx, "the primary", func() error {
			_, _, err := leader(ctx)
			return err
		}); err != nil {
			return fmt.Errorf("%w\n%s", err, s.at(m, "patroni").logTail())
		}
	}
	if err := whole(ctx); err != nil {
		return err
	}
	return s.createDatabase(ctx)
}

func (s *site) startEtcd(m machine) error {
	dir, err := s.folder(m, "etcd", "etcd")
	if err != nil {
		return err
	}
	file, err := s.render("etcd.env.in", m, dir, "etcd", "/var/lib/etcd/mls", filepath.Join(dir, "data"))
	if err != nil {
		return err
	}
	env, err := environment(file)
	if err != nil {
		return err
	}
	return s.add(&program{name: "etcd", at: m, account: "etcd", args: []string{"etcd"}, env: env})
}

func (s *site) startRedis(m machine) error {
	dir, err := s.folder(m, "redis", "redis")
	if err != nil {
		return err
	}
	replace := []string{"/var/lib/redis", dir}
	if m == databases[0] {
		replace = append(replace, "\nreplicaof 10.0.0.11 6379\n", "\n")
	}
	conf, err := s.render("redis.conf.in", m, dir, "redis", replace...)
	if err != nil {
		return err
	}
	watch, err := s.render("sentinel.conf.in", m, dir, "redis", "/var/lib/redis", dir)
	if err != nil {
		return err
	}
	return errors.Join(
		s.add(&program{name: "redis", at: m, account: "redis", args: []string{"redis-server", conf}}),
		s.add(&program{name: "sentinel", at: m, account: "redis", args: []string{"redis-sentinel", watch}}))
}

func (s *site) startPatroni(m machine) error {
	dir, err := s.folder(m, "postgres", "postgres")
	if err != nil {
		return err
	}
	conf, err := s.render("patroni.yml.in", m, dir, "postgres", "/var/lib/postgresql/patroni", dir,
		fmt.Sprintf("/usr/lib/postgresql/%d/bin", s.major), s.bin,
		"/var/run/postgresql", dir,
		// A watchdog would restart this machine.
		"mode: automatic", `mode: "off"`)
	if err != nil {
		return err
	}
	return s.add(&program{name: "patroni", at: m, account: "postgres", args: []string{"/usr/bin/patroni", conf},
		env: []string{"PGAPPNAME=patroni"}})
}

// databaseURL names a database of the cluster, at whichever machine is the
// primary, or at one machine.
func databaseURL(user, password, database string, at ...machine) string {
	var hosts []string
	for _, m := range at {
		hosts = append(hosts, m.address)
	}
	options := "connect_timeout=2"
	if len(at) == 0 {
		options += "&target_session_attrs=read-write"
		for _, m := range databases {
			hosts = append(hosts, m.address)
		}
	}
	return "postgres://" + user + ":" + password + "@" + strings.Join(hosts, ",") + "/" + database + "?" + options
}

func (s *site) createDatabase(ctx context.Context) error {
	file, err := s.render("create.sql.in", databases[0], s.dir, "postgres")
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, databaseURL("postgres", superuserPassword, "postgres"))
	if err != nil {
		return fmt.Errorf("create the database: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	// Each statement alone: CREATE DATABASE runs in no transaction.
	for _, statement := range append(strings.Split(strings.TrimSpace(string(raw)), ";\n"), "CREATE TABLE cut_off (n BIGINT)") {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("create the database: %s: %w", statement, err)
		}
	}
	return nil
}

// blobs is the folder that stands for the bucket. It is in memory: the service
// refuses writes when the disk of its blobs is nearly full, and how full the disk
// of this machine is, is not what is tried.
const blobs = "/run/mls-blobs"

func (s *site) startServices(ctx context.Context) error {
	shared := filepath.Join(s.dir, "shared")
	if err := errors.Join(os.MkdirAll(shared, 0o755), os.MkdirAll(blobs, 0o755), s.keys(ctx, shared)); err != nil {
		return err
	}
	for _, m := range services {
		dir, err := s.folder(m, "mlsd", "root")
		if err != nil {
			return err
		}
		file, err := s.render("mlsd.env.in", m, dir, "root",
			"MLS_KEY_FILE=/var/lib/mlsd/", "MLS_KEY_FILE="+shared+"/", "MLS_SECRET_FILE=/var/lib/mlsd/", "MLS_SECRET_FILE="+shared+"/",
			"/var/lib/mlsd", dir, "s3://mls-attachments?region=eu-central-1", "file://"+blobs)
		if err != nil {
			return err
		}
		env, err := environment(file)
		if err != nil {
			return err
		}
		env = append(env, "MLS_PLC_URL=http://"+hub+":2582", "MLS_DEV=true", "MLS_RATE_LIMITS=off", "MLS_STOP_TIMEOUT=5s", "MLS_PAST_EPOCHS=1000")
		if err := s.add(&program{name: "mlsd", at: m, account: "root", args: []string{s.binary, "serve"}, env: env}); err != nil {
			return err
		}
		if err := s.ready(ctx, m); err != nil {
			return err
		}
	}
	return s.startProxy(ctx)
}

// keys writes the key and the secret that the instances share.
func (s *site) keys(ctx context.Context, dir string) error {
	cmd := exec.CommandContext(ctx, s.binary, "keygen", "-service-did", serviceDID, "-key-file", filepath.Join(dir, "service.key"))
	cmd.Env = baseEnv()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("keygen: %w: %s", err, out)
	}
	if _, err := auth.LoadSecret(filepath.Join(dir, "service.secret")); err != nil {
		return err
	}
	return nil
}

// ready waits until an instance takes requests.
func (s *site) ready(ctx context.Context, m machine) error {
	if err := until(ctx, "the service at "+m.name, func() error { return answers(ctx, "http://"+m.address+":3000/health/ready") }); err != nil {
		return fmt.Errorf("%w\n%s", err, s.at(m, "mlsd").logTail())
	}
	return nil
}

// answers fetches a URL, whose status must be 200.
func answers(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := patroniClient.Do(r)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", res.Status)
	}
	return nil
}

// stop kills everything. The namespace kills what is left.
func (s *site) stop() {
	for _, p := range s.programs {
		if p.cmd != nil && p.cmd.Process != nil {
			_ = killFamily(p.cmd.Process.Pid) // it may have ended
		}
	}
	if s.plcServer != nil {
		_ = s.plcServer.Close()
	}
	s.plc.Close()
}
