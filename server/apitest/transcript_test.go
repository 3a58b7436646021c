package apitest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
)

// TestTranscripts runs the transcripts in testdata.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	for _, file := range must(filepath.Glob("testdata/*.txt"))(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			runScript(t, s, file)
		})
	}
}

// Every method has a transcript that calls it.
func TestEveryMethodHasATranscript(t *testing.T) {
	files := must(filepath.Glob("testdata/*.txt"))(t)
	for _, m := range gen.Methods {
		name := strings.TrimPrefix(m.NSID, namespace)
		file := filepath.Join("testdata", name+".txt")
		if !slices.Contains(files, file) {
			t.Errorf("%s has no transcript %s", m.NSID, file)
		}
		files = slices.DeleteFunc(files, func(f string) bool { return f == file })
	}
	if len(files) > 0 {
		t.Errorf("transcripts of nothing: %v", files)
	}
}

// Every method is called by the end-to-end tests. Those compare the calls that
// they made with the lexicons; this test needs no Node.js, and reads only whether
// a call is written down.
func TestEveryMethodIsCalledEndToEnd(t *testing.T) {
	t.Parallel()
	var calls string
	for _, pattern := range []string{"../../e2e/bindings/*.mjs", "../../e2e/lib/device.mjs"} {
		for _, file := range must(filepath.Glob(pattern))(t) {
			calls += string(must(os.ReadFile(file))(t))
		}
	}
	for _, m := range gen.Methods {
		if name := strings.TrimPrefix(m.NSID, namespace); !strings.Contains(calls, "'"+name+"'") && !strings.Contains(calls, "'"+m.NSID+"'") {
			t.Errorf("%s is not called in e2e/bindings/every-method.mjs", m.NSID)
		}
	}
}
