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

	"catbird.blue/mls/internal/pgembed"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/auth/authtest"
)

// place is everything that runs: clients reach two instances through cables,
// and the instances PostgreSQL through another one.
type place struct {
	dir       string
	directory *authtest.PLC
	postgres  *postgres
	redis     *redisServer
	toData    *cable
	instances [2]*instance
	// pool reaches PostgreSQL past the cable.
	pool *pgxpool.Pool
}

// did is the identity of the service, whichever instance answers.
const did = "did:web:localhost%3A3999"

func open() (*place, error) {
	dir, err := os.MkdirTemp("/tmp", "faults") // the path of a socket has to be short
	if err != nil {
		return nil, err
	}
	p := &place{dir: dir}
	if err := p.fill(); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// fill starts everything.
func (p *place) fill() (err error) {
	dir := p.dir
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL may run as another user
		return err
	}
	binary := filepath.Join(dir, "mlsd")
	if out, err := exec.CommandContext(context.Background(), "go", "build", "-o", binary, "catbird.blue/mls/cmd/mlsd").CombinedOutput(); err != nil {
		return fmt.Errorf("build mlsd: %w\n%s", err, out)
	}
	p.directory = authtest.NewPLC()
	if p.postgres, err = startPostgres(filepath.Join(dir, "postgres")); err != nil {
		return err
	}
	if p.toData, err = newCable(p.postgres.dial); err != nil {
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

// secretFile has the secret that all instances share.
func (p *place) secretFile() string { return filepath.Join(p.dir, "secret") }

func (p *place) newInstance(binary string, n int) (*instance, error) {
	dir := filepath.Join(p.dir, "instance"+strconv.Itoa(n))
	i := &instance{binary: binary, log: dir + ".log"}
	var err error
	if i.port, err = freePort(); err != nil {
		return nil, err
	}
	if i.metricsPort, err = freePort(); err != nil {
		return nil, err
	}
	i.env = append(withoutOurs(os.Environ()),
		"SERVER_PORT="+i.port,
		"MLS_METRICS_LISTEN=127.0.0.1:"+i.metricsPort,
		"SERVICE_DID="+did,
		"MLS_DEV=true",
		"MLS_DATA_DIR="+dir,
		"MLS_SECRET_FILE="+p.secretFile(),
		"MLS_PLC_URL="+p.directory.URL,
		"DATABASE_URL=postgres://"+pgembed.User+"@"+p.toData.addr()+"/"+pgembed.Database+"?sslmode=disable",
		"REDIS_URL=redis://127.0.0.1:"+p.redis.port+"/0",
		"MLS_RATE_LIMITS=off",
		"MLS_LOG_LEVEL=warn",
		// Messages race with commits here, and who is right is not the question.
		"MLS_PAST_EPOCHS=1000",
		"MLS_STOP_TIMEOUT=5s",
	)
	if i.cable, err = newCable(func() (net.Conn, error) { return net.Dial("tcp", "127.0.0.1:"+i.port) }); err != nil {
		return nil, err
	}
	if err := i.start(); err != nil {
		i.cable.close()
		return nil, err
	}
	return i, nil
}

// close ends all of it, and removes what it wrote.
func (p *place) close() error {
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
	if p.toData != nil {
		p.toData.close()
	}
	if p.postgres != nil {
		errs = append(errs, p.postgres.stop())
	}
	if p.directory != nil {
		p.directory.Close()
	}
	return errors.Join(append(errs, os.RemoveAll(p.dir))...)
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), nil
}

// bounded is a context for a fault.
func (p *place) bounded() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), startTime)
}
