// Package pgplan holds the planner settings for the service's statements. The
// service's connections use them, and so does everything that must get the same
// plans: docs/decisions/0027-query-plans.md.
package pgplan

import (
	"maps"
	"slices"
	"strings"
)

// Settings returns the settings by name. They are needed because prepared plans
// stay in use while tables grow. A plan that was made while a table had few
// pages would read the whole table, alone or in a join. With these settings
// every statement uses an index. PostgreSQL would compile a plan that its estimates make
// expensive, at each call, which takes longer than the statements of a service.
func Settings() map[string]string {
	return map[string]string{
		"random_page_cost": "1.1",
		"seq_page_cost":    "10",
		"enable_hashjoin":  "off",
		"enable_mergejoin": "off",
		"jit":              "off",
	}
}

// Reader returns the further settings of the session that reads the log. Its few
// statements read an index in its order, so that one plan is right for all
// statistics; making it for each call would take longer than the call. What is
// turned off counts as so expensive where nothing else is left, as for the one row of
// log_generation, that PostgreSQL would compile the plan at each call, for a tenth of
// a second or more.
func Reader() map[string]string {
	return map[string]string{
		"plan_cache_mode":   "force_generic_plan",
		"enable_bitmapscan": "off",
		"enable_seqscan":    "off",
		"enable_sort":       "off",
		"jit":               "off",
	}
}

// BeginPage begins the transaction in which pages of conversations are read: in one
// snapshot, and by plans that are made once. For an account in few conversations
// PostgreSQL would otherwise make a new plan for each page, which takes longer than the
// page. The plans walk indexes in their order, which is right for all accounts; to
// collect rows in a bitmap would be right only for those with few.
const BeginPage = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL plan_cache_mode = force_generic_plan; " +
	"SET LOCAL enable_bitmapscan = off"

// Options returns the settings in the form of PGOPTIONS.
func Options() string {
	s := Settings()
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s)) {
		b.WriteString(" -c " + name + "=" + s[name])
	}
	return strings.TrimSpace(b.String())
}
