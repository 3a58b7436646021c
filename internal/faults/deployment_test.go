package faults

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/freeport"
	"catbird.blue/mls/internal/pgembed"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/auth/authtest"
)

// testDeployment is everything that runs. Clients connect to the two instances
// through proxies, and the instances connect to PostgreSQL through another
// proxy.
type testDeployment struct {
	dir           string
	directory     *authtest.PLC
	postgres      *postgres
	redis         *redisServer
	databaseProxy *faultyProxy
	instances     [2]*instance
	// pool connects to PostgreSQL directly, without the proxy.
	pool *pgxpool.Pool
}

// did is the DID of the service, which both instances have.
const did = "did:web:localhost%3A3999"

// beginning is what a deployment starts with, if not with an empty database and
// the present version.
type beginning struct {
	// snapshot is a file of SQL that fills the database.
	snapshot string
	// source is the folder from which the binary is built.
	source string
}

func startTestDeployment(b beginning) (*testDeployment, error) {
	dir, err := os.MkdirTemp("/tmp", "faults") // the path of a Unix socket must be short
	if err != nil {
		return nil, err
	}
	p := &testDeployment{dir: dir}
	if err := p.startAll(b); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// buildServer builds the service from a folder, "" for this one.
func buildServer(source, binary string, args ...string) error {
	cmd := exec.CommandContext(context.Background(), "go", append(append([]string{"build"}, args...), "-o", binary, "catbird.blue/mls/cmd/mlsd")...)
	cmd.Dir = source
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build mlsd: %w\n%s", err, out)
	}
	return nil
}

// startAll starts all components.
func (p *testDeployment) startAll(b beginning) (err error) {
	dir := p.dir
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL may run as another user
		return err
	}
	binary := filepath.Join(dir, "mlsd")
	if err := buildServer(b.source, binary); err != nil {
		return err
	}
	p.directory = authtest.NewPLC()
	if p.postgres, err = startPostgres(filepath.Join(dir, "postgres")); err != nil {
		return err
	}
	if b.snapshot != "" {
		if err := p.postgres.fill(b.snapshot); err != nil {
			return err
		}
	}
	if p.databaseProxy, err = newFaultyProxy(p.postgres.dial); err != nil {
		return err
	}
	if p.redis, err = startRedis(dir); err != nil {
		return err
	}
	if err := auth.NewSecret().WriteFile(p.secretFile()); err != nil {
		return err
	}
	for i := range p.instances {
		if p.instances[i], err = p.newInstance(binary, i); err != nil {
			return err
		}
	}
	p.pool, err = pgxpool.New(context.Background(), p.postgres.url())
	return err
}

// secretFile is the path of the secret that all instances share.
func (p *testDeployment) secretFile() string { return filepath.Join(p.dir, "secret") }

func (p *testDeployment) newInstance(binary string, n int) (*instance, error) {
	dir := filepath.Join(p.dir, "instance"+strconv.Itoa(n))
	i := &instance{binary: binary, log: dir + ".log"}
	var err error
	if i.port, err = freeport.Port(); err != nil {
		return nil, err
	}
	if i.metricsPort, err = freeport.Port(); err != nil {
		return nil, err
	}
	i.env = append(withoutServerEnv(os.Environ()),
		"SERVER_PORT="+i.port,
		"MLS_METRICS_LISTEN=127.0.0.1:"+i.metricsPort,
		"SERVICE_DID="+did,
		"MLS_DEV=true",
		"MLS_DATA_DIR="+dir,
		"MLS_SECRET_FILE="+p.secretFile(),
		"MLS_PLC_URL="+p.directory.URL,
		"DATABASE_URL=postgres://"+pgembed.User+"@"+p.databaseProxy.addr()+"/"+pgembed.Database+"?sslmode=disable",
		"REDIS_URL=redis://127.0.0.1:"+p.redis.port+"/0",
		"MLS_RATE_LIMITS=off",
		"MLS_LOG_LEVEL=warn",
		// Messages race with commits in these tests. Accept all past epochs, so
		// that a message is not refused for that.
		"MLS_PAST_EPOCHS=1000",
		"MLS_STOP_TIMEOUT=5s",
	)
	if i.proxy, err = newFaultyProxy(func() (net.Conn, error) { return net.Dial("tcp", "127.0.0.1:"+i.port) }); err != nil {
		return nil, err
	}
	if err := i.start(); err != nil {
		i.proxy.close()
		return nil, err
	}
	return i, nil
}

// close stops all components and removes their files.
func (p *testDeployment) close() error {
	var errs []error
	if p.pool != nil {
		p.pool.Close()
	}
	for _, i := range p.instances {
		if i != nil {
			errs = append(errs, i.close())
		}
	}
	if p.redis != nil {
		p.redis.kill()
	}
	if p.databaseProxy != nil {
		p.databaseProxy.close()
	}
	if p.postgres != nil {
		errs = append(errs, p.postgres.stop())
	}
	if p.directory != nil {
		p.directory.Close()
	}
	return errors.Join(append(errs, os.RemoveAll(p.dir))...)
}

// faultContext returns the context of one fault.
func (p *testDeployment) faultContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), startTime)
}
