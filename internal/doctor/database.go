package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/db/migrations"
	"catbird.blue/mls/internal/pgembed"
)

// Database checks PostgreSQL.
type Database struct {
	Pool *pgxpool.Pool
	URL  string
	// Now is time.Now where nil.
	Now func() time.Time
}

// Checks returns the checks.
func (d Database) Checks() []Check {
	if d.Now == nil {
		d.Now = time.Now
	}
	return []Check{
		{"database", d.server}, {"rights", d.rights}, {"settings", d.settings}, {"migrations", d.migrations},
		{"standby", d.standby}, {"clock", d.clock}, {"transactions", d.transactions},
	}
}

func (d Database) read(ctx context.Context) (db.DoctorDatabaseRow, Result, bool) {
	row, err := db.New(d.Pool).DoctorDatabase(ctx)
	if err != nil {
		return row, fail("see that PostgreSQL runs and that DATABASE_URL is right", "%v", err), false
	}
	return row, Result{}, true
}

// versionUnit is what PostgreSQL multiplies its major version by.
const versionUnit = 10_000

func (d Database) server(ctx context.Context) Result {
	row, bad, read := d.read(ctx)
	switch {
	case !read:
		return bad
	case row.Version/versionUnit < pgembed.MinVersion:
		return fail("upgrade it", "PostgreSQL %d is too old; %d or newer is needed", row.Version/versionUnit, pgembed.MinVersion)
	case row.Standby:
		return fail("name the primary, or all hosts with target_session_attrs=read-write", "DATABASE_URL leads to a standby")
	}
	return ok("PostgreSQL %d", row.Version/versionUnit)
}

func (d Database) rights(ctx context.Context) Result {
	row, bad, read := d.read(ctx)
	switch {
	case !read:
		return bad
	case !row.MayCreate:
		return fail("GRANT CREATE ON SCHEMA public TO the role of DATABASE_URL", "the role may not create tables, so migrations fail")
	}
	return ok("the role may create tables")
}

func (d Database) settings(ctx context.Context) Result {
	row, bad, read := d.read(ctx)
	switch {
	case !read:
		return bad
	case row.Fsync != "on" || row.FullPageWrites != "on":
		return fail("set both to on", "fsync is %s and full_page_writes is %s: a crash loses or destroys data", row.Fsync, row.FullPageWrites)
	case row.SynchronousCommit != "on" && row.SynchronousCommit != "remote_apply":
		return fail("set it to on", "synchronous_commit is %s: a crash loses acknowledged commits", row.SynchronousCommit)
	case row.Isolation != "read committed":
		return fail("reset default_transaction_isolation of the role and the database", "transactions are %s by default, and the service needs read committed", row.Isolation)
	}
	return ok("fsync, full_page_writes, synchronous_commit and the isolation are right")
}

func (d Database) migrations(ctx context.Context) Result {
	states, err := migrations.Status(ctx, d.URL)
	if err != nil {
		return fail("see that DATABASE_URL is right", "%v", err)
	}
	pending := 0
	for _, s := range states {
		if s.AppliedAt.IsZero() {
			pending++
		}
	}
	if pending > 0 {
		return warn("the next start of a server applies them, or: mlsd migrate up", "%d migrations are pending", pending)
	}
	return ok("none is pending")
}

func (d Database) standby(ctx context.Context) Result {
	row, bad, read := d.read(ctx)
	switch {
	case !read:
		return bad
	case row.SynchronousStandbyNames != "" && row.SynchronousReplicas == 0:
		return fail("start the standby, or clear synchronous_standby_names", "synchronous_standby_names is set and no synchronous standby is connected: commits wait for ever")
	case row.Replicas == 0:
		return warn("have a synchronous standby, see \"Failover\" in docs/operations.md", "there is no standby: if this machine is lost, so is what no backup has")
	case row.SynchronousReplicas == 0:
		return warn("set synchronous_standby_names", "no standby is synchronous: a failover loses acknowledged commits")
	}
	return ok("%d of %d standbys are synchronous", row.SynchronousReplicas, row.Replicas)
}

// maxClockError is how far the clock of this machine may be from that of the
// database.
const maxClockError = 30 * time.Second

func (d Database) clock(ctx context.Context) Result {
	before := d.Now()
	row, bad, read := d.read(ctx)
	if !read {
		return bad
	}
	after := d.Now()
	// The database read its clock between the two.
	off := max(row.Clock.Sub(after), before.Sub(row.Clock), 0)
	text := fmt.Sprintf("the clock of this machine and that of the database differ by %v", off.Round(time.Second))
	if off > maxClockError {
		return fail("synchronise both (chrony, systemd-timesyncd)", "%s", text)
	}
	return ok("%s", text)
}

// longTransaction is the age at which a transaction that writes is a warning.
const longTransaction = time.Minute

func (d Database) transactions(ctx context.Context) Result {
	row, bad, read := d.read(ctx)
	switch {
	case !read:
		return bad
	case row.Prepared > 0:
		return fail("see mlsd admin sessions; end them with ROLLBACK PREPARED", "%d prepared transactions hold back every stream", row.Prepared)
	case time.Duration(row.OldestSeconds)*time.Second > longTransaction:
		return warn("see mlsd admin sessions", "a transaction that writes is %d s old and holds back every stream", row.OldestSeconds)
	}
	return ok("none holds back the streams")
}
