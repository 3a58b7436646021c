package relay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"catbird.blue/mls/db"
)

const (
	// leaseTime is how long an instance may read without extending its lease.
	leaseTime = 30 * time.Second
	// saveInterval is how often the cursor is saved and the lease extended, and how
	// often an instance without the lease asks for it.
	saveInterval = 5 * time.Second
	// Pauses after a failure double from minPause to maxPause.
	minPause = time.Second
	maxPause = time.Minute
	// repeatLog is the time between two lines about a relay that cannot be read.
	repeatLog = time.Minute
)

// Handler handles the events about accounts. An error makes the follower read the
// event again later.
type Handler interface {
	// Account is called for #account: status is empty, or says why the account is
	// not active.
	Account(ctx context.Context, did string, active bool, status string) error
	// Identity is called for #identity: the DID document may have changed.
	Identity(ctx context.Context, did string) error
}

// Config configures a Follower.
type Config struct {
	// URL is the origin of the relay or PDS.
	URL     string
	Pool    *pgxpool.Pool
	Handler Handler
	Log     *slog.Logger
	// Metrics may be nil.
	Metrics *Metrics

	// These are for tests; zero means the constants above.
	LeaseTime, SaveInterval, MinPause time.Duration
}

// Follower reads the events of a relay while it has the lease.
type Follower struct {
	Config
	name   string
	holder pgtype.UUID
	// failing says since when the relay cannot be read, and when that was last logged.
	// They are zero while it can.
	failing, logged time.Time
}

// New makes a Follower of a relay at a valid URL.
func New(c Config) *Follower {
	f := &Follower{Config: c, name: c.URL, holder: pgtype.UUID{Bytes: uuid.New(), Valid: true}}
	if u, err := url.Parse(c.URL); err == nil {
		f.name = u.Host
	}
	f.LeaseTime = cmp.Or(c.LeaseTime, leaseTime)
	f.SaveInterval = cmp.Or(c.SaveInterval, saveInterval)
	f.MinPause = cmp.Or(c.MinPause, minPause)
	if f.Metrics == nil {
		f.Metrics = NewMetrics(nil)
	}
	f.Metrics.configured.Set(1)
	return f
}

// Run follows the relay until ctx ends, and then returns nil.
func (f *Follower) Run(ctx context.Context) error {
	pause := f.MinPause
	for ctx.Err() == nil {
		seq, err := db.New(f.Pool).LeaseRelay(ctx, f.name, f.holder, f.LeaseTime.Milliseconds())
		if errors.Is(err, pgx.ErrNoRows) { // another instance has the lease
			sleep(ctx, f.SaveInterval)
			continue
		}
		progress := false
		if err == nil {
			progress, err = f.follow(ctx, seq)
		}
		if ctx.Err() != nil {
			break
		}
		f.report(err)
		if progress {
			pause = f.MinPause
		}
		sleep(ctx, pause/2+rand.N(pause))
		pause = min(2*pause, maxPause)
	}
	f.release()
	return nil //nolint:nilerr // the end was asked for
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// report logs that the relay cannot be read, and each minute that it still cannot. A
// relay that closes a connection, and lets the next one read on, is no failure.
func (f *Follower) report(err error) {
	now := time.Now()
	if err == nil || now.Sub(f.logged) < repeatLog {
		return
	}
	if f.failing.IsZero() {
		f.failing = now
	}
	f.logged = now
	f.Log.Warn("account events cannot be read; it will be tried again", "relay", f.name, "error", err,
		"for_s", int(now.Sub(f.failing).Seconds()))
}

// answered notes that the relay can be read.
func (f *Follower) answered() {
	f.Metrics.read.SetToCurrentTime()
	if !f.failing.IsZero() {
		f.failing, f.logged = time.Time{}, time.Time{}
		f.Log.Info("account events are read again", "relay", f.name)
	}
}

// follow reads events until it fails. progress says that events were handled.
func (f *Follower) follow(ctx context.Context, seq int64) (progress bool, err error) {
	c, err := dial(ctx, f.URL, seq, f.Handler, f.Metrics)
	if err != nil {
		return false, err
	}
	defer func() { _ = c.ws.CloseNow() }()
	c.outdated = func() {
		f.Log.Warn("the relay no longer has all events since this service read it last; accounts that were "+
			"deactivated or deleted meanwhile are not known", "relay", f.name)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return c.read(ctx) })
	group.Go(func() error { return f.save(ctx, c) })
	err = group.Wait()
	progress = c.seq.Load() > seq
	if isFutureCursor(err) {
		f.Log.Warn("the relay's numbers have begun anew; events are read from now on", "relay", f.name)
		return progress, errors.Join(err, f.restart())
	}
	return progress, errors.Join(err, f.advance(context.WithoutCancel(ctx), c.seq.Load()))
}

// save saves the cursor at intervals, and ends the connection if the relay does not
// answer or another instance has the lease.
func (f *Follower) save(ctx context.Context, c *connection) error {
	tick := time.NewTicker(f.SaveInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := f.advance(ctx, c.seq.Load()); err != nil {
			return err
		}
		if err := c.ping(ctx); err != nil {
			return err
		}
		f.answered()
	}
}

var errLeaseLost = errors.New("another instance reads the relay now")

// saveTimeout bounds a statement that saves the cursor.
const saveTimeout = 5 * time.Second

func (f *Follower) advance(ctx context.Context, seq int64) error {
	ctx, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	n, err := db.New(f.Pool).AdvanceRelay(ctx, db.AdvanceRelayParams{
		Seq: seq, HoldMs: f.LeaseTime.Milliseconds(), Relay: f.name, Holder: f.holder,
	})
	switch {
	case err != nil:
		return fmt.Errorf("save the cursor of the relay: %w", err)
	case n == 0:
		return errLeaseLost
	}
	return nil
}

func (f *Follower) restart() error {
	ctx, cancel := context.WithTimeout(context.Background(), saveTimeout)
	defer cancel()
	if err := db.New(f.Pool).RestartRelay(ctx, -1, f.name, f.holder); err != nil {
		return fmt.Errorf("reset the cursor of the relay: %w", err)
	}
	return nil
}

// release lets another instance read at once.
func (f *Follower) release() {
	ctx, cancel := context.WithTimeout(context.Background(), saveTimeout)
	defer cancel()
	if err := db.New(f.Pool).ReleaseRelay(ctx, f.name, f.holder); err != nil {
		f.Log.Warn("the lease of the relay was not released and ends by itself", "error", err)
	}
}
