package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/internal/pgsession"
	"catbird.blue/mls/internal/pgtools"
	eventlog "catbird.blue/mls/server/stream/log"
)

// loadDump loads a dump into the database in one transaction. Either the dump
// is loaded completely and marked, or nothing has changed.
func loadDump(ctx context.Context, url, file string, replace bool) error {
	conn, err := pgsession.Connect(ctx, url, pgsession.Unhurried())
	if err != nil {
		return fmt.Errorf("the database does not answer: %w", err)
	}
	before, err := lookBefore(ctx, conn, replace)
	if err == nil {
		var tools *pgtools.Tools
		if tools, err = pgtools.Find(ctx, url, conn); err == nil {
			err = pour(ctx, tools, file, before)
		}
	}
	return errors.Join(err, conn.Close(ctx))
}

// before describes what must happen before a dump is loaded.
type before struct {
	// schemas lists the schemas to drop.
	schemas []string
	// lastSeq is the highest sequence number among the messages that are
	// replaced.
	lastSeq int64
}

// lookBefore checks that nobody uses the database, and that it is empty or may
// be replaced.
func lookBefore(ctx context.Context, conn *pgx.Conn, replace bool) (before, error) {
	var b before
	if err := awaitAlone(ctx, conn); err != nil {
		return b, err
	}
	var served bool
	err := conn.QueryRow(ctx, `SELECT
		array(SELECT DISTINCT n.nspname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'),
		to_regclass('public.conversations') IS NOT NULL`).Scan(&b.schemas, &served)
	if err != nil {
		return b, fmt.Errorf("looking into the database: %w", err)
	}
	if len(b.schemas) > 0 && !replace {
		return b, errors.New("the database is not empty; with -replace everything in it is dropped first")
	}
	if !served {
		return b, nil
	}
	if err := conn.QueryRow(ctx, "SELECT coalesce(max(last_seq), 0) FROM public.conversations").Scan(&b.lastSeq); err != nil {
		return b, fmt.Errorf("looking into the database: %w", err)
	}
	return b, nil
}

// sessionsEnd is how long the sessions of a server that was just stopped may
// take to disappear.
const sessionsEnd = 5 * time.Second

// awaitAlone checks that no other session uses the database.
func awaitAlone(ctx context.Context, conn *pgx.Conn) error {
	for deadline := time.Now().Add(sessionsEnd); ; {
		var others int
		err := conn.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND usesysid IS NOT NULL AND pid <> pg_backend_pid()`).Scan(&others)
		switch {
		case err != nil:
			return fmt.Errorf("looking for other sessions: %w", err)
		case others == 0:
			return nil
		case time.Now().After(deadline):
			return fmt.Errorf("the database is in use by %d other sessions; stop every server first", others)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// start returns the SQL that opens the transaction and drops the old schemas.
func (b before) start() string {
	sql := "BEGIN;\n"
	for _, name := range b.schemas {
		sql += "DROP SCHEMA " + pgx.Identifier{name}.Sanitize() + " CASCADE;\n"
	}
	return sql + "CREATE SCHEMA IF NOT EXISTS public;\n"
}

// markSQL marks a database as restored. The recorded generation then does not
// match, so that the first connection of any server begins a new one.
//
// A dump that was made before generations existed gets only their gap in the
// sequence numbers. The numbers also continue after those of the replaced
// messages, because the same dump may be restored again after it was in use.
const markSQL = `
DO $$ BEGIN
	IF to_regclass('public.conversations') IS NULL THEN
		RAISE EXCEPTION 'the dump is not of this service';
	END IF;
	UPDATE public.conversations SET last_seq = last_seq + %[1]d;
	IF to_regclass('public.log_generation') IS NOT NULL THEN
		UPDATE public.log_generation SET system_identifier = 0, database_oid = 0, timeline = 0;
	ELSE
		UPDATE public.conversations SET last_seq = last_seq + %[2]d;
	END IF;
END $$;
COMMIT;
`

// finish returns the SQL that marks the loaded dump and commits.
func (b before) finish() string {
	skip := (b.lastSeq + eventlog.SeqSkip - 1) / eventlog.SeqSkip * eventlog.SeqSkip
	return fmt.Sprintf(markSQL, skip, eventlog.SeqSkip)
}

// pour runs pg_restore, which writes the dump as SQL, and psql, which executes
// it. The end of the transaction is sent only if pg_restore succeeded.
func pour(ctx context.Context, t *pgtools.Tools, file string, b before) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	read := t.Command(ctx, "pg_restore", "--no-owner", "--no-privileges", "--file=-", "--", file)
	run := t.Command(ctx, "psql", "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1")
	out, err := read.StdoutPipe()
	if err != nil {
		return err
	}
	in, err := run.StdinPipe()
	if err != nil {
		return err
	}
	if err := run.Start(); err != nil {
		return err
	}
	if err := read.Start(); err != nil {
		cancel()
		return errors.Join(err, run.Wait())
	}
	_, copied := io.WriteString(in, b.start())
	if copied == nil {
		_, copied = io.Copy(in, out)
	}
	if copied != nil {
		cancel() // psql has ended, so pg_restore is of no use
	}
	readErr := read.Failure(read.Wait())
	if copied == nil && readErr == nil {
		_, copied = io.WriteString(in, b.finish())
	}
	closed := in.Close()
	if err := run.Failure(run.Wait()); err != nil && (readErr == nil || copied != nil) {
		return err
	}
	if readErr != nil {
		return readErr
	}
	return errors.Join(copied, closed)
}
