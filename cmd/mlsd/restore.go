package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"catbird.blue/mls/db/migrations"
)

var errRestoreUsage = &configError{errors.New("usage: mlsd restore FILE [-replace] [flags], or mlsd restore -to TIME|latest -identity FILE [flags]")}

// restore loads a dump into the database, or restores a base backup and the log
// if no file is named. It always begins a new stream generation before anything
// is served.
func (p *program) restore(ctx context.Context, args []string) error {
	replace := false
	more := func(flags *flag.FlagSet) {
		flags.BoolVar(&replace, "replace", false, "drop what the database has")
	}
	if wantsHelp(args) {
		_, err := p.config("restore FILE", args[:1], more)
		return err
	}
	if len(args) == 0 {
		return errRestoreUsage
	}
	// The dump or the time is always named, since a restore replaces data.
	if strings.HasPrefix(args[0], "-") {
		return p.restoreTo(ctx, args)
	}
	file := args[0]
	c, err := p.config("restore", args[1:], more)
	if err != nil {
		return err
	}
	if err := checkDump(file); err != nil {
		return err
	}
	// This fails if a server runs on the data directory, because it holds the
	// lock.
	store, err := openDatabase(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return errors.Join(p.restoreInto(ctx, store.url, file, replace), store.stop())
}

// checkDump refuses a file that is not a dump in the custom format. An SQL
// script could do anything, and could be cut off at any place without anybody
// noticing.
func checkDump(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	magic := make([]byte, 5)
	if _, err := io.ReadFull(f, magic); err != nil || string(magic) != "PGDMP" {
		return fmt.Errorf("%s is no dump in the custom format; mlsd backup and pg_dump --format=custom write one", path)
	}
	return nil
}

func (p *program) restoreInto(ctx context.Context, url, file string, replace bool) error {
	if err := loadDump(ctx, url, file, replace); err != nil {
		return err
	}
	names, err := migrations.Up(ctx, url)
	if err != nil {
		return err
	}
	// The dump was marked as restored, so the first connection begins a new
	// generation.
	pool, err := openPool(ctx, url, 1)
	if err != nil {
		return err
	}
	defer pool.Close()
	fmt.Fprintf(p.out, "restored %s\n", file)
	for _, name := range names {
		fmt.Fprintf(p.out, "applied %s\n", name)
	}
	fmt.Fprint(p.out, "a new stream generation has begun: cursors from before are outdated, and clients sync once;\n"+
		"the numbers of new messages begin beyond a gap, so that none is used twice;\n"+
		"blobs are not in a dump: put those of the same time back beside it\n")
	return nil
}
