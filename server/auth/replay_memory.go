package auth

import (
	"context"
	"sync"
	"time"
)

// maxMemoryUses bounds the in-process store: about 100 MB at most. At 1 000
// calls a second with tokens of 60 s it holds 90 000.
const maxMemoryUses = 1 << 20

// MemoryReplayConfig configures a MemoryReplay.
type MemoryReplayConfig struct {
	// MarkFile, where not empty, keeps the uses over restarts. Without it a
	// token that was issued ahead of our clock could be used once more right
	// after a restart.
	MarkFile string
	Metrics  *Metrics

	// For this package and its tests.
	now   func() time.Time
	limit int
}

// MemoryReplay is a ReplayStore of one process. Its memory begins with its
// MarkFile or else at its start: what was issued before is refused. When full
// it forgets what expires soonest and refuses from then on all that expires as
// soon: it never forgets a token that would still be accepted.
type MemoryReplay struct {
	now     func() time.Time
	limit   int
	metrics *Metrics

	mu sync.Mutex
	// file is nil where uses are not kept over restarts.
	file *markFile
	// notBefore: what was issued up to this second is TooOld.
	notBefore int64
	// seen has how often each token was used.
	seen map[tokenID]uint8
	// expiring holds the ids by the second from which they may be forgotten.
	expiring map[int64][]tokenID
	// forgotten: what may be forgotten up to this second is not in seen.
	forgotten int64
	// journal, where not nil, collects what is recorded from now on.
	journal *[]storedUse
}

// NewMemoryReplay starts a store. The error is about MarkFile.
func NewMemoryReplay(cfg MemoryReplayConfig) (*MemoryReplay, error) {
	m := newMemoryReplay(cfg)
	if cfg.MarkFile == "" {
		return m, nil
	}
	m.file = &markFile{path: cfg.MarkFile, now: m.now}
	since, uses, err := m.file.read()
	if err != nil {
		return nil, err
	}
	if since > 0 && since < m.notBefore {
		m.notBefore = since
	}
	latest := m.now().Add(maxRemembered).Unix()
	for _, u := range uses {
		if u.forgetAt <= latest && m.seen[u.id] < MaxUsesWithoutJTI && m.room(u.id, u.forgetAt) {
			m.hold(u.id, u.forgetAt)
		}
	}
	return m, m.file.rewrite(m.notBefore, m.all())
}

func newMemoryReplay(cfg MemoryReplayConfig) *MemoryReplay {
	m := &MemoryReplay{
		now: cfg.now, limit: cfg.limit, metrics: cfg.Metrics.orUnregistered(),
		seen: map[tokenID]uint8{}, expiring: map[int64][]tokenID{},
	}
	if m.now == nil {
		m.now = time.Now
	}
	if m.limit == 0 {
		m.limit = maxMemoryUses
	}
	m.notBefore = m.now().Unix()
	m.forgotten = m.notBefore
	return m
}

// Close ends the writing of MarkFile.
func (m *MemoryReplay) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.file != nil {
		m.file.close()
	}
}

// Spend implements ReplayStore. The error is about MarkFile.
func (m *MemoryReplay) Spend(_ context.Context, u Use) (Spent, error) {
	spent, err := m.spend(&u)
	outcome := spent.String()
	if err != nil {
		outcome = "error"
	}
	m.metrics.Replay.WithLabelValues("memory", outcome).Inc()
	return spent, err
}

func (m *MemoryReplay) spend(u *Use) (Spent, error) {
	id, forgetAt := u.id(), u.forgetAt()
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now().Unix()
	m.forgetUntil(now)
	switch {
	case int(m.seen[id]) >= u.max():
		return Replayed, nil
	case u.IssuedAt <= m.notBefore || forgetAt <= m.forgotten || !m.room(id, forgetAt):
		return TooOld, nil
	}
	if err := m.write(storedUse{id, forgetAt, 1}, u.IssuedAt > now); err != nil {
		return TooOld, err
	}
	m.hold(id, forgetAt)
	return Fresh, nil
}

// note records a use that another store decides about, and says whether it is
// one too many by what this store knows alone.
func (m *MemoryReplay) note(u *Use) Spent {
	id, forgetAt := u.id(), u.forgetAt()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forgetUntil(m.now().Unix())
	switch {
	case int(m.seen[id]) >= u.max():
		return Replayed
	case forgetAt <= m.forgotten || !m.room(id, forgetAt):
		return TooOld
	}
	m.hold(id, forgetAt)
	return Fresh
}

// beginAnew refuses from now on what was issued until now, unless it is
// remembered and has uses left.
func (m *MemoryReplay) beginAnew() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.notBefore = max(m.notBefore, m.now().Unix())
}

// write keeps a use for the next start. Where the file cannot be written, the
// next start begins with nothing, and refuses what was issued before it. A use
// that lies ahead of our clock would then pass again, so it is refused now.
func (m *MemoryReplay) write(u storedUse, ahead bool) error {
	if m.file == nil {
		return nil
	}
	if m.file.due(len(m.seen)) {
		if err := m.file.rewrite(m.notBefore, m.all()); err != nil {
			m.file.abandon()
		}
	}
	err := m.file.append(u)
	if ahead || m.file.stale {
		return err
	}
	return nil
}

// room says whether the token can be remembered, and makes room for it.
func (m *MemoryReplay) room(id tokenID, forgetAt int64) bool {
	if _, ok := m.seen[id]; ok {
		return true
	}
	for len(m.seen) >= m.limit {
		m.forgetUntil(m.forgotten + 1)
		if forgetAt <= m.forgotten {
			return false
		}
	}
	return forgetAt > m.forgotten
}

// hold remembers one more use.
func (m *MemoryReplay) hold(id tokenID, forgetAt int64) {
	if m.seen[id] == 0 {
		m.expiring[forgetAt] = append(m.expiring[forgetAt], id)
	}
	m.seen[id]++
	if m.journal != nil {
		*m.journal = append(*m.journal, storedUse{id, forgetAt, int(m.seen[id])})
	}
}

// forgetUntil drops what may be forgotten up to the given second. It walks
// the seconds since the last call, or the entries where those are fewer.
func (m *MemoryReplay) forgetUntil(second int64) {
	if second-m.forgotten > int64(len(m.expiring)) {
		for at, ids := range m.expiring {
			if at <= second {
				m.drop(at, ids)
			}
		}
		m.forgotten = second
	}
	for m.forgotten < second {
		m.forgotten++
		m.drop(m.forgotten, m.expiring[m.forgotten])
	}
}

func (m *MemoryReplay) drop(at int64, ids []tokenID) {
	for _, id := range ids {
		delete(m.seen, id)
	}
	delete(m.expiring, at)
}

// all returns what is remembered.
func (m *MemoryReplay) all() []storedUse {
	all := make([]storedUse, 0, len(m.seen))
	for at, ids := range m.expiring {
		for _, id := range ids {
			all = append(all, storedUse{id, at, int(m.seen[id])})
		}
	}
	return all
}

func (m *MemoryReplay) remembered() []storedUse {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.all()
}

// snapshot returns all that is remembered, and journals what comes after.
func (m *MemoryReplay) snapshot() []storedUse {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.journal = &[]storedUse{}
	return m.all()
}

// journalled returns what was recorded since snapshot.
func (m *MemoryReplay) journalled() []storedUse {
	m.mu.Lock()
	defer m.mu.Unlock()
	return *m.journal
}

func (m *MemoryReplay) stopJournal() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.journal = nil
}
