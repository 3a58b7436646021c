// Package apitest tests the methods as a client meets them: real tokens over
// real HTTP, through the handler and the server that mlsd runs, down to
// PostgreSQL. Every answer of every test goes through a recorder that holds it
// against the lexicons; when all tests have run, it tells which declared error
// was never seen.
//
// The transcripts in testdata read as documentation of the methods. script.go
// says how they are written.
package apitest

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"testing"

	"catbird.blue/mls/internal/lexgen/oracle"
	"catbird.blue/mls/lexicons"
	"catbird.blue/mls/server/auth/authtest"
)

// What all tests of the package share: a directory of identities, the
// lexicons as indigo reads them, and the memory of all answers.
var (
	plc      *authtest.PLC
	contract *oracle.Oracle
	seen     = newRecorder()
)

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	folder, err := fs.Sub(lexicons.FS, "blue")
	if err == nil {
		contract, err = oracle.New(folder)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	plc = authtest.NewPLC()
	defer plc.Close()
	code := m.Run()
	if code != 0 || selected() {
		return code
	}
	if missing := seen.missing(); len(missing) > 0 {
		for _, line := range missing {
			fmt.Fprintln(os.Stderr, line)
		}
		fmt.Fprintln(os.Stderr, "FAIL: the tests did not see all that the lexicons declare")
		return 1
	}
	return code
}

// selected tells that only some of the tests were asked for.
func selected() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.bench", "test.fuzz"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return true
		}
	}
	return false
}
