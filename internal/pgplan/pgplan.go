// Package pgplan has the settings by which PostgreSQL plans the service's
// statements: for the service's connections, and for whatever is to plan as they
// do. docs/decisions/0027-query-plans.md says why.
package pgplan

import (
	"maps"
	"slices"
	"strings"
)

// Settings are by name. Plans are kept while tables grow. By the server's own
// figures, one that was made when a table had a few pages reads all of it, for
// itself or for a join. Here everything is looked up by an index.
func Settings() map[string]string {
	return map[string]string{
		"random_page_cost": "1.1",
		"seq_page_cost":    "10",
		"enable_hashjoin":  "off",
		"enable_mergejoin": "off",
	}
}

// Options are the settings as PGOPTIONS has them.
func Options() string {
	s := Settings()
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s)) {
		b.WriteString(" -c " + name + "=" + s[name])
	}
	return strings.TrimSpace(b.String())
}
