package lexgen

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/bluesky-social/indigo/atproto/lexicon"
	"github.com/bluesky-social/indigo/atproto/syntax"
)

// File is one lexicon file.
type File struct {
	// Path is the path below the folder that was loaded.
	Path string
	NSID string
	// Schema is the file as indigo parses it. tree is the same file with the
	// order of its fields.
	Schema *lexicon.SchemaFile
	tree   *node
	raw    []byte
}

// name returns the last segment of the NSID.
func (f *File) name() string { return f.NSID[strings.LastIndexByte(f.NSID, '.')+1:] }

// mainType returns the type of the main definition, "" if the file has none.
func (f *File) mainType() string { return f.tree.str("defs", "main", "type") }

// Set is a folder of lexicons.
type Set struct {
	// Files are sorted by NSID.
	Files []*File
	byID  map[string]*File
}

// Released is the name of the folder inside the lexicon folder that holds the
// lexicons of the last release.
const Released = "released"

// Load reads all .json files below fsys except those in the folder Released.
// The path of a file must be its NSID with slashes in place of dots:
// blue/catbird/mls/defs.json. Mistakes in the files are reported as Problems.
func Load(fsys fs.FS) (*Set, error) {
	s := &Set{byID: map[string]*File{}}
	var probs Problems
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if p == Released && err == nil {
			return fs.SkipDir
		}
		if err != nil || d.IsDir() || path.Ext(p) != ".json" || path.Dir(p) == "." {
			return err
		}
		raw, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		f, err := parseFile(p, raw)
		if err != nil {
			probs.collect(err)
			return nil
		}
		s.Files = append(s.Files, f)
		s.byID[f.NSID] = f
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read lexicons: %w", err)
	}
	slices.SortFunc(s.Files, func(a, b *File) int { return strings.Compare(a.NSID, b.NSID) })
	return s, probs.asError()
}

func parseFile(p string, raw []byte) (*File, error) {
	fail := func(format string, args ...any) (*File, error) {
		return nil, Problems{{File: p, Message: fmt.Sprintf(format, args...)}}
	}
	tree, err := parseTree(raw)
	if err != nil {
		return fail("malformed JSON: %v", err)
	}
	// Keys and types are checked before indigo parses the file, because indigo
	// ignores what it does not know.
	if probs := checkKeys(p, tree); len(probs) > 0 {
		return nil, probs
	}
	var schema lexicon.SchemaFile
	if err := json.Unmarshal(raw, &schema); err != nil {
		return fail("%v", err)
	}
	if _, err := syntax.ParseNSID(schema.ID); err != nil {
		return fail("id: %q is not an NSID", schema.ID)
	}
	if want := strings.ReplaceAll(schema.ID, ".", "/") + ".json"; p != want {
		return fail("id: the file of %s must be %s", schema.ID, want)
	}
	if err := schema.FinishParse(); err != nil {
		return fail("%v", err)
	}
	if err := schema.CheckSchema(); err != nil {
		return fail("%v", err)
	}
	return &File{Path: p, NSID: schema.ID, Schema: &schema, tree: tree, raw: raw}, nil
}

// resolve resolves a ref in the file from. It returns the file, the name of the
// definition and its tree.
func (s *Set) resolve(from *File, ref string) (*File, string, *node) {
	id, def, hasDef := strings.Cut(ref, "#")
	if !hasDef {
		def = "main"
	}
	f := from
	if id != "" {
		f = s.byID[id]
	}
	if f == nil {
		return nil, "", nil
	}
	return f, def, f.tree.get("defs", def)
}
