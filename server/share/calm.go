package share

import (
	"runtime/debug"
	"sync"
	"time"
)

// calmTime is how long a flood must be over before memory is returned: if it
// resumed, the memory would be needed again at once.
const calmTime = 15 * time.Second

// Calm returns memory to the system after a flood. The Go runtime does so too,
// but only after garbage collections, and an idle process may run none for
// minutes.
type Calm struct {
	// from is how many bytes in use count as a flood.
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
	// After and Free replace time.AfterFunc and debug.FreeOSMemory in tests.
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

// Note sets how many bytes are in use now.
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

// over reports whether a flood has ended: whether a quarter of its peak or less
// is in use.
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
