package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"catbird.blue/mls/internal/pgembed"
	"catbird.blue/mls/internal/pgsession"
	"catbird.blue/mls/internal/pgtools"
)

// backup runs the subcommands base, wal, list and verify, or writes a dump of
// the database to a file.
func (p *program) backup(ctx context.Context, args []string) error {
	if wantsHelp(args) {
		_, err := p.config("backup FILE", args[:1])
		return err
	}
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return &configError{errors.New("usage: mlsd backup FILE|keygen|base|wal|list|verify [flags]")}
	}
	commands := map[string]func(context.Context, []string) error{
		"keygen": p.backupKeygen, "base": p.backupBase, "wal": p.backupWAL, "list": p.backupList, "verify": p.backupVerify,
	}
	if run, ok := commands[args[0]]; ok {
		return run(ctx, args[1:])
	}
	c, err := p.config("backup", args[1:])
	if err != nil {
		return err
	}
	store, err := openAnyDatabase(ctx, c)
	if err != nil {
		return err
	}
	if err := errors.Join(p.dump(ctx, store.url, args[0]), store.stop()); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "wrote the database to %s; blobs are not in it\n", args[0])
	return nil
}

// openAnyDatabase opens the database, whether a server is running on it or not.
// It does not create one.
func openAnyDatabase(ctx context.Context, c *Config) (*database, error) {
	if c.DatabaseURL == "" && !pgembed.Initialized(c.postgresDir()) {
		return nil, fmt.Errorf("there is no database in %s, and no DATABASE_URL", c.postgresDir())
	}
	store, err := openDatabase(ctx, c, slog.New(slog.DiscardHandler))
	if !errors.Is(err, pgembed.ErrInUse) {
		return store, err
	}
	running, err := pgembed.RunningURL(c.postgresDir())
	return &database{url: running}, err
}

// dump writes to a temporary file and renames it at the end, so that a file at
// path is always complete.
func (p *program) dump(ctx context.Context, url, path string) (err error) {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s is there already; a backup is not overwritten", path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	conn, err := pgsession.Connect(ctx, url, pgsession.Unhurried())
	if err != nil {
		return fmt.Errorf("the database does not answer: %w", err)
	}
	tools, err := pgtools.Find(ctx, url, conn)
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		return err
	}
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(part))
		}
	}()
	cmd := tools.Command(ctx, "pg_dump", "--format=custom", "--no-password")
	cmd.Stdout = f
	err = cmd.Failure(cmd.Run())
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(part, path)
}
