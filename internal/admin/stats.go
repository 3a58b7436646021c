package admin

import (
	"context"
	"fmt"

	"catbird.blue/mls/db"
)

// Stats runs "admin stats". The numbers of rows are the planner's estimates: counting
// would read the tables.
func (a *Admin) Stats(ctx context.Context) error {
	q := db.New(a.Pool)
	size, err := q.DatabaseSize(ctx)
	if err != nil {
		return fmt.Errorf("read database size: %w", err)
	}
	states, err := q.CountAccountStates(ctx)
	if err != nil {
		return fmt.Errorf("count account states: %w", err)
	}
	tables, err := q.TableSizes(ctx)
	if err != nil {
		return fmt.Errorf("read table sizes: %w", err)
	}
	relays, err := q.ListRelays(ctx)
	if err != nil {
		return fmt.Errorf("read relays: %w", err)
	}
	a.line("database", "%s", Bytes(size))
	a.line("accounts refused", "%d suspended, %d inactive at their PDS, %d to be erased", states.Suspended, states.Inactive, states.ToErase)
	for _, r := range relays {
		reader := "no instance reads it"
		if r.Held {
			reader = "an instance reads it"
		}
		a.line("relay", "%s at %d, %s", r.Relay, r.Seq, reader)
	}
	fmt.Fprintf(a.Out, "\n%-24s %14s %12s\n", "table", "rows (about)", "size")
	for _, t := range tables {
		fmt.Fprintf(a.Out, "%-24s %14d %12s\n", t.Name, t.Estimate, Bytes(t.Bytes))
	}
	return a.record(ctx, "stats", "")
}
