package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"catbird.blue/mls/internal/backup"
	"catbird.blue/mls/server/blob"
)

// backupSource returns the source of backups: database, attachments, key, secret and
// configuration.
func (c *Config) backupSource(url string, blobs *blob.Store, log *slog.Logger) (backup.Source, error) {
	recipients, err := backup.ParseRecipients(c.BackupRecipients)
	return backup.Source{
		DatabaseURL: url, URL: c.BackupURL, Keys: backup.Keys{Recipients: recipients}, Blobs: blobs, Files: c.backupFiles, Log: log,
	}, err
}

// The names of the service's own files in backups.
const (
	keyName    = "service.key"
	secretName = "service.secret"
	configName = "config.env"
)

// backupFiles returns the service's key, its secret and its configuration.
func (c *Config) backupFiles() (map[string][]byte, error) {
	var config strings.Builder
	for _, s := range settingsOf(c) {
		fmt.Fprintf(&config, "%s=%v\n", s.env, s.value.Interface())
	}
	out := map[string][]byte{configName: []byte(config.String())}
	for name, path := range map[string]string{keyName: c.keyFile(c.Port), secretName: c.secretFile(c.Port)} {
		b, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a timer may run on a machine that does not have them
		}
		if err != nil {
			return nil, err
		}
		out[name] = b
	}
	return out, nil
}

func (c *Config) backupSpool() string {
	if c.BackupSpool != "" {
		return c.BackupSpool
	}
	return filepath.Join(c.DataDir, "backup-spool")
}

func (c *Config) backupKeep() backup.Retention {
	return backup.Retention{Count: c.BackupKeep, Age: c.BackupKeepFor}
}

// checkBackup finds contradictions among the settings of backups.
func (c *Config) checkBackup() (setting string, err error) {
	if err := checkScheme(c.BackupURL, "file", "s3"); err != nil {
		return "MLS_BACKUP_URL", err
	}
	if c.BackupURL == "" && c.BackupRecipients == "" {
		return "", nil
	}
	if c.BackupRecipients != "" {
		_, err = backup.ParseRecipients(c.BackupRecipients)
	}
	return "MLS_BACKUP_RECIPIENTS", err
}

// openBlobs opens the store of attachments.
func (c *Config) openBlobs(ctx context.Context) (*blob.Store, error) {
	if c.BlobURL != "" {
		return blob.Open(ctx, c.BlobURL)
	}
	return blob.OpenDir(c.blobDir())
}

// openBackups starts the schedule of backups, if there is one. It starts before
// the service writes to the database, because commits may wait for it.
func (a *app) openBackups(ctx context.Context) error {
	c := a.config
	if c.BackupURL == "" {
		return nil
	}
	blobs, err := c.openBlobs(ctx)
	if err != nil {
		return fmt.Errorf("MLS_BLOB_URL: %w", err)
	}
	a.onClose(blobs.Close)
	a.backups = backup.NewHealth()
	runner, err := c.backupRunner(ctx, a.database.url, blobs, a.backups, a.log)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		runner.Run(ctx)
	}()
	a.onClose(func() error { cancel(); <-done; return nil })
	return nil
}

func (c *Config) backupRunner(ctx context.Context, url string, blobs *blob.Store, health *backup.Health, log *slog.Logger) (*backup.Runner, error) {
	if err := backup.FindTools(ctx); err != nil {
		return nil, fmt.Errorf("MLS_BACKUP_URL: %w", err)
	}
	source, err := c.backupSource(url, blobs, log)
	if err != nil {
		return nil, fmt.Errorf("MLS_BACKUP_RECIPIENTS: %w", err)
	}
	return backup.NewRunner(backup.Config{
		Source: source, Every: c.BackupEvery, Keep: c.backupKeep(), WAL: c.BackupWAL, WALEvery: c.BackupWALEvery,
		Spool: c.backupSpool(), Health: health,
	})
}

// privateSettings returns the settings that a private PostgreSQL needs for
// backups.
func (c *Config) privateSettings() map[string]string {
	return backup.PrivateSettings(c.BackupURL != "" && c.BackupWAL == backup.WALSync)
}

// errNoBackupURL is returned by commands that need a repository.
var errNoBackupURL = &configError{errors.New("MLS_BACKUP_URL: says where the backups are; it is needed here")}

// withSource runs a command that makes backups.
func (p *program) withSource(ctx context.Context, name string, args []string, run func(context.Context, *Config, backup.Source) error,
	more ...func(*flag.FlagSet)) error {
	c, err := p.config(name, args, more...)
	if err != nil {
		return err
	}
	if c.BackupURL == "" {
		return errNoBackupURL
	}
	blobs, err := c.openBlobs(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = blobs.Close() }() // it was only read
	store, err := openAnyDatabase(ctx, c)
	if err != nil {
		return err
	}
	source, err := c.backupSource(store.url, blobs, slog.New(slog.NewTextHandler(p.errOut, nil)))
	if err != nil {
		err = &configError{fmt.Errorf("MLS_BACKUP_RECIPIENTS: %w", err)}
	} else {
		err = run(ctx, c, source)
	}
	return errors.Join(err, store.stop())
}

