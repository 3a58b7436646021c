// Package faults breaks what runs under the service, and holds every stream
// to what it should have delivered: two instances of the real binary, a real
// PostgreSQL and a real Redis, each of which is killed, stopped and cut off
// while many talk.
package faults

import (
	"fmt"
	"os"
	"sync"
	"testing"
)

// town is where the tests take place, one after the other. The first opens it.
var (
	town  *place
	enter sync.Once
)

func here(t *testing.T) *place {
	t.Helper()
	enter.Do(func() {
		var err error
		if town, err = open(); err != nil {
			t.Error(err)
		}
	})
	if town == nil {
		t.Fatal("there is nothing to test on")
	}
	return town
}

func TestMain(m *testing.M) {
	code := m.Run()
	if town != nil {
		if err := town.close(); err != nil {
			fmt.Fprintln(os.Stderr, "faults:", err)
			code = 1
		}
	}
	os.Exit(code)
}
