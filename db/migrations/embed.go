// Package migrations holds the schema as migrations, embedded, and applies them
// by golang-migrate: docs/decisions/0049-golang-migrate.md. The files are also
// what sqlc reads as the schema.
package migrations

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// FS holds the migrations, NNNN_name.up.sql and NNNN_name.down.sql.
//
//go:embed *.sql
var FS embed.FS

// Hash names the schema: the first 16 hexadecimal digits of SHA-256 over the
// names and texts of all migrations.
func Hash() string {
	h := sha256.New()
	names, err := fs.Glob(FS, "*.sql")
	if err != nil {
		panic(err) // the pattern is constant
	}
	for _, name := range names {
		b, err := FS.ReadFile(name)
		if err != nil {
			panic(err) // embedded files can be read
		}
		fmt.Fprintf(h, "%s %d\n%s", name, len(b), b)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// files returns the files of the migrations upwards by version.
var files = sync.OnceValue(func() map[int]string {
	names, err := fs.Glob(FS, "*.up.sql")
	if err != nil {
		panic(err) // the pattern is constant
	}
	files := map[int]string{}
	for _, name := range names {
		number, _, _ := strings.Cut(name, "_")
		version, err := strconv.Atoi(number)
		if err != nil {
			panic(err) // a test applies all files
		}
		files[version] = name
	}
	return files
})

func versions() []int { return slices.Sorted(maps.Keys(files())) }

func newest() int { return slices.Max(versions()) }

// fileOf returns the name of the file that makes a version.
func fileOf(version int) string { return files()[version] }