// backupBase makes one base backup.
func (p *program) backupBase(ctx context.Context, args []string) error {
	return p.withSource(ctx, "backup base", args, func(ctx context.Context, c *Config, source backup.Source) error {
		began := time.Now()
		b, err := source.Backup(ctx, c.backupKeep())
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "made base backup %s of %s in %s\n", b.ID, size(b.Size()), time.Since(began).Round(time.Millisecond))
		return nil
	})
}

// backupWAL receives and stores the write-ahead log until it is told to stop.
func (p *program) backupWAL(ctx context.Context, args []string) error {
	synchronous := false
	return p.withSource(ctx, "backup wal", args, func(ctx context.Context, c *Config, source backup.Source) error {
		c.BackupEvery, c.BackupWAL = 0, backup.WALAsync
		if synchronous {
			c.BackupWAL = backup.WALSync
		}
		runner, err := c.backupRunner(ctx, source.DatabaseURL, source.Blobs, nil, source.Log)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "receiving the write-ahead log as standby %q\n", backup.Receiver)
		runner.Run(ctx)
		return nil
	}, func(flags *flag.FlagSet) {
		flags.BoolVar(&synchronous, "synchronous", false, "write the log to disk at once, for synchronous_standby_names")
	})
}

// backupKeygen writes a new private key and prints its public key.
func (p *program) backupKeygen(_ context.Context, args []string) error {
	if len(args) != 1 || strings.HasPrefix(args[0], "-") {
		return &configError{errors.New("usage: mlsd backup keygen FILE")}
	}
	recipient, err := backup.WriteIdentity(args[0])
	if err != nil {
		return err
	}
	fmt.Fprintf(p.errOut, "mlsd: wrote the private key to %s: keep it away from the server; without it no backup can be restored\n", args[0])
	fmt.Fprintln(p.out, recipient)
	return nil
}

// backupAccess are the flags that reading backups needs.
type backupAccess struct{ identity, system, base string }

func (a *backupAccess) flags(flags *flag.FlagSet) {
	flags.StringVar(&a.identity, "identity", "", "file with the private key (age-keygen) for which the backups are encrypted, or - for standard input")
	flags.StringVar(&a.system, "system", "", "which database cluster, if the repository has several")
	flags.StringVar(&a.base, "base", "", "id of a base backup; by default the newest that fits")
}

// keys reads the private keys. From standard input they come to a command that
// runs as the service's account, without a copy that this account can read.
func (a *backupAccess) keys(in io.Reader) (keys backup.Keys, err error) {
	switch a.identity {
	case "":
	case "-":
		keys.Identities, err = backup.ParseIdentities(in, "standard input")
	default:
		keys.Identities, err = backup.ReadIdentities(a.identity)
	}
	return keys, err
}

// backupList lists the backups.
func (p *program) backupList(ctx context.Context, args []string) error {
	var access backupAccess
	c, err := p.config("backup list", args, access.flags)
	if err != nil {
		return err
	}
	if c.BackupURL == "" {
		return errNoBackupURL
	}
	list, err := backup.List(ctx, c.BackupURL, access.system)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "base backup\tended\tsize\tencrypted\trestorable to")
	for _, b := range list.Bases {
		fmt.Fprintf(w, "%s\t%s\t%s\t%t\t%s\n", b.ID, b.Ended.Format(time.RFC3339), size(b.Size()), b.Encrypted, b.Until.Format(time.RFC3339))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if list.Verified.At.IsZero() {
		fmt.Fprintln(p.out, "never verified: mlsd backup verify -identity FILE")
		return nil
	}
	fmt.Fprintf(p.out, "verified: %s, from base backup %s\n", list.Verified.At.Format(time.RFC3339), list.Verified.Base)
	return nil
}

// backupVerify restores a backup into a scratch cluster.
func (p *program) backupVerify(ctx context.Context, args []string) error {
	var access backupAccess
	v := backup.Verify{Sample: 100, Step: p.step, Log: slog.New(slog.DiscardHandler)}
	c, err := p.config("backup verify", args, access.flags, func(flags *flag.FlagSet) {
		flags.StringVar(&v.Scratch, "scratch", "", "directory for the scratch cluster; by default the system's for temporary files")
		flags.IntVar(&v.Sample, "read-blobs", v.Sample, "how many attachments are read whole")
	})
	if err != nil {
		return err
	}
	if c.BackupURL == "" {
		return errNoBackupURL
	}
	v.URL, v.System, v.BaseID = c.BackupURL, access.system, access.base
	if v.Keys, err = access.keys(p.in); err != nil {
		return err
	}
	out, err := v.Run(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "base backup %s and the log until %s are restorable\n", out.Base, out.Until.Format(time.RFC3339Nano))
	return nil
}

// step prints a step of a backup or a restore with its duration.
func (p *program) step(what string, took time.Duration) {
	fmt.Fprintf(p.out, "%9.2fs  %s\n", took.Seconds(), what)
}

// size prints a number of bytes.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d KiB", n>>10)
}
