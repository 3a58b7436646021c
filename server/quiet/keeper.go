package quiet

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// LongList is how many conversations of an account a page may look up before it has
	// the account's conversations listed.
	LongList = 100
	// quietAfter is the time without activity after which a conversation is quiet.
	quietAfter = 10 * time.Minute
	// readEvery is the shortest time between two reads of the log, idleEvery that while
	// nothing is quiet, and busyEvery that while the log grows so fast that pages would
	// find a part of it that is too long for them.
	readEvery = 500 * time.Millisecond
	idleEvery = 10 * time.Second
	busyEvery = 100 * time.Millisecond
	// lookEvery is how often conversations that may have become quiet are looked for.
	lookEvery = time.Minute
	// failurePause follows a failure.
	failurePause = 5 * time.Second
	// maxLong bounds the accounts whose conversations wait to be listed. Those above it
	// are named again by their next pages.
	maxLong = 100
)

// Config configures a Keeper.
type Config struct {
	Pool *pgxpool.Pool
	// Closed returns why nothing can be written at the moment; nil means always.
	Closed func() error
	// Log gets failures, after which the Keeper tries again; nil for slog.Default.
	Log *slog.Logger
	// After is the time without activity after which a conversation is quiet; 0 for ten
	// minutes.
	After time.Duration
}

// Keeper keeps conversations in order. A nil *Keeper does nothing.
type Keeper struct {
	Config
	// active is signalled when the log has new rows, and long when accounts were added
	// to waiting.
	active, long chan struct{}

	mu      sync.Mutex
	waiting map[string]bool
}

// New makes a Keeper. It does nothing until Run.
func New(c Config) *Keeper {
	c.Log, c.After = cmp.Or(c.Log, slog.Default()), cmp.Or(c.After, quietAfter)
	if c.Closed == nil {
		c.Closed = func() error { return nil }
	}
	return &Keeper{Config: c, active: make(chan struct{}, 1), long: make(chan struct{}, 1), waiting: map[string]bool{}}
}

// Active says that the log may have new rows. It never blocks.
func (k *Keeper) Active() {
	if k != nil {
		signal(k.active)
	}
}

// Long says that an account is in many conversations that are not listed. It never
// blocks for long.
func (k *Keeper) Long(did string) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.waiting) < maxLong {
		k.waiting[did] = true
		signal(k.long)
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// next takes one of the accounts that wait.
func (k *Keeper) next() (did string, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for did := range k.waiting {
		delete(k.waiting, did)
		return did, true
	}
	return "", false
}

// Run works until ctx ends. Its error is always nil. A failure is logged, and the work
// done again a little later.
func (k *Keeper) Run(ctx context.Context) error {
	var s schedule
	for {
		var look <-chan time.Time
		if s.mayBecomeQuiet {
			look = time.After(time.Until(s.lookAt))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-k.active:
		case <-k.long:
		case <-look:
		}
		pause, err := k.work(ctx, &s)
		if err != nil && ctx.Err() == nil {
			k.Log.WarnContext(ctx, "the order of long lists of conversations was not updated, which will be tried again", "error", err)
			pause = failurePause
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

// schedule is what a Keeper remembers between two rounds of work.
type schedule struct {
	// mayBecomeQuiet is set while conversations may become quiet, and lookAt is when
	// they are looked for next.
	mayBecomeQuiet bool
	lookAt         time.Time
}

// work lists the accounts that wait, follows the log and, where that is due, looks for quiet
// conversations. It returns how long to wait before it is called again.
func (k *Keeper) work(ctx context.Context, s *schedule) (pause time.Duration, err error) {
	if err := k.Closed(); err != nil {
		return failurePause, nil //nolint:nilerr // health says it, and the work waits
	}
	for did, ok := k.next(); ok; did, ok = k.next() {
		done, err := k.List(ctx, did)
		if err != nil || !done {
			k.Long(did)
			return readEvery, err
		}
	}
	followed, err := k.Follow(ctx)
	if err != nil {
		return 0, err
	}
	if followed.Behind {
		k.Active()
	}
	if now := time.Now(); !s.mayBecomeQuiet {
		s.mayBecomeQuiet, s.lookAt = true, now.Add(lookEvery)
	} else if now.After(s.lookAt) {
		left, err := k.Look(ctx)
		if err != nil {
			return 0, err
		}
		s.mayBecomeQuiet, s.lookAt = left, now.Add(lookEvery)
	}
	switch {
	case !followed.AnyQuiet:
		return idleEvery, nil
	case followed.Long:
		return busyEvery, nil
	}
	return readEvery, nil
}
