package storage

import (
	"context"
	"fmt"
	"time"

	"catbird.blue/mls/db"
)

// measureDatabase is the interval between queries for the size of a database,
// which read the size of each of its files.
const measureDatabase = time.Minute

// Dir is the file system of a directory. Space reserved for root does not count
// as free.
func Dir(name, dir string) Place {
	return Place{Name: name, Free: func(context.Context) (free, total int64, err error) {
		if free, total, err = fileSystem(dir); err != nil {
			err = fmt.Errorf("measure the file system of %s: %w", name, err)
		}
		return free, total, err
	}}
}

// Database is a database with a size limit in bytes.
func Database(q *db.Queries, most int64) Place {
	return Place{Name: "database-limit", Every: measureDatabase, Free: func(ctx context.Context) (free, total int64, err error) {
		size, err := q.DatabaseSize(ctx)
		if err != nil {
			return 0, 0, fmt.Errorf("measure the database: %w", err)
		}
		return max(0, most-size), most, nil
	}}
}
