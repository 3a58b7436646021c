package eventlog

import (
	"sync"
	"time"
)

// progress is when the tailer last read the log.
type progress struct {
	mu   sync.Mutex
	last time.Time
	err  error
}

// note keeps the result of a step.
func (p *progress) note(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = err
	if err == nil {
		p.last = time.Now()
	}
}

// Progress returns when the log was last read, zero if it was not yet, and the
// error of the last attempt. While it does not advance, streams are silent.
func (h *Hub) Progress() (last time.Time, err error) {
	p := &h.state.progress
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last, p.err
}
