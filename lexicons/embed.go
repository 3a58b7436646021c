// Package lexicons holds the public API: one JSON file for each method and each
// permission set of blue.catbird.mls, and the shared definitions
// (https://atproto.com/specs/lexicon).
package lexicons

import (
	"embed"
	"io/fs"
	"strings"
)

// FS contains the lexicons. The path of a file is its NSID with slashes in place
// of dots: blue/catbird/mls/defs.json.
//
//go:embed blue
var FS embed.FS

// JSON returns the lexicon file of an NSID without changes. ok is false if
// there is none.
func JSON(nsid string) (file []byte, ok bool) {
	// An NSID contains no slash, so it cannot name a file outside the folder.
	if strings.ContainsAny(nsid, "/\\") {
		return nil, false
	}
	file, err := FS.ReadFile(path(nsid))
	return file, err == nil
}

// NSIDs lists all lexicons, sorted.
func NSIDs() []string {
	var out []string
	// The files are embedded in the binary, so walking them cannot fail.
	_ = fs.WalkDir(FS, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, strings.ReplaceAll(strings.TrimSuffix(p, ".json"), "/", "."))
		}
		return err
	})
	return out
}

func path(nsid string) string { return strings.ReplaceAll(nsid, ".", "/") + ".json" }
