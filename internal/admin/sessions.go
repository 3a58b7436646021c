package admin

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"catbird.blue/mls/db"
)

// Sessions runs "admin sessions": who keeps the horizons of VACUUM and of the log
// back, and whose sessions a restore would have to wait for.
func (a *Admin) Sessions(ctx context.Context) error {
	q := db.New(a.Pool)
	sessions, err := q.ListSessions(ctx)
	if err != nil {
		return fmt.Errorf("read sessions: %w", err)
	}
	prepared, err := q.ListPreparedTransactions(ctx)
	if err != nil {
		return fmt.Errorf("read prepared transactions: %w", err)
	}
	slots, err := q.ListReplicationSlots(ctx)
	if err != nil {
		return fmt.Errorf("read replication slots: %w", err)
	}
	fmt.Fprintf(a.Out, "%-8s %-12s %-12s %-16s %-16s %-20s %-12s %s\n",
		"pid", "database", "role", "application", "client", "state", "transaction", "holds back")
	for _, s := range sessions {
		open := "-"
		if s.TransactionSeconds > 0 {
			open = seconds(s.TransactionSeconds)
		}
		fmt.Fprintf(a.Out, "%-8d %-12s %-12s %-16s %-16s %-20s %-12s %s\n", s.Pid, cmp.Or(s.Database, "-"), cmp.Or(s.Role, "-"),
			cmp.Or(s.Application, "-"), s.Client, cmp.Or(s.State, "-"), open, holds(s))
	}
	for _, p := range prepared {
		a.line("prepared", "transaction %q of %s in %s, %s old: holds back VACUUM and every stream; end it with ROLLBACK PREPARED or COMMIT PREPARED",
			p.Name, p.Role, p.Database, seconds(p.Seconds))
	}
	for _, s := range slots {
		text := fmt.Sprintf("replication slot %s (%s, active: %t) keeps %s of WAL", s.Name, s.Type, s.Active, Bytes(s.KeptBytes))
		if s.Holds {
			text += " and holds back VACUUM"
		}
		a.line("slot", "%s", text)
	}
	return a.record(ctx, "sessions", "")
}

func seconds(n int64) string { return (time.Duration(n) * time.Second).String() }

// holds says what a session holds back.
func holds(s db.ListSessionsRow) string {
	text := "nothing"
	switch {
	case s.Writes:
		text = "VACUUM, streams"
	case s.Snapshot:
		text = "VACUUM"
	}
	if s.Here {
		text += ", restore"
	}
	return text
}
