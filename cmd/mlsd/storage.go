package main

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/storage"
)

// openStorage sets the limits for what accounts store, and measures the free
// space: of the file systems of the service's own files, and of a database with
// a size limit.
func (a *app) openStorage(pool *pgxpool.Pool) error {
	most, err := a.config.databaseLimit()
	if err != nil {
		return err
	}
	var places []storage.Place
	if a.config.DatabaseURL == "" {
		places = append(places, storage.Dir("database", a.config.postgresDir()))
	}
	if dir := a.config.localBlobs(); dir != "" {
		places = append(places, storage.Dir("blobs", dir))
	}
	if most > 0 {
		places = append(places, storage.Database(db.New(pool), most))
	}
	a.storage = storage.New(storage.Config{
		Limits: a.limits, IsNew: a.origins.IsNew, Places: places, Registry: a.metrics.Registry, Log: a.log,
	})
	return nil
}

// localBlobs returns the directory for blobs, or "" if they are stored
// elsewhere.
func (c *Config) localBlobs() string {
	if c.BlobURL == "" {
		return c.blobDir()
	}
	if u, err := url.Parse(c.BlobURL); err == nil && u.Scheme == "file" {
		return u.Path
	}
	return ""
}

// databaseLimit returns the size limit of the database in bytes, or 0 if none
// is configured.
func (c *Config) databaseLimit() (int64, error) {
	if c.DatabaseLimit == "" {
		return 0, nil
	}
	for unit, shift := range map[string]uint{"MiB": 20, "GiB": 30, "TiB": 40} {
		number, ok := strings.CutSuffix(c.DatabaseLimit, unit)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(number, 10, 64)
		if err == nil && n > 0 && n < 1<<(62-shift) {
			return n << shift, nil
		}
	}
	return 0, fmt.Errorf("%q is not a size such as 200GiB", c.DatabaseLimit)
}
