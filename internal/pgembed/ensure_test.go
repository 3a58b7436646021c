package pgembed

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// tools/ensure.sh, which installs PostgreSQL for make run, must find the
// installations that this package finds, and must not accept those that it
// refuses.
func TestEnsureScriptFindsTheSameInstalls(t *testing.T) {
	script, err := os.ReadFile("../../tools/ensure.sh")
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range installDirs {
		if !strings.Contains(string(script), place+"/postgres") {
			t.Errorf("tools/ensure.sh does not look for %s/postgres", place)
		}
	}
	if want := fmt.Sprintf("at_least %d ", MinVersion); !strings.Contains(string(script), want) {
		t.Errorf("tools/ensure.sh does not ask for PostgreSQL %d or newer", MinVersion)
	}
}
