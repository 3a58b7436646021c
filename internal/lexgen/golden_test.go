package lexgen

import (
	"bytes"
	"flag"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite testdata/golden.txtar")

const goldenFile = "testdata/golden.txtar"

// golden returns the lexicons in the golden file and the code that must be
// generated from them.
func golden(t *testing.T) (fstest.MapFS, Files) {
	t.Helper()
	archive, err := txtar.ParseFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	in, out := fstest.MapFS{}, Files{}
	for _, f := range archive.Files {
		if name, ok := strings.CutPrefix(f.Name, "gen/"); ok {
			out[name] = f.Data
		} else {
			in[f.Name] = &fstest.MapFile{Data: f.Data}
		}
	}
	return in, out
}

// goldenPolicy uses every field of Policy.
func goldenPolicy() Policy {
	return Policy{
		Namespace: "com.example.chat",
		Base64:    []string{"defs.person.key"},
		ConvoIDs:  []string{"room", "rooms[]", "defs.person.home"},
		Methods: map[string]MethodPolicy{
			"follow":   {Rate: RateStream, Streams: "Happening"},
			"getPhoto": {Rate: RateDownload},
			"list":     {Rate: RateRead, Rules: []Rule{{"tags[]", tooLong, "BadTag"}}},
			"ping":     {Rate: RatePublic, Public: true},
			"post": {Rate: RateChange, Rules: []Rule{
				{"to", tooLong, "TooManyReaders"},
				{"author.friends[].since", malformed, "NotAllowed"},
			}},
			"putPhoto": {Rate: RateUpload, TooLarge: "PhotoTooLarge"},
			"watch":    {Rate: RateStream, Streams: "Happening", Ticket: true},
		},
		Status: map[string]int{"NotAllowed": 403, "PhotoTooLarge": 413},
		Full:   "authFull",
		Read:   "authRead",
	}
}

func mustLoad(t *testing.T, fsys fs.FS) *Set {
	t.Helper()
	set, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestGolden(t *testing.T) {
	in, want := golden(t)
	got, err := Generate(mustLoad(t, in), goldenPolicy())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		rewriteGolden(t, got)
		return
	}
	if !slices.Equal(got.Paths(), want.Paths()) {
		t.Errorf("files %v, want %v", got.Paths(), want.Paths())
	}
	for _, p := range got.Paths() {
		if !bytes.Equal(got[p], want[p]) {
			t.Errorf("%s differs:\n%s", p, got[p])
		}
	}
}

func rewriteGolden(t *testing.T, files Files) {
	t.Helper()
	archive, err := txtar.ParseFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return strings.HasPrefix(f.Name, "gen/") })
	for _, p := range files.Paths() {
		archive.Files = append(archive.Files, txtar.File{Name: "gen/" + p, Data: files[p]})
	}
	if err := os.WriteFile(goldenFile, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The code in the repository must be what the lexicons generate, and generating
// it twice must give the same bytes.
func TestRepositoryIsGenerated(t *testing.T) {
	const dir = "../../gen"
	var before Files
	for range 2 {
		files, err := Generate(mustLoad(t, os.DirFS("../../lexicons")), DefaultPolicy())
		if err != nil {
			t.Fatal(err)
		}
		if before != nil && !maps.EqualFunc(before, files, bytes.Equal) {
			t.Fatal("generating twice gave different bytes")
		}
		before = files
	}
	for _, p := range before.Paths() {
		if raw, err := os.ReadFile(filepath.Join(dir, p)); err != nil || !bytes.Equal(raw, before[p]) {
			t.Errorf("%s is not what lexgen writes (%v): run make generate", p, err)
		}
	}
	stale, err := staleFiles(dir, before)
	if err != nil || len(stale) > 0 {
		t.Errorf("stale files %v, %v", stale, err)
	}
}

// The generated folder must contain generated code only.
func TestFolderIsGeneratedOnly(t *testing.T) {
	err := filepath.WalkDir("../../gen", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(p)
		// Examples of the client are tests, and written by hand.
		if err == nil && !bytes.HasPrefix(raw, []byte(Header)) && !strings.HasSuffix(p, "_test.go") {
			t.Errorf("%s was not generated", p)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestWriteKeepsExactlyTheFiles(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		if err := writeFile(dir, name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	put("stale.go", Header+"\n\npackage gen\n")
	put("old/stale.go", Header+"\n\npackage old\n")
	put("hand.go", "package gen\n")
	put("a.go", Header+"\n\npackage gen // before\n")
	put("notes.md", Header)
	files := Files{"a.go": []byte(Header + "\n\npackage gen\n"), "sub/b.go": []byte(Header + "\n\npackage sub\n")}
	for range 2 {
		if err := Write(dir, files); err != nil {
			t.Fatal(err)
		}
	}
	var left []string
	_ = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			rel, _ := filepath.Rel(dir, p)
			left = append(left, filepath.ToSlash(rel))
		}
		return err
	})
	if want := []string{"a.go", "hand.go", "notes.md", "sub/b.go"}; !slices.Equal(left, want) {
		t.Errorf("left %v, want %v", left, want)
	}
	if raw, _ := os.ReadFile(filepath.Join(dir, "a.go")); !bytes.Equal(raw, files["a.go"]) {
		t.Errorf("a.go: %s", raw)
	}
}

func TestFieldNames(t *testing.T) {
	for in, want := range map[string]string{
		"did": "DID", "dids": "DIDs", "convoId": "ConvoID", "senderDid": "SenderDID", "didList": "DIDList",
		"embedUri": "EmbedURI", "cid": "CID", "waitMs": "WaitMs", "keyPackageHash": "KeyPackageHash", "identity": "Identity",
		"idempotencyKey": "IdempotencyKey", "n": "N", "a1B2": "A1B2",
	} {
		if got := fieldName(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
