package auth

import (
	"context"
	"sync"
	"time"

	"catbird.blue/mls/server/limit"
)

// MemoryReplayConfig configures a MemoryReplay.
type MemoryReplayConfig struct {
	// MarkFile, if not empty, keeps the uses over restarts. Without it, a token
	// issued ahead of our clock could be used once more right after a restart.
	MarkFile string
	// Secret keys the hashes in MarkFile.
	Secret  []byte
	Metrics *Metrics

	// Set by this package and its tests.
	now   func() time.Time
	limit int
	boot  string
}

// MemoryReplay is a ReplayStore in the memory of one process. It starts with the
// records in MarkFile. Without them it refuses tokens issued before its start,
// since it cannot know which of them were used. A used token is never forgotten while it would still be accepted.
// When the store is full, it refuses the issuers with the most tokens, see
// share.
type MemoryReplay struct {
	now     func() time.Time
	limit   int
	ids     ids
	metrics *Metrics

	mu sync.Mutex
	// file is nil if uses are not kept over restarts.
	file *markFile
	// notBefore is the second up to which issued tokens are TooOld.
	notBefore int64
	// seen is how often each token was used.
	seen map[tokenID]uint8
	// issuers is how many tokens of each issuer are in seen.
	issuers map[issuerID]int32
	// expiring has the ids by their forgetAt.
	expiring map[int64][]tokenID
	// forgotten is the second up to which ids in expiring have been dropped.
	forgotten int64
	// journal, if not nil, collects the uses recorded since snapshot.
	journal *[]storedUse
}

// NewMemoryReplay makes a store. The error is that of reading or writing
// MarkFile.
func NewMemoryReplay(cfg MemoryReplayConfig) (*MemoryReplay, error) {
	m := newMemoryReplay(cfg)
	if cfg.MarkFile == "" {
		return m, nil
	}
	m.file = &markFile{path: cfg.MarkFile, now: m.now, boot: cfg.boot}
	if m.file.boot == "" {
		m.file.boot = bootID()
	}
	since, uses, err := m.file.read()
	if err != nil {
		return nil, err
	}
	if since > 0 && since < m.notBefore {
		m.notBefore = since
	}
	latest := m.now().Add(maxRemembered).Unix()
	for _, u := range uses {
		if u.forgetAt > latest || u.forgetAt <= m.forgotten || m.seen[u.id] >= MaxUsesWithoutJTI {
			continue
		}
		// Shares were checked when the tokens were used.
		m.add(u.id, u.forgetAt)
	}
	return m, m.file.rewrite(m.notBefore, m.all())
}

func newMemoryReplay(cfg MemoryReplayConfig) *MemoryReplay {
	m := &MemoryReplay{
		now: cfg.now, limit: cfg.limit, metrics: cfg.Metrics.orUnregistered(),
		seen: map[tokenID]uint8{}, issuers: map[issuerID]int32{}, expiring: map[int64][]tokenID{}, ids: newIDs(cfg.Secret),
	}
	if m.now == nil {
		m.now = time.Now
	}
	if m.limit == 0 {
		m.limit = int(limit.SpentTokens.Amount) // about 100 MB
	}
	m.notBefore = m.now().Unix()
	m.forgotten = m.notBefore
	return m
}

// Close closes MarkFile.
func (m *MemoryReplay) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.file != nil {
		m.file.close()
	}
}

// Spend implements ReplayStore. The error is that of writing MarkFile.
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
	id, forgetAt := m.ids.of(u), u.forgetAt()
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.advance()
	if spent := m.check(u, id); spent != Fresh {
		return spent, nil
	}
	if u.IssuedAt <= m.notBefore {
		return TooOld, nil
	}
	if err := m.write(storedUse{id, forgetAt, 1}, u.IssuedAt > now); err != nil {
		return TooOld, err
	}
	m.add(id, forgetAt)
	return Fresh, nil
}

// record records a use for which another store makes the decision. It returns
// what this store would answer, issue time apart.
func (m *MemoryReplay) record(u *Use) Spent {
	id := m.ids.of(u)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	spent := m.check(u, id)
	if spent == Fresh {
		m.add(id, u.forgetAt())
	}
	return spent
}

// check checks a token against the records, but does not compare its issue
// time.
func (m *MemoryReplay) check(u *Use, id tokenID) Spent {
	uses := int(m.seen[id])
	switch {
	case uses >= u.max():
		return Replayed
	case u.forgetAt() <= m.forgotten:
		return TooOld
	case uses == 0 && !m.room(id.issuer()):
		return OverShare
	}
	return Fresh
}

// refuseOlder refuses tokens issued until now, except those that are recorded and
// have uses left.
func (m *MemoryReplay) refuseOlder() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.notBefore = max(m.notBefore, m.advance())
}

// minSetBack is by how many seconds the clock must go back to be treated as set
// back. Every token lives longer than that, so a smaller step makes no
// forgotten token valid again.
const minSetBack = 10

// advance forgets expired tokens and returns the current second.
//
// If the clock is behind the last expiry, it has been set back, and forgotten
// tokens would be accepted again. Then all tokens issued before the new time of
// the clock are refused. The time before the step is not used for that: if the
// clock was an hour ahead, all tokens would be refused for an hour.
func (m *MemoryReplay) advance() int64 {
	now := m.now().Unix()
	if now < m.forgotten-minSetBack {
		m.forgotten, m.notBefore = now, now
		if m.file != nil && m.file.rewrite(now, m.all()) != nil {
			m.file.abandon()
		}
	}
	m.forgetUntil(now)
	return now
}

// write records a use for the next start. If the file cannot be written, the
// next start has no records and refuses tokens issued before it. That would not
// cover a token issued ahead of our clock, so such a token is refused now.
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

// room reports whether the store may remember one more token of the issuer.
func (m *MemoryReplay) room(issuer issuerID) bool {
	return len(m.seen) < m.limit && int(m.issuers[issuer]) < share(int64(m.limit), int64(len(m.seen)))
}

// add records one more use.
func (m *MemoryReplay) add(id tokenID, forgetAt int64) {
	if m.seen[id] == 0 {
		m.issuers[id.issuer()]++
		m.expiring[forgetAt] = append(m.expiring[forgetAt], id)
	}
	m.seen[id]++
	if m.journal != nil {
		*m.journal = append(*m.journal, storedUse{id, forgetAt, int(m.seen[id])})
	}
}

// forgetUntil drops the ids that expire up to the given second. It visits the
// seconds since the last call or the entries of expiring, whichever are fewer.
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
		if m.issuers[id.issuer()]--; m.issuers[id.issuer()] == 0 {
			delete(m.issuers, id.issuer())
		}
	}
	delete(m.expiring, at)
}

// all returns all recorded uses. The caller holds mu.
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

// snapshot returns all recorded uses and starts the journal.
func (m *MemoryReplay) snapshot() []storedUse {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.journal = &[]storedUse{}
	return m.all()
}

// journalled returns the uses recorded since snapshot.
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
