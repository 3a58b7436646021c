package client_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"catbird.blue/mls/internal/testbed"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/xrpc"
)

// service is a delivery service that the examples call: the binary with a
// PostgreSQL of its own, and a PLC directory of the accounts.
type service struct {
	url, did string
	dir      string // of the binary
	plc      *authtest.PLC
	world    *testbed.World
	instance *testbed.Instance
}

// start starts the service when the first example needs it. TestMain ends it,
// since examples have no end of their own.
var (
	start   = sync.OnceValues(startService)
	started *service
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func startService() (*service, error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "client")
	if err != nil {
		return nil, err
	}
	started = &service{dir: dir}
	binary, err := build(ctx, dir)
	if err != nil {
		return nil, err
	}
	if started.world, err = testbed.New(ctx, "client", binary); err != nil {
		return nil, err
	}
	if started.instance, _, err = started.world.StartInstance(ctx); err != nil {
		return nil, err
	}
	started.url, started.did, started.plc = "http://"+started.instance.Addr(), started.instance.ServiceDID, started.world.PLC
	return started, nil
}

// build returns the path of the binary: MLSD names one that exists.
func build(ctx context.Context, dir string) (string, error) {
	if binary := os.Getenv("MLSD"); binary != "" {
		return binary, nil
	}
	binary := filepath.Join(dir, "mlsd")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "catbird.blue/mls/cmd/mlsd").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build mlsd: %w: %s", err, out)
	}
	return binary, nil
}

func stop() error {
	if started == nil {
		return nil
	}
	var errs []error
	if started.instance != nil {
		errs = append(errs, started.instance.Stop())
	}
	if started.world != nil {
		errs = append(errs, started.world.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(started.dir))...)
}

// refusal returns the name of the lexicon error, or "".
func refusal(err error) string {
	var failure *xrpc.Error
	if errors.As(err, &failure) {
		return failure.Name
	}
	return ""
}
