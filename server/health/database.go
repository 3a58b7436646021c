package health

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/pgtime"
)

const (
	// DatabaseName is the name of the check of the database.
	DatabaseName = "database"
	// databaseTime bounds one check. Load balancers wait no longer.
	databaseTime = 2 * time.Second
	// databaseAge is how long a result is used again.
	databaseAge = 500 * time.Millisecond
	// databaseInterval is the time between two checks if nobody asks. An instance
	// without traffic sends less than one query a second, these included.
	databaseInterval = 2 * time.Minute
	// roomInterval is the time between two checks that write to the disk of the
	// database more than a row, while no statement found it full.
	roomInterval = 5 * time.Minute
	// roomTime bounds such a write.
	roomTime = 10 * time.Second
)

// Database checks that a write commits. A standby, or a primary that was made
// read-only, would answer a read as well; without its synchronous standby a
// primary would answer all reads and no commit; and on a full disk it changes
// rows in place and cannot store new ones.
type Database struct {
	pool  *pgxpool.Pool
	clock *Clock

	// full is set when a statement failed because the disk is full, and reset
	// when something could be stored again.
	full atomic.Bool

	mu      sync.Mutex
	probe   *probe
	hanging error
	room    time.Time // when the disk was last found to have room
}

// NewDatabase makes a Database. clock, if not nil, learns the database's time.
func NewDatabase(pool *pgxpool.Pool, clock *Clock) *Database {
	if clock == nil {
		clock = NewClock(nil, nil)
	}
	return &Database{pool: pool, clock: clock}
}

// Check is the check "database".
func (d *Database) Check() Check {
	return Check{Name: DatabaseName, Run: d.run, Every: databaseInterval, MaxAge: databaseAge}
}

// Failed is told the error of a statement of the service. It says whether the
// database should be checked now.
func (d *Database) Failed(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		if pg.Code == pgerrcode.DiskFull {
			d.full.Store(true)
		}
		return pg.Code == pgerrcode.DiskFull || pgerrcode.IsOperatorIntervention(pg.Code) && pg.Code != pgerrcode.QueryCanceled
	}
	return errors.Is(err, context.DeadlineExceeded)
}

// Close gives up a write that hangs.
func (d *Database) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.probe != nil {
		d.probe.cancel()
	}
}

// Hanging returns an error while a commit does not end.
func (d *Database) Hanging() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.hanging
}

// probe is one write. While it hangs, no other one is begun, since each would
// hold a session of the server.
type probe struct {
	done   chan struct{}
	cancel context.CancelFunc
	err    error
	// pid is the server process while the write runs, else 0.
	pid atomic.Int32
}

// run waits for a write, but not longer than databaseTime.
func (d *Database) run(ctx context.Context) error {
	d.mu.Lock()
	p := d.probe
	if p == nil {
		p = &probe{done: make(chan struct{})}
		var probeCtx context.Context
		probeCtx, p.cancel = context.WithCancel(context.WithoutCancel(ctx))
		d.probe = p
		go d.try(probeCtx, p)
	}
	d.mu.Unlock()
	late := time.NewTimer(databaseTime)
	defer late.Stop()
	select {
	case <-p.done:
		return p.err
	case <-late.C:
		return d.hangs(ctx, p)
	}
}

// try makes a probe and ends it.
func (d *Database) try(ctx context.Context, p *probe) {
	defer p.cancel()
	err := d.write(ctx, p)
	d.mu.Lock()
	p.err, d.probe, d.hanging = err, nil, nil
	d.mu.Unlock()
	close(p.done)
}

func (d *Database) write(ctx context.Context, p *probe) error {
	conn, release, err := d.connection(ctx)
	if err != nil {
		return fmt.Errorf("no session with the database: %w", err)
	}
	defer release()
	pid, err := d.session(ctx, conn)
	if err != nil {
		return err
	}
	if err := d.findRoom(ctx, conn); err != nil {
		return fmt.Errorf("store in the database: %w", err)
	}
	p.pid.Store(pid)
	// The commit may wait for a standby. It is not given up, see probe.
	if err := db.New(conn).HealthWrite(pgtime.Unbounded(ctx)); err != nil {
		return fmt.Errorf("write to the database: %w", err)
	}
	d.full.Store(false)
	return nil
}

// connection takes a connection of the pool, or opens one if all of them are in
// use: commits that hang may hold them all.
func (d *Database) connection(ctx context.Context) (conn *pgx.Conn, release func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, databaseTime/2)
	defer cancel()
	pooled, err := d.pool.Acquire(ctx)
	if err == nil {
		return pooled.Conn(), pooled.Release, nil
	}
	stat := d.pool.Stat()
	if !errors.Is(err, context.DeadlineExceeded) || stat.AcquiredConns() < stat.MaxConns() {
		return nil, nil, err
	}
	return d.open(context.WithoutCancel(ctx))
}

// open opens a connection beside the pool.
func (d *Database) open(ctx context.Context) (*pgx.Conn, func(), error) {
	cfg := d.pool.Config()
	conn, err := pgx.ConnectConfig(ctx, cfg.ConnConfig)
	if err != nil {
		return nil, nil, err
	}
	end := func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), databaseTime)
		defer cancel()
		_ = conn.Close(ctx) // the server ends the session by itself
	}
	if cfg.AfterConnect != nil {
		if err := cfg.AfterConnect(ctx, conn); err != nil {
			end()
			return nil, nil, err
		}
	}
	return conn, end, nil
}

// session checks that a session can write, and returns its server process.
func (d *Database) session(ctx context.Context, conn *pgx.Conn) (pid int32, err error) {
	ctx, cancel := context.WithTimeout(ctx, databaseTime)
	defer cancel()
	before := d.clock.now()
	s, err := db.New(conn).HealthSession(ctx)
	if err != nil {
		return 0, fmt.Errorf("no session with the database: %w", err)
	}
	if s.ReadOnly {
		d.pool.Reset()
		return 0, errors.New("the session with the database is read-only")
	}
	d.clock.note(before, d.clock.now(), s.Now)
	return s.Pid, nil
}

// findRoom writes a temporary file to the disk of the database, from time to time
// and for as long as statements find the disk full. It leaves nothing behind.
func (d *Database) findRoom(ctx context.Context, conn *pgx.Conn) error {
	d.mu.Lock()
	due := time.Since(d.room) >= roomInterval
	d.mu.Unlock()
	if !due && !d.full.Load() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, roomTime)
	defer cancel()
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		q := db.New(tx)
		if _, err := q.HealthSettings(ctx); err != nil {
			return err
		}
		_, err := q.HealthFile(ctx)
		return err
	})
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.room = time.Now()
	d.mu.Unlock()
	return nil
}
