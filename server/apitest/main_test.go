// Package apitest tests the methods as a client uses them: with tokens over
// HTTP, through the handler and the server that mlsd runs, down to PostgreSQL.
// A recorder checks every answer of every test against the lexicons. After all
// tests it reports the declared errors that never occurred.
//
// The transcripts in testdata also document the methods. script_test.go
// describes their syntax.
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

// Shared by all tests of the package: a PLC directory, the lexicons as indigo
// reads them, and the recorder.
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

// selected reports whether only some of the tests run.
func selected() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.bench", "test.fuzz"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return true
		}
	}
	return false
}
