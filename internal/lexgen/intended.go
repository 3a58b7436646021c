package lexgen

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"
)

// IntendedFile lists the intended breaking changes since the last release.
const IntendedFile = "intended.json"

// Intended is a breaking change that was made on purpose.
type Intended struct {
	// Date is the date of the decision, YYYY-MM-DD.
	Date string `json:"date"`
	// Change is the text that `lexgen breaking` prints for the change.
	Change string `json:"change"`
	// Reason explains the change to people.
	Reason string `json:"reason"`
}

// CheckBreaking compares the folder of the last release, which contains its
// list of intended changes, with the current lexicons. It reports a breaking
// change that is not on the list, and an entry of the list that matches no
// change.
func CheckBreaking(released fs.FS, current *Set) error {
	before, err := Load(released)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(before.Files) == 0 {
		return errors.New("there is no snapshot of a release: `lexgen snapshot` makes one")
	}
	if err != nil {
		return err
	}
	list, err := loadIntended(released)
	if err != nil {
		return err
	}
	meant := map[string]bool{}
	for _, one := range list {
		meant[one.Change] = false
	}
	var probs Problems
	for _, p := range Breaking(before, current) {
		if _, ok := meant[p.String()]; ok {
			meant[p.String()] = true
			continue
		}
		probs = append(probs, p)
	}
	for _, one := range list {
		if !meant[one.Change] {
			probs.add(IntendedFile, "", "nothing matches %q", one.Change)
		}
	}
	return probs.asError()
}

func loadIntended(released fs.FS) ([]Intended, error) {
	raw, err := fs.ReadFile(released, IntendedFile)
	if err != nil {
		return nil, fmt.Errorf("read intended changes: %w", err)
	}
	var list []Intended
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, Problems{{File: IntendedFile, Message: err.Error()}}
	}
	var probs Problems
	for i, one := range list {
		at := indexPath("", i)
		if _, err := time.Parse(time.DateOnly, one.Date); err != nil {
			probs.add(IntendedFile, at+".date", "%q is not a date (YYYY-MM-DD)", one.Date)
		}
		if one.Change == "" || one.Reason == "" {
			probs.add(IntendedFile, at, "change and reason must be given")
		}
	}
	return list, probs.asError()
}

// Snapshot replaces the contents of the folder dir by the lexicons of set, as
// those of a release, with an empty list of intended changes.
func Snapshot(dir string, set *Set) error {
	if err := Lint(set); err != nil {
		return err
	}
	keep := map[string]bool{IntendedFile: true}
	for _, f := range set.Files {
		keep[filepath.FromSlash(f.Path)] = true
		if err := writeFile(dir, f.Path, f.raw); err != nil {
			return err
		}
	}
	if err := writeFile(dir, IntendedFile, []byte("[]\n")); err != nil {
		return err
	}
	return filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(at) != ".json" {
			return err
		}
		if rel, err := filepath.Rel(dir, at); err != nil || keep[rel] {
			return err
		}
		return os.Remove(at)
	})
}
