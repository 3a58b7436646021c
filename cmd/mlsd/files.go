package main

import (
	"fmt"

	"catbird.blue/mls/server/conns"
	"catbird.blue/mls/server/limit"
)

const (
	// ownFiles are open files for all but clients' connections: the database,
	// Redis, blobs, logs, metrics.
	ownFiles = 256
	// leastConnections is what an instance of whatever size has.
	leastConnections = 128
)

// connections is how many connections of clients there may be, where the process
// may have so many open files and so much memory; 0 where either is not known.
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
