// Package lexicons holds the public contract: one JSON file for each method
// and set of permissions of blue.catbird.mls, and the shared definitions
// (https://atproto.com/specs/lexicon).
package lexicons

import (
	"embed"
	"io/fs"
	"strings"
)

// FS has the lexicons at their NSIDs, dots as slashes:
// blue/catbird/mls/defs.json.
//
//go:embed blue
var FS embed.FS

// JSON gives the file of an NSID as it is written; ok is false where there is
// none.
func JSON(nsid string) (file []byte, ok bool) {
	// An NSID has no slash, so it cannot name anything outside the folder.
	if strings.ContainsAny(nsid, "/\\") {
		return nil, false
	}
	file, err := FS.ReadFile(path(nsid))
	return file, err == nil
}

// NSIDs lists all lexicons, sorted.
func NSIDs() []string {
	var out []string
	// The tree is in the binary: walking it cannot fail.
	_ = fs.WalkDir(FS, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, strings.ReplaceAll(strings.TrimSuffix(p, ".json"), "/", "."))
		}
		return err
	})
	return out
}

func path(nsid string) string { return strings.ReplaceAll(nsid, ".", "/") + ".json" }
