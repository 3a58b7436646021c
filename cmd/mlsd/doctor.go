package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/backup"
	"catbird.blue/mls/internal/doctor"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/reports"
)

// statusError ends the program with a status and prints nothing more.
type statusError int

func (s statusError) Error() string { return fmt.Sprintf("status %d", int(s)) }

// Exit statuses of doctor beside 0. 2 is that of wrong usage.
const (
	statusFailed  = statusError(1)
	statusWarning = statusError(3)
)

// defaultBackupAge is how old the newest backup may be.
const defaultBackupAge = 26 * time.Hour

// doctor checks the deployment from the outside and the inside.
func (p *program) doctor(ctx context.Context, args []string) error {
	backups, age := "", defaultBackupAge
	c, err := p.config("doctor", args, func(flags *flag.FlagSet) {
		flags.StringVar(&backups, "backups", "", "directory of dumps, whose age is checked instead of that of MLS_BACKUP_URL")
		flags.DurationVar(&age, "backup-age", age, "how old the newest backup may be")
	})
	if err != nil {
		return err
	}
	key, keyError := loadKey(c)
	checks := []doctor.Check{keyCheck(c, keyError)}
	if keyError == nil {
		checks = append(checks, doctor.World{ServiceDID: c.serviceDID(c.Port), PublicURL: c.publicURL(c.Port), Key: key}.Checks()...)
	}
	inside, closeAll := c.insideChecks(ctx)
	defer closeAll()
	checks = append(checks, inside...)
	checks = append(checks, doctor.Redis(c.RedisURL), doctor.AppView(c.AppViewURL, c.serviceDID(c.Port)),
		doctor.ReportService(c.ReportService, c.findReportService), doctor.Disk("disk", c.DataDir), c.backupCheck(backups, age))
	switch doctor.Run(ctx, p.out, checks) {
	case doctor.Failed:
		return statusFailed
	case doctor.Warning:
		return statusWarning
	}
	return nil
}

// findReportService returns the endpoint of the moderation service.
func (c *Config) findReportService(ctx context.Context) (string, error) {
	directory, err := auth.NewDirectory(auth.DirectoryConfig{PLCURL: c.PLCURL, Dev: c.dev()})
	if err != nil {
		return "", fmt.Errorf("prepare the look-up: %w", err)
	}
	defer directory.Close()
	return directory.ServiceEndpoint(ctx, c.ReportService, reports.LabelerFragment)
}

func (c *Config) backupCheck(dumps string, oldest time.Duration) doctor.Check {
	if dumps != "" || c.BackupURL == "" {
		return doctor.Dumps(dumps, oldest, time.Now)
	}
	return doctor.Repository(func(ctx context.Context) (backup.Listing, error) { return backup.List(ctx, c.BackupURL, "") }, oldest, time.Now)
}

// insideChecks are those of the database and of the blobs. A database that cannot be
// reached is one failed check.
func (c *Config) insideChecks(ctx context.Context) (checks []doctor.Check, closeAll func()) {
	pool, url, closeAll, err := c.joinPool(ctx)
	if err != nil {
		checks = []doctor.Check{{Name: "database", Run: func(context.Context) doctor.Result {
			return doctor.Result{State: doctor.Failed, Found: err.Error(), Do: "see that PostgreSQL runs and that DATABASE_URL is right"}
		}}}
	} else {
		checks = doctor.Database{Pool: pool, URL: url}.Checks()
	}
	return append(checks, doctor.Blobs(c.openBlobs)), closeAll
}

// joinPool connects to the database, whether a server is running or not.
func (c *Config) joinPool(ctx context.Context) (pool *pgxpool.Pool, url string, closeAll func(), err error) {
	store, err := openAnyDatabase(ctx, c)
	if err != nil {
		return nil, "", func() {}, err
	}
	stop := func() { _ = store.stop() } // the next start recovers
	if pool, err = openPool(ctx, store.url, adminConnections); err != nil {
		return nil, "", stop, err
	}
	return pool, store.url, func() { pool.Close(); stop() }, nil
}

// loadKey loads the key of the configuration without making one.
func loadKey(c *Config) (*auth.Key, error) {
	var key *auth.Key
	var err error
	if c.Key != "" {
		key, err = auth.ParseKey(c.Key)
	} else {
		key, err = auth.LoadKey(c.keyFile(c.Port))
	}
	if err != nil {
		return nil, err
	}
	if c.Secret == "" {
		_, err = auth.LoadSecret(c.secretFile(c.Port))
	} else {
		_, err = auth.ParseSecret(c.Secret)
	}
	if err != nil {
		return nil, err
	}
	return key, key.Check(c.serviceDID(c.Port), "")
}

func keyCheck(c *Config, err error) doctor.Check {
	return doctor.Check{Name: "key", Run: func(context.Context) doctor.Result {
		if err != nil {
			return doctor.Result{State: doctor.Failed, Found: err.Error(), Do: "see MLS_KEY_FILE and MLS_SECRET_FILE; mlsd keygen writes what is missing"}
		}
		return doctor.Result{State: doctor.OK, Found: "the key and the secret are those of " + c.serviceDID(c.Port)}
	}}
}

// verify checks the key, the database and the bucket that the configuration names.
// Files and databases that a start makes by itself may be missing.
func (p *program) verify(ctx context.Context, c *Config) error {
	var checks []doctor.Check
	if _, err := os.Stat(c.keyFile(c.Port)); c.KeyFile != "" || !errors.Is(err, fs.ErrNotExist) {
		_, err := loadKey(c)
		checks = append(checks, keyCheck(c, err))
	}
	if c.DatabaseURL != "" {
		inside, closeAll := c.insideChecks(ctx)
		defer closeAll()
		for _, check := range inside {
			if check.Name == "database" || check.Name == "rights" || check.Name == "settings" {
				checks = append(checks, check)
			}
		}
	}
	if c.BlobURL != "" {
		checks = append(checks, doctor.Blobs(c.openBlobs))
	}
	var wrong []error
	for _, check := range checks {
		if r := check.Run(ctx); r.State == doctor.Failed {
			wrong = append(wrong, fmt.Errorf("%s: %s; %s", check.Name, r.Found, r.Do))
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return &configError{errors.Join(wrong...)}
}
