package eventlog

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestKnowsNoSockets: the log gives events to sinks. The code that writes them to
// sockets stays in package stream.
func TestKnowsNoSockets(t *testing.T) {
	sockets := []string{"net", "net/http", "syscall", "github.com/coder/websocket"}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range f.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if slices.Contains(sockets, path) {
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}
