package share

import (
	"runtime/debug"
	"sync"
	"time"
)

// calmTime is how long a flood has to be over before memory is given back: one
// that comes again at once would only have to ask for it again.
const calmTime = 15 * time.Second

// Calm gives memory back to the system when a flood is over. The runtime does so
// by itself, but only after collections, which a process without work may not
// make for minutes.
type Calm struct {
	// from is how much has to have been in use for it to count as a flood.
	from  int64
	after func(time.Duration, func())
	free  func()

	mu         sync.Mutex
	used, peak int64
	waiting    bool
}

// CalmConfig configures a Calm. All but From may be left out.
type CalmConfig struct {
	// From is how many bytes in use count as a flood.
	From int64
	// After and Free are for tests; time.AfterFunc and debug.FreeOSMemory
	// where nil.
	After func(time.Duration, func())
	Free  func()
}

// NewCalm makes a Calm.
func NewCalm(cfg CalmConfig) *Calm {
	c := &Calm{from: cfg.From, after: cfg.After, free: cfg.Free}
	if c.after == nil {
		c.after = func(d time.Duration, f func()) { time.AfterFunc(d, f) }
	}
	if c.free == nil {
		c.free = debug.FreeOSMemory
	}
	return c
}

// Note says how many bytes are in use now.
func (c *Calm) Note(used int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.used = used
	c.peak = max(c.peak, used)
	if c.over() && !c.waiting {
		c.waiting = true
		c.after(calmTime, c.check)
	}
}

// over tells whether a flood has ended: a quarter of it is left, or less.
func (c *Calm) over() bool { return c.peak >= c.from && c.used <= c.peak/4 }

func (c *Calm) check() {
	c.mu.Lock()
	c.waiting = false
	over := c.over()
	if over {
		c.peak = c.used
	}
	c.mu.Unlock()
	if over {
		c.free()
	}
}
