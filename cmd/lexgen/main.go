// Command lexgen turns the lexicons into Go and keeps watch over them.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"catbird.blue/mls/internal/lexgen"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	_ = flag.ContinueOnError
	set, err := lexgen.Load(os.DirFS("lexicons"))
	if err == nil {
		var files lexgen.Files
		if files, err = lexgen.Generate(set, lexgen.DefaultPolicy()); err == nil {
			err = lexgen.Write("gen", files)
		}
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}
