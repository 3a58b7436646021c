package main

import (
	"fmt"

	"catbird.blue/mls/server/conns"
	"catbird.blue/mls/server/limit"
)

const (
	// ownFiles is the number of open files reserved for everything except
	// client connections: the database, Redis, blobs, logs, metrics.
	ownFiles = 256
	// leastConnections is the minimum number of connections, however small the
	// instance is.
	leastConnections = 128
)

// connections returns the number of client connections that are allowed if the
// process may have the given number of open files and bytes of memory. 0 means
// that a value is unknown.
func (c *Config) connections(files, memory int64) (int, error) {
	most := files - ownFiles - int64(c.DBConnections)
	if n := int64(c.MaxConnections); n > 0 {
		if files > 0 && n > most {
			return 0, fmt.Errorf("MLS_MAX_CONNECTIONS: %d connections need %d open files, and the process may have %d (ulimit -n)",
				n, n+files-most, files)
		}
		return int(n), nil
	}
	n := limit.OpenConnections.Amount
	if files > 0 {
		n = min(n, most)
	}
	if memory > 0 {
		n = min(n, memory/4/conns.Memory)
	}
	return int(max(n, leastConnections)), nil
}
