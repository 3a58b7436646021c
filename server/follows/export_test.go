package follows

import "time"

// Idle waits until no call is under way.
func (a *AppView) Idle() {
	for {
		a.mu.Lock()
		n := len(a.asked)
		a.mu.Unlock()
		if n == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
}
