package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"catbird.blue/mls/internal/backup"
	"catbird.blue/mls/internal/pgembed"
)

// restoreTo restores the database from a base backup and the log.
func (p *program) restoreTo(ctx context.Context, args []string) error {
	var access backupAccess
	var to, into string
	replace := false
	c, err := p.config("restore", args, access.flags, func(flags *flag.FlagSet) {
		flags.StringVar(&to, "to", "", "time to which the database is restored, as 2026-01-31T12:00:00Z, or latest")
		flags.StringVar(&into, "into", "", "directory for the cluster, if it is not the private PostgreSQL's")
		flags.BoolVar(&replace, "replace", false, "move away the cluster that is there")
	})
	if err != nil {
		return err
	}
	if to == "" {
		return errRestoreUsage
	}
	r := backup.Restore{URL: c.BackupURL, System: access.system, BaseID: access.base, Step: p.step, Log: slog.New(slog.NewTextHandler(p.errOut, nil))}
	if c.BackupURL == "" {
		return errNoBackupURL
	}
	if to != "latest" {
		if r.To, err = time.Parse(time.RFC3339Nano, to); err != nil {
			return &configError{fmt.Errorf("-to: %q is neither latest nor a time such as 2026-01-31T12:00:00Z", to)}
		}
	}
	if r.Keys, err = access.keys(p.in); err != nil {
		return err
	}
	if into == "" && c.DatabaseURL != "" {
		return &configError{errors.New("-into: says where the cluster is made, since DATABASE_URL is another server's; that server is not touched")}
	}
	return p.restoreCluster(ctx, c, r, into, replace)
}

func (p *program) restoreCluster(ctx context.Context, c *Config, r backup.Restore, into string, replace bool) error {
	began := time.Now()
	if r.DataDir = into; into == "" {
		r.DataDir = c.postgresDir()
		if err := makeDir(c.DataDir); err != nil {
			return err
		}
	}
	if replace {
		aside, err := pgembed.SetAside(r.DataDir)
		if err != nil {
			return err
		}
		if aside != "" {
			fmt.Fprintf(p.out, "moved the old cluster to %s\n", aside)
		}
	}
	if _, err := os.Stat(c.backupSpool()); err == nil {
		r.Spool = c.backupSpool()
	}
	blobs, err := c.openBlobs(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = blobs.Close() }() // every object is complete
	r.Blobs = blobs
	out, err := r.Run(ctx)
	if err != nil {
		return err
	}
	if err := p.putBack(c, out.Files); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "restored the database as of %s in %s\n", out.Until.Format(time.RFC3339Nano), time.Since(began).Round(time.Millisecond))
	if into != "" {
		fmt.Fprintf(p.out, "%s is the data directory for a PostgreSQL %d\n", filepath.Join(into, "cluster"), out.Base.Major)
	}
	if out.BlobsMissing > 0 {
		fmt.Fprintf(p.out, "%d attachments are in no backup\n", out.BlobsMissing)
	}
	fmt.Fprintf(p.out, "stream generation %d has begun: cursors from before are outdated, and clients sync once;\n"+
		"the numbers of new messages begin beyond a gap, so that none is used twice\n", out.Generation)
	return nil
}

// putBack writes the service's key and secret, if they are missing, and the
// configuration beside them for the operator.
func (p *program) putBack(c *Config, files map[string][]byte) error {
	paths := map[string]string{
		keyName: c.keyFile(c.Port), secretName: c.secretFile(c.Port), configName: filepath.Join(c.DataDir, "restored.env"),
	}
	for name, content := range files {
		path := paths[name]
		if path == "" {
			continue
		}
		if err := makeDir(filepath.Dir(path)); err != nil {
			return err
		}
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		_, err = f.Write(content)
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "wrote %s\n", path)
	}
	return nil
}
