package apitest

import (
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
