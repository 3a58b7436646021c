// Package faults tests the service while the components below it fail. It runs
// two instances of the real binary on a real PostgreSQL and a real Redis. Each
// of these is killed, stopped and disconnected while many users send messages.
// Every stream must still deliver exactly what it should.
package faults

import (
	"fmt"
	"os"
	"sync"
	"testing"
)

// deployment is shared by all tests, which run one after the other. The first
// test starts it.
var (
	deployment      *testDeployment
	startDeployment sync.Once
)

func sharedDeployment(t *testing.T) *testDeployment {
	t.Helper()
	startDeployment.Do(func() {
		var err error
		if deployment, err = startTestDeployment(beginning{}); err != nil {
			t.Error(err)
		}
	})
	if deployment == nil {
		t.Fatal("there is nothing to test on")
	}
	return deployment
}

func TestMain(m *testing.M) {
	code := m.Run()
	if deployment != nil {
		if err := deployment.close(); err != nil {
			fmt.Fprintln(os.Stderr, "faults:", err)
			code = 1
		}
	}
	os.Exit(code)
}
