package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"catbird.blue/mls/db"
)

// Mark has the counts of rows at a position of the write-ahead log. A database
// that is recovered up to the position must have the same.
type Mark struct {
	LSN  string          `json:"lsn"`
	Rows db.CountRowsRow `json:"rows"`
}

const (
	// lockTries is how often the lock for a mark is tried. Each time, writers
	// wait at most lockWait, which is shorter than PostgreSQL's deadlock_timeout,
	// so that none of them is refused.
	lockTries = 50
	lockWait  = "300ms"
)

// errBusy is returned if the tables were locked by others every time.
var errBusy = errors.New("the tables were never free: counts are not recorded, so that verification cannot compare them")

// mark records the counts. A backup without them is better than none.
func (o *opened) mark(ctx context.Context, b *Base) error {
	m, err := o.takeMark(ctx)
	if errors.Is(err, errBusy) {
		o.Log.Warn("backup: " + err.Error())
		return nil
	}
	if err != nil {
		return err
	}
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("mark: %w", err)
	}
	_, err = o.repo.put(ctx, b.name("mark"), bytes.NewReader(text), true)
	return err
}

// takeMark counts in a snapshot that was taken while no transaction was writing
// to the tables, so that it has exactly what the log has up to that position.
func (o *opened) takeMark(ctx context.Context) (m Mark, err error) {
	locker, err := connect(ctx, o.DatabaseURL)
	if err != nil {
		return m, err
	}
	defer func() { _ = locker.Close(context.WithoutCancel(ctx)) }() // it only read
	counter, err := connect(ctx, o.DatabaseURL)
	if err != nil {
		return m, err
	}
	defer func() { _ = counter.Close(context.WithoutCancel(ctx)) }() // it only read
	err = pgx.BeginTxFunc(ctx, counter, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		err := alone(ctx, locker, func() error {
			return tx.QueryRow(ctx, "SELECT pg_current_wal_insert_lsn()::text").Scan(&m.LSN)
		})
		if err == nil {
			m.Rows, err = db.New(tx).CountRows(ctx)
		}
		return err
	})
	if err == nil {
		// Recovery notices that it has passed the position at the next record.
		_, err = locker.Exec(ctx, "SELECT pg_logical_emit_message(false, 'mlsd backup', '')")
	}
	if err != nil {
		return m, fmt.Errorf("mark: %w", err)
	}
	return m, nil
}

// alone calls f while nobody writes.
func alone(ctx context.Context, conn *pgx.Conn, f func() error) error {
	for range lockTries {
		err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, "SELECT set_config('lock_timeout', $1, true)", lockWait); err != nil {
				return err
			}
			if err := db.New(tx).LockForMark(ctx); err != nil {
				return err
			}
			return f()
		})
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || (pg.Code != pgerrcode.LockNotAvailable && pg.Code != pgerrcode.DeadlockDetected) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(rand.N(500 * time.Millisecond)):
		}
	}
	return errBusy
}
