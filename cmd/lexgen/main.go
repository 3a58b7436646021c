// Command lexgen generates Go code from the lexicons and checks changes to the
// lexicons.
//
// It exits with status 0 if everything succeeded, 1 if something is wrong with
// the lexicons, and 2 for wrong usage or if files cannot be read or written.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"catbird.blue/mls/internal/lexgen"
)

const usage = `Usage: lexgen [flags] command

Commands:
  generate  write the Go code, and remove generated files that are stale
  lint      check the lexicons
  breaking  report changes since the last release that break clients, unless they are
            on the list of intended changes
  snapshot  copy the lexicons as those of a release, and empty the list

Flags:
`

func main() { os.Exit(run(os.Args[1:], os.Stderr)) }

func run(args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("lexgen", flag.ContinueOnError)
	flags.SetOutput(stderr)
	dir := flags.String("lexicons", "lexicons", "folder of the lexicons")
	out := flags.String("out", "gen", "folder for the generated Go")
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return 2
	}
	commands := map[string]func(set *lexgen.Set) error{
		"generate": func(set *lexgen.Set) error { return generate(set, *out) },
		"lint":     lint,
		"breaking": func(set *lexgen.Set) error {
			return lexgen.CheckBreaking(os.DirFS(filepath.Join(*dir, lexgen.Released)), set)
		},
		"snapshot": func(set *lexgen.Set) error {
			return lexgen.Snapshot(filepath.Join(*dir, lexgen.Released), set)
		},
	}
	command := commands[flags.Arg(0)]
	if command == nil || flags.NArg() != 1 {
		flags.Usage()
		return 2
	}
	set, err := lexgen.Load(os.DirFS(*dir))
	if err == nil {
		err = command(set)
	}
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, err)
	if problems := (lexgen.Problems)(nil); errors.As(err, &problems) {
		return 1
	}
	return 2
}

// lint also runs the generator, without writing files, because the generator
// checks the policy against the lexicons.
func lint(set *lexgen.Set) error {
	_, err := lexgen.Generate(set, lexgen.DefaultPolicy())
	return err
}

func generate(set *lexgen.Set, out string) error {
	files, err := lexgen.Generate(set, lexgen.DefaultPolicy())
	if err != nil {
		return err
	}
	return lexgen.Write(out, files)
}
