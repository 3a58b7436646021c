// Package faults breaks what runs under the service, and holds every stream
// to what it should have delivered: two instances of the real binary, a real
// PostgreSQL and a real Redis, each of which is killed, stopped and cut off
// while many talk.
package faults

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// town is where the tests take place, one after the other.
var town *place

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if town, err = open(); err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		return 1
	}
	code := m.Run()
	if err := town.close(); err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		return 1
	}
	return code
}
