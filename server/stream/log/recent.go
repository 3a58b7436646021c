package eventlog

import "iter"

// maxRecentChanges is how many changes are remembered: enough for the time
// between reading the windows of an account and adding the account.
const maxRecentChanges = 4096

// recentChanges are the newest changes of windows, for an account whose windows
// are read from the database while the tailer reads the log.
type recentChanges struct {
	list []recentChange
	// missingBelow: changes at a pos below it may be missing from list.
	missingBelow int64
}

type recentChange struct {
	pos int64
	*windowChange
}

// add appends the change of an entry, and drops the oldest if there are too many.
func (r *recentChanges) add(e *entry) {
	r.list = append(r.list, recentChange{e.Pos, e.change})
	if len(r.list) <= 2*maxRecentChanges {
		return
	}
	n := len(r.list) - maxRecentChanges
	for _, c := range r.list[:n] {
		r.missingBelow = max(r.missingBelow, c.pos+1)
	}
	r.list = append([]recentChange(nil), r.list[n:]...)
}

// reset drops all changes, since those below a pos were not read.
func (r *recentChanges) reset(missingBelow int64) { r.list, r.missingBelow = nil, missingBelow }

// of returns the changes of an account, in order.
func (r *recentChanges) of(did string) iter.Seq[*windowChange] {
	return func(yield func(*windowChange) bool) {
		for _, c := range r.list {
			if c.did == did && !yield(c.windowChange) {
				return
			}
		}
	}
}
